"""Learning in English: a head learns what can be learnt, the same seed gives the same, the best pass is kept, and work can be cancelled."""

import re

import numpy as np
import pytest
import torch
from torch import nn

from otcore.base.errors import InputError
from otcore.base.progress import Stopped, Teller
from otcore.encoders import load_encoder
from otcore.encoders.maps import LanguageMaps
from otcore.evaluation.transfer.fitting import Training, ended, fit
from otcore.evaluation.transfer.inputs import training_batches
from otcore.evaluation.transfer.running import transfer
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import Sources
from otcore.evaluation.transfer.tasks import read_task
from otcore.evaluation.transfer.text_table import as_text

ANIMALS, THINGS = ("cat", "Katze", "chat"), ("chair", "Stuhl", "chaise")  # the tiny vocabularies have them whole
QUICK = TransferSettings("head", epochs=15, patience=15, batch=8, head_rate=1e-2, hidden=32)


def write_topics(path, verbs) -> str:
    lines = [f"the {noun} {verb}\t{label}" for label, nouns in (("animal", ANIMALS), ("thing", THINGS)) for noun in nouns for verb in verbs]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def topics(tmp_path_factory):
    folder = tmp_path_factory.mktemp("topics")
    train = write_topics(folder / "train.tsv", ("sleeps", "schläft", "dort", "on", "auf"))
    test = write_topics(folder / "test.tsv", ("sleeps", "auf"))
    return read_task("topics", Sources((train,), (test,), {"en": test, "de": test}))


@pytest.fixture(scope="module")
def nli(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nli")
    lines = []
    for noun in (*ANIMALS, *THINGS):
        same = f"the {noun} sleeps"
        lines += [f"{same}\t{same}\tentailment", f"{same}\trouge\tcontradiction", f"{same}\tthe red auf\tneutral"]
    (folder / "train.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    path = str(folder / "train.tsv")
    return read_task("xnli", Sources((path,), (path,), {"en": path}))


@pytest.mark.parametrize("train", ["head", "encoder"])
@pytest.mark.parametrize("name", ["topics", "nli"])
def test_what_can_be_learnt_is_learnt(request, encoder, name, train):
    task = request.getfixturevalue(name)
    epochs = 60 if train == "head" else 15
    settings = TransferSettings(train, epochs=epochs, patience=epochs, batch=8, head_rate=1e-2, encoder_rate=1e-3, hidden=32, length=60)
    found = transfer(task, [encoder], settings, [0])
    assert found.average(encoder.name, "en", "accuracy").mean > 0.8 > found.guess("en", "accuracy")


@pytest.mark.parametrize("train", ["head", "encoder"])
def test_a_seed_repeats_and_another_differs(topics, encoder, train):
    settings = TransferSettings(train, epochs=2, batch=8, head_rate=3e-3, encoder_rate=1e-3, hidden=8, length=60)
    torch.manual_seed(5)
    state = torch.get_rng_state()
    one, two = transfer(topics, [encoder], settings, [0, 1]), transfer(topics, [encoder], settings, [1, 0])
    assert torch.equal(torch.get_rng_state(), state)  # nothing else is made to repeat by it
    by_seed = [{(score.seed, score.language, score.measure): score.value for score in found.scores} for found in (one, two)]
    assert by_seed[0] == by_seed[1]
    assert {fit.seed: fit.dev for fit in one.fits} == {fit.seed: fit.dev for fit in two.fits}
    orders = [np.concatenate(training_batches([1] * 64, 8, np.random.default_rng(seed))) for seed in (0, 0, 1)]
    assert np.array_equal(orders[0], orders[1])
    assert not np.array_equal(orders[0], orders[2])
    assert sorted(orders[0]) == list(range(64))


def test_early_stopping_keeps_the_best_pass():
    scores = iter([0.2, 0.5, 0.5, 0.4, 0.9])
    head, seen = nn.Linear(1, 1), []

    def dev() -> float:
        seen.append(head.weight.detach().clone())
        return next(scores)

    training = Training(head, None, lambda: [torch.ones(4, 1)] * 3, lambda batch: head(batch).square().mean(), dev)
    history = fit(training, TransferSettings(epochs=9, patience=2, head_rate=0.1, encoder_rate=0.1), Teller())
    assert history == [0.2, 0.5, 0.5, 0.4]  # the equal third is no better
    assert torch.equal(head.weight, seen[1])
    assert not ended([0.1, 0.2], 1)
    assert ended([0.2, 0.2], 1)


@pytest.mark.parametrize("train", ["head", "encoder"])
def test_cancelled_in_the_middle(topics, encoder, train):
    told: list[tuple[int, str]] = []

    def note(done: int, total: int, text: str) -> None:
        told.append((done, text))

    settings = TransferSettings(train, epochs=50, patience=50, batch=4, head_rate=1e-3, encoder_rate=1e-3, length=60)
    with pytest.raises(Stopped):
        transfer(topics, [encoder], settings, [0, 1], tell=Teller(note, lambda: len(told) > 20))
    assert len(told) == 21
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert any("seed 0: pass" in text for _, text in told)
    assert not any("seed 1" in text for _, text in told)


def test_progress_rises_to_the_end(topics, encoder):
    told = []
    transfer(topics, [encoder], QUICK, [0, 1], tell=Teller(lambda done, total, note: told.append(done / total)))
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > 20


def test_an_encoders_maps_are_applied_to_their_language_only(topics, xlm_roberta, encoder):
    mapped = load_encoder(str(xlm_roberta))
    mapped.name = "mapped"
    matrix = -torch.eye(mapped.dimension).numpy()
    mapped.maps = LanguageMaps({"de": matrix}, mapped.layers)
    for train in ("head", "encoder"):
        settings = TransferSettings(train, epochs=8, patience=8, batch=8, head_rate=1e-2, encoder_rate=1e-3, hidden=32, length=60)
        found = transfer(topics, [encoder, mapped], settings, [0])
        accuracy = {(name, code): found.average(name, code, "accuracy").mean for name in found.encoders for code in ("en", "de")}
        assert accuracy[encoder.name, "en"] == accuracy["mapped", "en"] == accuracy[encoder.name, "de"]
        # turned round, the same text is taken for another; how far the few steps get differs with the machine
        assert accuracy["mapped", "de"] < accuracy["mapped", "en"] - 0.2


def test_averages_and_changes(topics, encoder, mbert):
    found = transfer(topics, [encoder, load_encoder(str(mbert))], QUICK, [0, 1, 2], seen=["de"])
    assert found.groups == {"seen": ("en", "de"), "all": ("en", "de")}
    name, other = found.encoders
    values = [[s.value for s in found.scores if (s.encoder, s.language, s.measure) == (name, code, "f1")] for code in ("en", "de")]
    average = found.average(name, "all", "f1")
    assert average.mean == pytest.approx(sum(map(sum, values)) / 6)
    assert average.low <= average.mean <= average.high
    assert found.change(other, "all", "f1").mean == pytest.approx(found.average(other, "all", "f1").mean - average.mean)
    assert found.guess("all", "accuracy") == pytest.approx(0.5)


@pytest.mark.parametrize(("encoders", "seeds"), [(0, [0]), (2, [0]), (1, []), (1, [0, 0]), (1, [-1])])
def test_what_cannot_be_compared(topics, encoder, encoders, seeds):
    with pytest.raises(InputError):
        transfer(topics, [encoder] * encoders, QUICK, seeds)


def test_examples_that_are_cut_are_counted(encoder, tmp_path):
    """Two texts in one row have the room that the settings leave them."""
    long, short = "the red cat sleeps " * 3, "cat"
    lines = [f"{long}\t{short}\t{'entailment' if k % 2 else 'neutral'}" for k in range(6)]
    lines += [f"{short}\t{short}\t{'entailment' if k % 2 else 'neutral'}" for k in range(4)]
    (tmp_path / "train.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    path = str(tmp_path / "train.tsv")
    task = read_task("xnli", Sources((path,), (path,), {"en": path}))
    quick = {"epochs": 1, "patience": 1, "batch": 8, "hidden": 8}
    found = transfer(task, [encoder], TransferSettings("encoder", length=32, **quick), [0])
    assert len(found.notes) == 1
    told = r"18 of 30 examples have more than the \d+ subwords that are read of one, and are cut at the end\."
    assert re.fullmatch(f"{re.escape(encoder.name)}: {told}", found.notes[0])
    assert found.notes[0] in as_text(found)
    assert found.as_dict()["notes"] == list(found.notes)
    assert transfer(task, [encoder], TransferSettings("encoder", length=60, **quick), [0]).notes == ()
