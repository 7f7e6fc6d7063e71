"""Runs as fine-tuning leaves them on disk, made without training; and a stand-in for the process that trains."""

import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from otcore.corpora.collection import load_collection
from otcore.corpora.pair_files import PairFile
from otcore.finetuning.held_out import describe_probes, probes
from otcore.objectives import OBJECTIVES
from otcore.runs.log import append_log
from otcore.runs.settings import FinetuneSettings
from otcore.runs.store import Run, create_run, open_run, write_state

STEPS, EVERY = 40, 20
_NOUNS = {"cat": "Katze", "chair": "Stuhl", "dog": "Hund", "house": "Haus", "book": "Buch", "tree": "Baum"}
_VERBS = {"sleeps": "schläft", "stands": "steht", "sits": "sitzt", "falls": "fällt"}
_COLOURS = {"red": "rot", "green": "grün", "old": "alt"}
# Holds the lock, logs a step, and ends when it is asked to: what the page sees of a real run.
_STAND_IN = """
import fcntl, json, os, sys, time
folder = sys.argv[1]
lock = open(folder + "/lock", "ab")
fcntl.flock(lock, fcntl.LOCK_EX)
if os.path.exists(folder + "/STOP"):
    os.unlink(folder + "/STOP")

def state(name, step):
    with open(folder + "/state.part", "w") as file:
        json.dump({"state": name, "reason": "", "step": step, "steps": 40, "seconds": 2.0 * step}, file)
    os.replace(folder + "/state.part", folder + "/state.json")

state("running", 0)
while not os.path.exists(folder + "/STOP"):
    time.sleep(0.05)
state("cancelled", 7)
"""


def stand_in(folder: Path) -> list[str]:
    """In place of `dashboard.pages.finetune.trainings.command`."""
    return [sys.executable, "-I", "-S", "-c", _STAND_IN, str(folder)]


def failing(folder: Path) -> list[str]:
    """The same for a process that fails with a sentence after some progress."""
    text = "import sys; sys.stderr.write('step 1\\notcore: The text <b> has no words; give another.\\n'); sys.exit(2)"
    return [sys.executable, "-I", "-S", "-c", text, str(folder)]


def write_pairs(path: Path) -> str:
    """72 German–English pairs as TSV, English last."""
    rows = [
        (f"die {n2} {v2} {c2} .", f"the {n1} {v1} {c1} .")
        for n1, n2 in _NOUNS.items()
        for v1, v2 in _VERBS.items()
        for c1, c2 in _COLOURS.items()
    ]
    path.write_text("".join(f"{source}\t{target}\n" for source, target in rows), encoding="utf-8")
    return str(path)


def quick_settings(encoder: Path, pairs: str) -> FinetuneSettings:
    """Six steps of WordOT on a tiny encoder and a file of pairs."""
    return FinetuneSettings(
        ("de",),
        str(encoder),
        OBJECTIVES["word-ot"](),
        steps=6,
        batch=8,
        learning_rate=1e-3,
        layer=2,
        evaluate_every=4,
        checkpoint_every=2,
        snapshot_every=4,
        files=(PairFile("de", pairs),),
        held_out=0.1,
    )


def made_settings(**changes) -> FinetuneSettings:
    return FinetuneSettings(**{"languages": ("de", "ar"), "objective": OBJECTIVES["contrastive-ot"](anchor=0.5), "steps": STEPS} | changes)


def made_run(folder: Path | None = None, state: str = "finished", reason: str = "", **changes) -> Run:
    """A run of so many steps with two evaluations and snapshots, AER falling from .30 to .20, and P@1 rising from .40 to .60."""
    run = create_run(made_settings(**changes), folder)
    for step in range(STEPS + 1):
        if step:
            _log_step(run, step)
        if step % EVERY == 0:
            share = step / STEPS
            figures = {"aer": 0.3 - 0.1 * share, "retrieval": 0.4 + 0.2 * share, "layer_retrieval": 0.5, "aer de": 0.1}
            append_log(run.folder / "log.jsonl", {"step": step, "held_out": figures})
            _snapshot(run, step)
    write_state(run.folder, state=state, reason=reason, step=STEPS, steps=STEPS, seconds=2.0 * STEPS)
    result = {"before": {"aer": 0.3, "retrieval": 0.4}, "after": {"aer": 0.2, "retrieval": 0.6}, "steps": STEPS, "seconds": 80.0}
    (run.folder / "result.json").write_text(json.dumps(result))
    (run.folder / "encoder").mkdir()
    (run.folder / "encoder" / "config.json").write_text("{}")
    return open_run(run.folder)


def _log_step(run: Run, step: int) -> None:
    contrast, anchor = 3.0 / step, 0.01 * step
    parts = {"contrast": contrast, "anchor": anchor, "contrast de": contrast / 2, "contrast ar": contrast / 2}
    entry = {
        "step": step,
        "seconds": 2.0 * step,
        "loss": contrast + anchor,
        "parts": parts,
        "marginal_error": 1e-3,
        "cosine": 0.1,
        "gradient_norm": 1.5,
        "rate": 1e-4,
        "pairs_per_second": 96.0,
    }
    append_log(run.folder / "log.jsonl", entry)


def _snapshot(run: Run, step: int) -> None:
    """At the end the k-th words of both sides are the same vector, before that they only lean there."""
    collection = load_collection()
    chosen = probes({code: collection.pairs(code, "en", "dev")[:2] for code in run.settings.languages})
    random, rows, lengths = np.random.default_rng(0), [], []
    for _, pair in chosen:
        for side in (pair.source, pair.target):
            noise = random.normal(size=(len(side.words), 64))
            rows.append(np.eye(64)[np.arange(len(side.words)) % 64] * step / STEPS + noise * (1 - step / STEPS))
            lengths.append(len(side.words))
    folder = run.folder / "snapshots"
    (folder / "probes.json").write_text(json.dumps(describe_probes(chosen)))
    vectors = {"vectors": np.concatenate(rows).astype(np.float16), "lengths": np.array(lengths, np.int32)}
    save_file(vectors, folder / f"{step:07d}.safetensors", metadata={"step": str(step), "layer": "2"})


def losses(run: Run) -> list[float]:
    """Of each step."""
    return [entry["loss"] for entry in run.log() if "loss" in entry]


def weights(run: Run) -> dict[str, np.ndarray]:
    return load_file(run.folder / "encoder" / "model.safetensors")


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def without_times(entries: list[dict]) -> list[dict]:
    return [{k: v for k, v in entry.items() if k not in ("seconds", "pairs_per_second")} for entry in entries]
