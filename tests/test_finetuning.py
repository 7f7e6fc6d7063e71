"""Fine-tuning on tiny encoders: the loss falls, what is held out stays out, a run goes on where it was cut, and faults end it."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from transformers import AutoModel

from otcore.encoders import load_encoder
from otcore.errors import InputError
from otcore.finetuning import (
    FinetuneSettings,
    PairFile,
    create_run,
    delete_run,
    find_run,
    list_runs,
    open_run,
    preset,
    rename_run,
    zip_run,
)
from otcore.finetuning.batches import choose
from otcore.finetuning.data import Preparation, read_corpus
from otcore.finetuning.run import STOP_FILE, carry_out
from otcore.finetuning.store import append_log, read_log
from otcore.objectives import OBJECTIVES, ObjectiveSettings

ROOT = Path(__file__).resolve().parents[1]
NOUNS = {"cat": "Katze", "chair": "Stuhl", "dog": "Hund", "house": "Haus", "book": "Buch", "tree": "Baum"}
VERBS = {"sleeps": "schläft", "stands": "steht", "sits": "sitzt", "falls": "fällt"}
COLOURS = {"red": "rot", "green": "grün", "old": "alt"}


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("OTCORE_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture(scope="session")
def german(tmp_path_factory) -> str:
    """72 pairs, English last."""
    path = tmp_path_factory.mktemp("pairs") / "de.tsv"
    rows = [
        (f"die {n2} {v2} {c2} .", f"the {n1} {v1} {c1} .")
        for n1, n2 in NOUNS.items()
        for v1, v2 in VERBS.items()
        for c1, c2 in COLOURS.items()
    ]
    path.write_text("".join(f"{source}\t{target}\n" for source, target in rows), encoding="utf-8")
    return str(path)


@pytest.fixture
def settings(xlm_roberta, german) -> FinetuneSettings:
    return FinetuneSettings(
        ("de",), str(xlm_roberta), ObjectiveSettings("word-ot"), steps=6, batch=8, learning_rate=1e-3, layer=2,
        evaluate_every=4, checkpoint_every=2, snapshot_every=4, files=(PairFile("de", german),), held_out=0.1,
    )  # fmt: skip


def losses(run) -> list[float]:
    return [entry["loss"] for entry in run.log() if "loss" in entry]


def weights(run) -> dict[str, np.ndarray]:
    return load_file(run.folder / "encoder" / "model.safetensors")


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def without_times(entries: list[dict]) -> list[dict]:
    return [{k: v for k, v in entry.items() if k not in ("seconds", "pairs_per_second")} for entry in entries]


@pytest.mark.parametrize("kind", [kind for kind in OBJECTIVES if kind not in ("linear", "adversarial")])
def test_every_objective_lowers_its_loss(settings, kind):
    wanted = dataclasses.replace(settings, objective=ObjectiveSettings(kind, anchor=0.0), steps=12, batch=16, evaluate_every=0)
    run = carry_out(create_run(wanted))
    assert run.state == "finished"
    assert np.mean(losses(run)[-3:]) < np.mean(losses(run)[:3])


def test_a_finished_run_has_everything(settings):
    told = []
    run = carry_out(create_run(settings), told.append)
    assert (run.state, run.step, run.steps, run.reason) == ("finished", 6, 6, "")
    entries = run.log()
    assert [entry["step"] for entry in entries if "loss" in entry] == [1, 2, 3, 4, 5, 6]
    assert [entry["step"] for entry in entries if "held_out" in entry] == [0, 4, 6]
    assert [entry["step"] for entry in entries if "saved" in entry] == [0, 2, 4, 6]
    first = entries[2]
    assert first["loss"] == pytest.approx(first["parts"]["transport"] + first["parts"]["anchor"], abs=1e-5)
    assert {"gradient_norm", "pairs_per_second", "marginal_error", "cosine", "rate"} <= first.keys()
    assert -1 <= first["cosine"] <= 1
    assert first["parts"]["anchor"] == pytest.approx(0, abs=1e-6)
    assert run.result["before"].keys() == run.result["after"].keys() >= {"retrieval", "retrieval de", "layer_retrieval"}
    probes = json.loads((run.folder / "snapshots" / "probes.json").read_text())
    for step in (0, 4, 6):
        snapshot = load_file(run.folder / "snapshots" / f"{step:07d}.safetensors")
        assert snapshot["lengths"].tolist() == [len(probe["words"]) for probe in probes]
        assert snapshot["vectors"].shape == (snapshot["lengths"].sum(), 32)
    assert [entry["step"] for entry in told] == [entry["step"] for entry in entries]
    assert told[-1]["left"] == pytest.approx(0, abs=1e-6)
    assert FinetuneSettings.from_json((run.folder / "settings.json").read_text()) == settings


def test_only_what_reaches_the_layer_is_trained(settings, xlm_roberta):
    before = load_file(xlm_roberta / "model.safetensors")
    for top, changed in ((None, {"embeddings", "encoder.layer.0", "encoder.layer.1"}), (1, {"encoder.layer.1"})):
        run = carry_out(create_run(dataclasses.replace(settings, top_layers=top, steps=2)))
        after = weights(run)
        assert after.keys() == before.keys()
        moved = {name for name in before if not np.array_equal(before[name], after[name])}
        assert {next((part for part in changed if name.startswith(part)), name) for name in moved} == changed


def test_the_encoder_of_a_run_gives_the_vectors_that_were_trained(settings):
    run = carry_out(create_run(settings))
    encoder = load_encoder(f"run:{run.name}")
    probes = json.loads((run.folder / "snapshots" / "probes.json").read_text())
    found = np.concatenate([vectors.pooled() for vectors in encoder.encode([probe["words"] for probe in probes], 2)])
    np.testing.assert_allclose(found, load_file(run.folder / "snapshots" / "0000006.safetensors")["vectors"], atol=2e-3)
    model = AutoModel.from_pretrained(run.folder / "encoder")
    assert torch.equal(
        model.state_dict()["embeddings.word_embeddings.weight"], encoder.model.state_dict()["embeddings.word_embeddings.weight"]
    )
    with pytest.raises(InputError, match="There is no run nothing"):
        load_encoder("run:nothing")
    with pytest.raises(InputError, match="no name for a run"):
        load_encoder("run:../../etc")


@pytest.mark.parametrize("cut", [3, 4])
def test_a_cancelled_run_goes_on_to_the_same_result(settings, cut):
    whole = carry_out(create_run(settings))
    run = create_run(settings)
    cancelled = carry_out(run, stop=lambda: len(losses(run)) >= cut - 1)
    assert (cancelled.state, cancelled.step) == ("cancelled", cut)
    assert cancelled.usable
    finished = carry_out(cancelled)
    assert finished.state == "finished"
    assert same(weights(whole), weights(finished))
    assert losses(whole) == losses(finished)
    assert whole.result["after"] == finished.result["after"]
    with pytest.raises(InputError, match="is finished"):
        carry_out(finished)


def test_an_interrupted_run_loses_only_what_was_not_saved(settings):
    """Breaks off between two checkpoints, as a killed process does, with half a line in the log."""
    whole = carry_out(create_run(settings))
    run = create_run(settings)

    def die():
        if len(losses(run)) == 5:
            raise MemoryError
        return False

    with pytest.raises(MemoryError):
        carry_out(run, stop=die)
    with open(run.folder / "log.jsonl", "a", encoding="utf-8") as log:
        log.write('{"step": 6, "lo')
    broken = open_run(run.folder)
    assert (broken.state, broken.step) == ("interrupted", 4)
    assert list_runs()[0].state == "interrupted" or list_runs()[1].state == "interrupted"
    finished = carry_out(broken)
    assert same(weights(whole), weights(finished))
    assert without_times(whole.log()) == without_times(finished.log())


def test_a_stop_file_ends_a_run_and_keeps_what_was_learnt(settings):
    run = create_run(settings)
    cancelled = carry_out(run, lambda entry: (run.folder / STOP_FILE).touch() if entry["step"] == 2 else None)
    assert (cancelled.state, cancelled.step) == ("cancelled", 3)  # what is asked while a step is reported ends the next
    assert not (run.folder / STOP_FILE).exists()
    assert cancelled.result["after"]["retrieval"] >= 0


def test_not_a_number_stops_a_run_at_its_last_good_checkpoint(settings, monkeypatch):
    from otcore.objectives.transport import TransportObjective

    plain, calls = TransportObjective.losses, []

    def poisoned(self, clouds):
        calls.append(1)
        values, error = plain(self, clouds)
        return (values * torch.nan if len(calls) == 4 else values), error

    short = carry_out(create_run(dataclasses.replace(settings, schedule="constant", steps=2, warmup=0.0)))
    monkeypatch.setattr(TransportObjective, "losses", poisoned)
    run = carry_out(create_run(dataclasses.replace(settings, schedule="constant", warmup=0.0)))
    assert (run.state, run.step) == ("stopped", 2)
    assert "not a number" in run.reason
    assert same(weights(run), weights(short))


def test_a_collapse_and_an_explosion_are_seen():
    from otcore.finetuning.guard import Guard

    def figures(loss=1.0, cosine=0.2):
        return {"loss": loss, "gradient_norm": 1.0, "cosine": cosine}

    guard = Guard()
    assert [guard.fault(figures()) for _ in range(12)] == [""] * 12
    assert "collapsed" in guard.fault(figures(cosine=0.95))
    assert "exploded" in guard.fault(figures(loss=30.0))
    assert guard.fault(figures(loss=2.0, cosine=0.5)) == ""


def test_held_out_pairs_share_no_sentence_with_training(settings, german):
    corpus = read_corpus(settings)
    assert len(corpus.held_out["de"]) == 7
    for side in ("source", "target"):
        held_out, training = ({getattr(pair, side).words for pair in part["de"]} for part in (corpus.held_out, corpus.training))
        assert held_out
        assert not held_out & training
    other = read_corpus(dataclasses.replace(settings, seed=1))
    assert [pair.id for pair in corpus.held_out["de"]] != [pair.id for pair in other.held_out["de"]]


def test_the_bundled_collection_holds_out_its_gold_sentences():
    corpus = read_corpus(FinetuneSettings(("de", "zh"), steps=1))
    assert corpus.gold
    for code in ("de", "zh"):
        assert all(pair.gold is not None for pair in corpus.held_out[code])
        held_out = {pair.source.text for pair in corpus.held_out[code]} | {pair.target.text for pair in corpus.held_out[code]}
        assert not held_out & {side.text for pair in corpus.training[code] for side in (pair.source, pair.target)}


def test_an_epoch_has_every_pair_once_and_processes_share_it():
    pairs = list(range(12))
    epoch = [pair for number in range(3) for pair in choose(pairs, 4, number, seed=0)]
    assert sorted(epoch) == pairs
    assert epoch != [pair for number in range(3, 6) for pair in choose(pairs, 4, number, seed=0)]
    assert choose(pairs, 4, 7, seed=0) == choose(pairs, 4, 7, seed=0)
    halves = [choose(pairs, 2, 1, 0, (rank, 2)) for rank in (0, 1)]
    assert halves[0] + halves[1] == choose(pairs, 4, 1, 0)
    assert len(choose(pairs, 50, 0, 0)) == 12


@pytest.mark.parametrize(("kind", "pooling"), [("word-ot", "last"), ("contrastive-ot", "mean"), ("sub-ot", None)])
@pytest.mark.parametrize("masses", ["uniform", "norm", "inverse-frequency"])
def test_clouds_are_the_encoders_own_vectors(settings, encoder, kind, pooling, masses):
    from otcore.finetuning.batches import encode_sides, make_clouds
    from otcore.finetuning.trunk import Trunk

    wanted = dataclasses.replace(settings, objective=ObjectiveSettings(kind, masses=masses))
    corpus = read_corpus(wanted)
    pairs = Preparation(wanted, encoder, 2, corpus).pairs()["de"][:5]
    trunk = Trunk(encoder, 2)
    assert trunk.short
    encoded = encode_sides([side for pair in pairs for side in (pair.source, pair.target)], trunk, 1, torch.device("cpu"))
    clouds = make_clouds(pairs, encoded, None, masses)
    for row, pair in enumerate(corpus.training["de"][:5]):
        vectors = encoder.encode([pair.source.words], 2)[0]
        expected = vectors.subwords if pooling is None else vectors.pooled(pooling)
        np.testing.assert_allclose(clouds.source[row, : len(expected)].detach(), expected, atol=1e-5)
        assert clouds.source_live[row].sum() == len(expected)
        types = vectors.piece_words if pooling is None else range(len(expected))
        assert len(types) == (clouds.source_types[row] >= 0).sum()
    torch.testing.assert_close(clouds.source_mass.sum(1), torch.ones(5))
    torch.testing.assert_close(clouds.target_mass.sum(1), torch.ones(5))


@pytest.mark.parametrize("kind", ["linear", pytest.param("adversarial", marks=pytest.mark.slow)])
def test_maps_leave_the_encoder_and_turn_its_vectors(settings, encoder, kind):
    run = carry_out(create_run(dataclasses.replace(settings, objective=ObjectiveSettings(kind), steps=None)))
    assert run.state == "finished"
    assert run.usable
    mapped = load_encoder(f"run:{run.name}")
    words = ("die", "Katze", "schläft")
    plain = encoder.encode([words], 2)[0].pooled()
    found = mapped.encode([words], 2, languages=["de"])[0].pooled()
    np.testing.assert_allclose(found, mapped.maps.apply(plain, "de"), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), np.linalg.norm(plain, axis=1), rtol=1e-4)
    np.testing.assert_array_equal(mapped.encode([words], 2, languages=["en"])[0].pooled(), plain)
    assert mapped.default_layer == 2
    with pytest.raises(InputError, match="encoder with maps"):
        carry_out(create_run(dataclasses.replace(settings, encoder=f"run:{run.name}")))


def test_runs_are_listed_renamed_zipped_and_deleted(settings, tmp_path):
    run = carry_out(create_run(dataclasses.replace(settings, steps=1)))
    assert run.name == "word-ot-de-1"
    assert create_run(settings).name == "word-ot-de-2"
    renamed = rename_run(run, "mine")
    assert {entry.name for entry in list_runs()} == {"mine", "word-ot-de-2"}
    assert find_run("mine").result == run.result
    archive = zip_run(renamed, tmp_path / "mine.zip")
    with zipfile.ZipFile(archive) as opened:
        assert {"mine/settings.json", "mine/log.jsonl", "mine/encoder/model.safetensors", "mine/snapshots/probes.json"} <= set(
            opened.namelist()
        )
        assert "mine/checkpoint.safetensors" not in opened.namelist()
    for name in ("word-ot-de-2", "../up", "", ".hidden"):
        with pytest.raises(InputError):
            rename_run(renamed, name)
    delete_run(renamed)
    assert [entry.name for entry in list_runs()] == ["word-ot-de-2"]
    with pytest.raises(InputError, match="holds a run"):
        create_run(settings, find_run("word-ot-de-2").folder)


def test_a_log_is_read_up_to_its_last_whole_line(tmp_path):
    path = tmp_path / "log.jsonl"
    assert read_log(path) == []
    append_log(path, {"step": 1})
    with open(path, "a", encoding="utf-8") as file:
        file.write('{"step": 2')
    assert read_log(path) == [{"step": 1}]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"languages": ()}, "at least one language"),
        ({"languages": ("de", "de"), "files": ()}, "named twice"),
        ({"languages": ("en",), "files": ()}, "English is the target"),
        ({"languages": ("fr",)}, "Pair files are needed for fr"),
        ({"steps": None}, "needs an end"),
        ({"steps": 0}, "steps must be a whole number from 1"),
        ({"batch": 1.5}, "batch must be a whole number"),
        ({"learning_rate": -1.0}, "learning_rate must be a number above 0"),
        ({"held_out": 0.9}, "at most 0.5"),
        ({"schedule": "cosine"}, "schedule must be one of"),
    ],
)
def test_settings_say_what_is_wrong(settings, change, message):
    with pytest.raises(InputError, match=message):
        dataclasses.replace(settings, **change)


def test_presets_have_an_end_and_read_back():
    for name in ("minute", "five-minutes", "thorough"):
        chosen = preset(name, "word-ot", ("de", "fr"))
        assert chosen.minutes
        assert FinetuneSettings.from_json(chosen.to_json()) == chosen
    with pytest.raises(InputError, match="preset must be one of"):
        preset("hour")
    with pytest.raises(InputError, match="cannot be read"):
        FinetuneSettings.from_json('{"speed": 3}')


def command(*arguments: str, **options) -> subprocess.Popen:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_killed_process_leaves_a_run_that_goes_on(settings, xlm_roberta, german, runs):
    options = ["--languages", "de", "--encoder", str(xlm_roberta), "--pairs", german, "--layer", "2", "--steps", "400", "--batch", "8"]
    options += ["--checkpoint-every", "5", "--evaluate-every", "0", "--snapshot-every", "0", "--learning-rate", "1e-3"]
    process = command("-m", "otcore", "finetune", *options, "--out", str(runs / "killed"))
    deadline = time.monotonic() + 280
    while not any(entry.get("saved") and entry["step"] >= 10 for entry in read_log(runs / "killed" / "log.jsonl")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert open_run(runs / "killed").state == "running"
    process.send_signal(signal.SIGKILL)
    process.wait()
    reported = max(entry["step"] for entry in read_log(runs / "killed" / "log.jsonl") if entry.get("saved"))
    killed = open_run(runs / "killed")
    assert killed.state == "interrupted"
    resumed = carry_out(killed, stop=lambda: len(losses(killed)) >= reported + 7)
    whole = carry_out(create_run(killed.settings), stop=lambda: len(losses(find_run("word-ot-de-1"))) >= reported + 7)
    # another process may share the work among threads differently: equal up to rounding
    np.testing.assert_allclose(losses(resumed), losses(whole), rtol=1e-4)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_processes_do_what_one_does_with_twice_the_batch(settings, xlm_roberta, german, runs):
    options = [
        "--languages",
        "de",
        "--encoder",
        str(xlm_roberta),
        "--pairs",
        german,
        "--steps",
        "5",
        "--learning-rate",
        "1e-3",
        "--no-bf16",
    ]
    options += ["--layer", "2", "--evaluate-every", "0"]
    # --cpu would start one process where there is no MPI; --multi_gpu is the launcher of local processes, with or without GPUs
    launch = ["-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1", "--mixed_precision", "no"]
    launch += ["--main_process_port", "0", "--num_cpu_threads_per_process", "1", "-m", "otcore", "finetune"]
    process = command(*launch, *options, "--batch", "8", "--out", str(runs / "two"))
    _, complaint = process.communicate(timeout=500)
    assert process.returncode == 0, complaint
    one = dataclasses.replace(open_run(runs / "two").settings, batch=16)
    alone = carry_out(create_run(one, runs / "one"))
    np.testing.assert_allclose(losses(open_run(runs / "two")), losses(alone), rtol=1e-4)
    two, one = weights(open_run(runs / "two")), weights(alone)
    for name in one:
        np.testing.assert_allclose(two[name], one[name], atol=2e-4)


def run_cli(capsys, *arguments: str) -> tuple[int, str, str]:
    from otcore.cli import main

    code = main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_command_line_trains_resumes_and_lists(settings, xlm_roberta, german, runs, capsys, monkeypatch):
    monkeypatch.setattr(signal, "signal", lambda *handler: None)
    options = ("--languages", "de", "--encoder", str(xlm_roberta), "--pairs", f"de={german}", "--steps", "2", "--batch", "4")
    code, _, err = run_cli(capsys, "finetune", *options, "--objective", "contrastive-ot", "--out", str(runs / "here"))
    assert code == 0
    assert "step 2/2, held out: P@1" in err
    code, out, _ = run_cli(capsys, "runs", "--json")
    assert code == 0
    (row,) = json.loads(out)
    assert (row["name"], row["state"], row["objective"], row["step"]) == ("here", "finished", "contrastive-ot", 2)
    code, out, _ = run_cli(capsys, "runs")
    assert [line.split()[0] for line in out.splitlines()] == ["name", "here"]
    code, _, err = run_cli(capsys, "finetune", "--resume", str(runs / "here"))
    assert (code, err.count("\n")) == (2, 1)
    assert "is finished" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Name the languages"),
        (("--languages", "xx!"), "xx!"),
        (("--languages", "de"), "needs an end"),
        (("--languages", "de", "--steps", "0"), "steps must be"),
        (("--languages", "de", "--steps", "1", "--train", "most"), "--train takes all"),
        (("--languages", "de", "--steps", "1", "--encoder", "/nowhere/at/all"), "neither a folder"),
        (("--languages", "de", "--steps", "1", "--pairs", "/nowhere.tsv"), "cannot be read"),
        (("--languages", "de", "--steps", "1", "--pairs", "a", "b"), "give one each"),
        (("--languages", "xh", "--steps", "1"), "has no xh"),
        (("--resume", "/nowhere"), "not a run"),
        (("--resume", "/nowhere", "--steps", "3"), "leave out --steps"),
        (("--objective", "magic"), "invalid choice"),
    ],
)
def test_mistakes_on_the_command_line_end_in_one_sentence(arguments, message, runs, capsys, monkeypatch, xlm_roberta):
    monkeypatch.setattr(signal, "signal", lambda *handler: None)
    if arguments and "--encoder" not in arguments:
        arguments = (*arguments, *(("--encoder", str(xlm_roberta)) if "--resume" not in arguments else ()))
    code, _, err = run_cli(capsys, "finetune", *arguments)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
