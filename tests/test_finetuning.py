"""The training loop on tiny encoders: the loss falls, a run goes on where it was cut, and faults end it."""

import dataclasses
import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from training_runs import losses, same, weights, without_times
from transformers import AutoModel

from otcore.base.errors import InputError
from otcore.encoders import load_encoder
from otcore.finetuning import loop, pacing, schedule, watch
from otcore.finetuning.run import carry_out
from otcore.objectives import OBJECTIVES
from otcore.objectives.transport import WordOT
from otcore.retrieval.precision import sentence_vectors
from otcore.runs.course import snapshot_steps
from otcore.runs.locks import STOP_FILE
from otcore.runs.settings import FinetuneSettings
from otcore.runs.store import create_run, list_runs, open_run


@pytest.mark.parametrize("kind", [kind for kind, one in OBJECTIVES.items() if not one.is_map])
def test_every_objective_lowers_its_loss(settings, kind):
    wanted = dataclasses.replace(settings, objective=OBJECTIVES[kind](anchor=0.0), steps=12, batch=16, evaluate_every=0)
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
    cancelled = carry_out(run, stop=lambda: len(losses(run)) >= cut)
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
    assert (cancelled.state, cancelled.step) == ("cancelled", 2)  # what is asked while a step is reported breaks the next one off
    assert not (run.folder / STOP_FILE).exists()
    assert cancelled.result["after"]["retrieval"] >= 0


@pytest.mark.parametrize("step", [2, 6])
def test_a_folder_deleted_while_a_run_is_at_work_gets_a_sentence(settings, step):
    run = create_run(settings)
    with pytest.raises(InputError, match="was deleted while it ran"):
        carry_out(run, lambda entry: shutil.rmtree(run.folder) if entry["step"] == step and "loss" in entry else None)
    assert not run.folder.exists()


def test_not_a_number_stops_a_run_at_its_last_good_checkpoint(settings, monkeypatch):
    plain, calls = WordOT.losses, []

    def poisoned(self, clouds):
        calls.append(1)
        values, error = plain(self, clouds)
        return ([value * torch.nan for value in values] if len(calls) == 4 else values), error

    short = carry_out(create_run(dataclasses.replace(settings, schedule="constant", steps=2, warmup=0.0)))
    monkeypatch.setattr(WordOT, "losses", poisoned)
    run = carry_out(create_run(dataclasses.replace(settings, schedule="constant", warmup=0.0)))
    assert (run.state, run.step) == ("stopped", 2)
    assert "not a number" in run.reason
    assert same(weights(run), weights(short))


def test_after_a_fault_nothing_is_left_of_the_steps_that_were_given_up(settings, monkeypatch):
    plain, calls = WordOT.losses, []

    def poisoned(self, clouds):
        calls.append(1)
        values, error = plain(self, clouds)
        return ([value * torch.nan for value in values] if len(calls) == 4 else values), error

    monkeypatch.setattr(WordOT, "losses", poisoned)
    run = carry_out(create_run(dataclasses.replace(settings, checkpoint_every=2, snapshot_every=1, evaluate_every=1)))
    assert (run.state, run.step) == ("stopped", 2)
    assert sorted(int(path.stem) for path in (run.folder / "snapshots").glob("*.safetensors")) == [0, 1, 2]
    assert [entry["step"] for entry in run.log() if "held_out" in entry] == [0, 1, 2]
    assert len(losses(run)) == 3, "the losses stay: they say why"


def test_a_run_that_goes_on_forgets_what_it_saw_after_its_checkpoint(settings):
    wanted = dataclasses.replace(settings, checkpoint_every=2, snapshot_every=1)
    run = create_run(wanted)

    def die():
        if len(losses(run)) == 3:
            raise MemoryError
        return False

    with pytest.raises(MemoryError):
        carry_out(run, lambda entry: die() if entry.get("step") == 3 else None, die)
    (run.folder / "snapshots" / "0000003.safetensors").write_bytes(b"seen before the process died")
    ended = carry_out(open_run(run.folder), stop=lambda: len(losses(run)) == 3)
    assert (ended.state, ended.step) == ("cancelled", 3)
    assert load_file(run.folder / "snapshots" / "0000003.safetensors")
    (run.folder / "snapshots" / "0000005.safetensors").write_bytes(b"seen before the process died")
    ended = carry_out(ended, stop=lambda: len(losses(run)) == 4)
    assert sorted(int(path.stem) for path in (run.folder / "snapshots").glob("*.safetensors")) == [0, 1, 2, 3, 4]


def test_a_collapse_and_an_explosion_are_seen():
    from otcore.finetuning.loop import Guard

    def figures(loss=1.0, cosine=0.2):
        return {"loss": loss, "gradient_norm": 1.0, "cosine": cosine}

    guard = Guard()
    assert [guard.fault(figures()) for _ in range(12)] == [""] * 12
    assert "collapsed" in guard.fault(figures(cosine=0.95))
    assert "exploded" in guard.fault(figures(loss=30.0))
    assert guard.fault(figures(loss=2.0, cosine=0.5)) == ""


@pytest.mark.parametrize("kind", ["linear", pytest.param("adversarial", marks=pytest.mark.slow)])
def test_maps_leave_the_encoder_and_turn_its_vectors(settings, encoder, kind):
    run = carry_out(create_run(dataclasses.replace(settings, objective=OBJECTIVES[kind](), steps=None)))
    assert run.state == "finished"
    assert run.usable
    mapped = load_encoder(f"run:{run.name}")
    words = ("die", "Katze", "schläft")
    plain = encoder.encode([words], 2)[0].pooled()
    found = mapped.encode([words], 2, languages=["de"])[0].pooled()
    np.testing.assert_allclose(found, mapped.maps.apply(plain, "de"), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), np.linalg.norm(plain, axis=1), rtol=1e-4)
    np.testing.assert_array_equal(mapped.encode([words], 2, languages=["en"])[0].pooled(), plain)
    assert mapped.default_layer == mapped.sentence_layer == 2
    turned = mapped.encode([words], 2, languages=["de"])[0].subwords.mean(0)
    np.testing.assert_allclose(sentence_vectors(mapped, [words], language="de")[0], turned / np.linalg.norm(turned), rtol=1e-5)
    with pytest.raises(InputError, match="encoder with maps"):
        carry_out(create_run(dataclasses.replace(settings, encoder=f"run:{run.name}")))


# --- what the time goes into ----------------------------------------------------------------------------------------------------


class Hands:
    """A clock that is moved by hand: it stands in for the system's in all modules that count a run's time."""

    def __init__(self, monkeypatch) -> None:
        self.now = 100.0
        for module in (loop, pacing, schedule):
            monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.now))

    def slow(self, function, seconds):
        """The function, after which so many seconds have gone by: a number, or a function of its arguments."""

        def slowed(*given, **named):
            found = function(*given, **named)
            self.now += seconds(*given, **named) if callable(seconds) else seconds
            return found

        return slowed


@pytest.mark.parametrize("per_pair", [0.002, 0.05, 2.0])
def test_a_budget_goes_into_training_and_a_tenth_of_it_at_most_into_looking(settings, monkeypatch, per_pair):
    """Looking costs next to nothing, a good deal, or so much that even the smallest sample is long: then it is done at both ends only."""
    hands, looked = Hands(monkeypatch), []

    def cost(encoder, held_out, *more, **named):
        looked.append(per_pair * sum(map(len, held_out.values())))
        return looked[-1]

    monkeypatch.setattr(watch, "evaluate", hands.slow(watch.evaluate, cost))
    monkeypatch.setattr(loop.Step, "backward", hands.slow(loop.Step.backward, 1.0))
    wanted = dataclasses.replace(settings, steps=None, minutes=1.0, held_out=0.4, evaluate_every=1, snapshot_every=2)
    run = carry_out(create_run(wanted))
    entries = [entry for entry in run.log() if "held_out" in entry]
    assert [entries[0]["step"], entries[-1]["step"]] == [0, run.step]
    assert len({entry["pairs"] for entry in entries}) == 1, "the sample is one and the same"
    assert entries[0]["pairs"] == {0.002: 28, 0.05: 13, 2.0: pacing.FEWEST}[per_pair]
    if per_pair < 1:
        assert sum(looked) <= 0.1 * 60
        assert run.step >= 54
        assert len(entries) >= 5
        assert len(snapshot_steps(run.folder)) >= 10, "frames of a film"
        halves = [sum(low < entry["step"] <= low + run.step // 2 for entry in entries) for low in (0, run.step // 2)]
        assert min(halves) >= 2, "they lie evenly in the run"
    else:
        assert len(entries) == 2


def test_what_is_asked_before_the_first_step_ends_a_run_at_once_and_it_can_go_on(settings):
    whole, run = carry_out(create_run(settings)), create_run(settings)
    ended = carry_out(run, stop=lambda: True)
    assert (ended.state, ended.step, ended.usable) == ("cancelled", 0, False)
    finished = carry_out(ended)
    assert same(weights(whole), weights(finished))


def test_a_stop_breaks_a_step_off_and_gives_up_no_whole_one(settings, monkeypatch):
    passes, encode = [], loop.encode_sides
    monkeypatch.setattr(loop, "encode_sides", lambda *given: passes.append(1) or encode(*given))
    run = carry_out(create_run(settings), stop=lambda: len(passes) > 3)
    assert (run.state, run.step, len(losses(run))) == ("cancelled", 3, 3), "the fourth was broken off within itself"
    assert run.usable
