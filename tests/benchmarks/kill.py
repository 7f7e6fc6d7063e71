"""Kills processes while they write, and looks at what is left: nothing that was acknowledged is lost, nothing is left behind.

`kill.py [--kills 500] [--seed 0]` kills, with SIGKILL and at random times, processes that write notes, outputs, uploads, runs and
deletions, and (one kill in ten) a fine-tuning run. A worker says `ok NUMBER` after each thing it has done; after each kill the folder is
opened as the next start does. Prints a line a kind, and exits with 1 where anything was lost or left.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

_HEAD = "import sys, os, itertools\nfrom pathlib import Path\nfolder, start = Path(sys.argv[1]), int(sys.argv[2])\n"
_TAIL = """
print("ready", flush=True)
for k in itertools.count(start):
    print(f"do {k}", flush=True)
    act(k)
    print(f"ok {k}", flush=True)
"""
WORKERS = {
    "notes": """
from otcore.notes.store import Note, NoteStore
notes = NoteStore(folder / "notes.sqlite")
def act(k): notes.add(Note("bundled", f"p{k}", "Ann", "t", "half " * 50))
""",
    "outputs": """
from otcore.text.writing import write_bytes
def act(k): write_bytes(folder / f"out{k % 3}", str(k).encode().ljust(4_000_000, b"."))
""",
    "uploads": """
from otcore.corpora.uploads import Store
store = Store("trial", "trials")
def act(k): store.keep([(f"{k}.txt", str(k).encode() * 200_000)])
""",
    "runs": """
from otcore.runs.settings import FinetuneSettings
from otcore.runs.store import create_run
def act(k): create_run(FinetuneSettings(("de",), steps=1, seed=k))
""",
    "deletes": """
from otcore.runs.settings import FinetuneSettings
from otcore.runs.store import create_run, delete_run
def act(k):
    run = create_run(FinetuneSettings(("de",), steps=1, seed=k))
    (run.folder / "checkpoint.safetensors").write_bytes(b"x" * 2_000_000)
    delete_run(run)
""",
}


def look(kind: str, folder: Path, done: list[int]) -> list[str]:
    """What is wrong after a kill, as the next start finds it."""
    from otcore.base import leftovers

    leftovers._swept.clear()  # this process stands for the next one
    return {"notes": _notes, "outputs": _outputs, "uploads": _uploads, "runs": _runs, "deletes": _deletes}[kind](folder, done)


def _notes(folder: Path, done: list[int]) -> list[str]:
    import sqlite3

    with sqlite3.connect(folder / "notes.sqlite") as connection:
        kept = {pair for (pair,) in connection.execute("SELECT pair FROM notes")}
        sound = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    return [f"note {k} is lost" for k in done if f"p{k}" not in kept] + ([] if sound else ["the database is damaged"])


def _outputs(folder: Path, done: list[int]) -> list[str]:
    from otcore.text.writing import write_bytes

    write_bytes(folder / "next", b"")
    (folder / "next").unlink()
    wrong = [f"{path.name} is left" for path in folder.iterdir() if path.name not in ("out0", "out1", "out2")]
    for place in {k % 3 for k in done}:
        content = (folder / f"out{place}").read_bytes()
        last = max(k for k in done if k % 3 == place)
        if len(content) != 4_000_000 or int(content.rstrip(b".")) < last:
            wrong.append(f"out{place} is not that of {last}")
    return wrong


def _uploads(folder: Path, done: list[int]) -> list[str]:
    from otcore.corpora.uploads import Store

    store = Store("trial", "trials")
    kept = {name for entry in store.entries() for name in entry.names}
    wrong = [f"upload {k} is lost" for k in done if f"{k}.txt" not in kept]
    return wrong + [f"{path.name} is left" for path in store.folder.glob(".*")] if store.folder.is_dir() else wrong


def _runs(folder: Path, done: list[int]) -> list[str]:
    from otcore.base.leftovers import is_temporary
    from otcore.runs.damaged import damaged_runs
    from otcore.runs.store import list_runs

    kept = {run.settings.seed for run in list_runs()}
    wrong = [f"run {k} is lost" for k in done if k not in kept] + [f"{one.name} is damaged" for one in damaged_runs()]
    return wrong + [f"{path.name} is left" for path in folder.iterdir() if is_temporary(path.name)]


def _deletes(folder: Path, done: list[int]) -> list[str]:
    return [f"run {k} is not deleted" for k in done if k in _seeds()] + _runs(folder, [])


def _seeds() -> set[int]:
    from otcore.runs.store import list_runs

    return {run.settings.seed for run in list_runs()}


def strike(kind: str, folder: Path, start: int, chance: random.Random) -> tuple[list[int], int]:
    """Starts a worker, kills it at a random time, and returns what it said it had done, and the next number."""
    command = [sys.executable, "-c", _HEAD + WORKERS[kind] + _TAIL, str(folder), str(start)]
    worker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | {"OTCORE_RUNS": str(folder)})
    if worker.stdout.readline() != "ready\n":
        raise SystemExit(f"the worker for {kind} did not start")
    time.sleep(chance.uniform(0, 0.25))
    worker.send_signal(signal.SIGKILL)
    said = [line.split() for line in worker.stdout.read().split("\n")[:-1]]
    worker.wait()
    return [int(k) for word, k in said if word == "ok"], max((int(k) for _, k in said), default=start) + 1


def finetuning(folder: Path, kills: int, chance: random.Random) -> list[str]:
    """Kills a run again and again: each time it goes on from the last checkpoint that it had told, and ends in the end."""
    import dataclasses

    from checkpoints import make_xlm_roberta
    from training_runs import quick_settings, write_pairs

    from otcore.runs.store import create_run, open_run

    settings = quick_settings(make_xlm_roberta(folder / "encoder"), write_pairs(folder / "de.tsv"))
    run = create_run(dataclasses.replace(settings, steps=100_000, checkpoint_every=5), folder / "run")
    wrong, told = [], 0
    for _ in range(kills):
        command = [sys.executable, "-m", "otcore", "finetune", "--resume", str(run.folder)]
        worker = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"OTCORE_RUNS": str(folder)}
        )
        ends = time.monotonic() + 240
        while open_run(run.folder).step <= told and worker.poll() is None and time.monotonic() < ends:
            time.sleep(0.05)
        time.sleep(chance.uniform(0, 0.5))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        found = open_run(run.folder)
        saved = max((entry["step"] for entry in found.log() if entry.get("saved")), default=0)
        if found.state != "interrupted" or found.step < told:
            wrong.append(f"the run is {found.state} at step {found.step}, and had told {told}")
        told = max(found.step, saved, told)
    from otcore.base import leftovers
    from otcore.runs.store import list_runs

    leftovers._swept.clear()
    list_runs()
    return wrong + [f"{path} is left" for path in run.folder.rglob(".*")]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance, bad = random.Random(options.seed), 0
    training = options.kills // 10
    for number, kind in enumerate(WORKERS):
        kills = (options.kills - training) // len(WORKERS) + (number < (options.kills - training) % len(WORKERS))
        with tempfile.TemporaryDirectory(prefix="otcore-kill-") as name:
            folder, done, start, wrong = Path(name), [], 0, []
            os.environ["OTCORE_RUNS"] = name
            for _ in range(kills):
                some, start = strike(kind, folder, start, chance)
                done += some
                wrong += look(kind, folder, done if kind != "outputs" else done[-30:])
                if kind == "runs" and len(done) > 200:  # lists stay short
                    shutil.rmtree(folder)
                    folder.mkdir()
                    done = []
        print(
            f"{kind:10} {kills:4} kills, {start:6} begun, {len(wrong)} lost or left" + "".join(f"\n    {one}" for one in wrong[:5]),
            flush=True,
        )
        bad += len(wrong)
    with tempfile.TemporaryDirectory(prefix="otcore-kill-") as name:
        os.environ["OTCORE_RUNS"] = name
        wrong = finetuning(Path(name), training, chance)
    print(f"{'training':10} {training:4} kills, {len(wrong)} lost or left" + "".join(f"\n    {one}" for one in wrong[:5]))
    return int(bad + len(wrong) > 0)


if __name__ == "__main__":
    sys.exit(main())
