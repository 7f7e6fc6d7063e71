"""Tasks without training: their figures are those of the engine's own measures and of cases worked out by hand."""

import itertools

import numpy as np
import pytest

from otcore.cli import main
from otcore.corpora.collection import load_collection
from otcore.evaluation.transfer.running import transfer
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import Sources
from otcore.evaluation.transfer.tasks import read_task
from otcore.evaluation.transfer.tasks.search import random_ranking, ranking_scores
from otcore.retrieval.precision import retrieve, sentence_vectors
from otcore.retrieval.words import word_hits


def test_ranking_by_hand():
    scores = np.array([[0.9, 0.8, 0.7, 0.6], [0.1, 0.4, 0.3, 0.2]])
    relevant = np.array([[False, True, False, True], [False, True, False, False]])
    found = ranking_scores(scores, relevant, top=2)
    first = (1 / np.log2(3)) / (1 + 1 / np.log2(3))  # ranks 2 and 4, of which two are looked at
    assert found["ndcg"] == pytest.approx((first + 1) / 2)
    assert found["mrr"] == pytest.approx((1 / 2 + 1) / 2)
    assert found["recall"] == pytest.approx((1 / 2 + 1) / 2)


@pytest.mark.parametrize("top", [1, 2, 5, 9])
def test_chance_of_a_search_is_the_mean_over_all_orders(top):
    relevant = np.array([[True, False, False, True, False]])
    orders = [ranking_scores(np.array([order], float), relevant, top) for order in itertools.permutations(range(5))]
    expected = random_ranking([2], 5, top)
    for measure, value in expected.items():
        assert value == pytest.approx(np.mean([one[measure] for one in orders]))


def test_search_over_the_collection(encoder):
    task = read_task("search", Sources(languages=("en", "de")))
    found = transfer(task, [encoder], TransferSettings(), [0, 1, 2])
    assert found.seeds == (0,)  # nothing is trained, so seeds would repeat it
    chance = found.chance["de"]
    assert chance["recall"] == pytest.approx(10 / 1188, rel=0.05)
    for measure in found.measures:
        assert 0 <= found.average(encoder.name, "de", measure).mean <= 1
        assert found.average(encoder.name, "en", measure).mean > chance[measure]  # even a random encoder matches pieces


def test_sentences_are_encoded_in_blocks_and_counted_over_all(encoder, monkeypatch):
    words, told = [("red",) * (1 + number % 4) for number in range(10)], []
    whole = sentence_vectors(encoder, words)
    monkeypatch.setattr("otcore.retrieval.precision.BLOCK", 4)
    found = sentence_vectors(encoder, words, progress=lambda *counts: told.append(counts))
    assert np.abs(found - whole).max() < 1e-6
    assert told == sorted(told)
    assert told[-1] == (10, 10)
    assert (4, 10) in told


def test_files_without_a_sentence_are_named(tmp_path, capsys):
    for name in ("a.de", "a.en"):
        (tmp_path / name).touch()
    assert main(["retrieve", str(tmp_path / "a.de"), str(tmp_path / "a.en")]) == 2
    assert "a.en have no sentences" in capsys.readouterr().err


def test_sentences_as_retrieve_has_them(tmp_path, encoder):
    pairs = load_collection().pairs("de", "en", "dev")[:20]
    for code, side in (("de", "source"), ("en", "target")):
        lines = [getattr(pair, side).text for pair in pairs]
        (tmp_path / f"x.{code}").write_text("\n".join(lines) + "\n", encoding="utf-8")
    english, german = str(tmp_path / "x.en"), str(tmp_path / "x.de")
    both = [
        transfer(read_task("sentences", sources), [encoder], TransferSettings(), [0])
        for sources in (Sources(tests={"de": german}, english=english), Sources(tests={"de": f"{german}::{english}"}))
    ]
    assert both[0].scores == both[1].scores
    words = [[getattr(pair, side).words for pair in read_task("sentences", Sources(tests={"de": f"{german}::{english}"})).pairs["de"]]
             for side in ("source", "target")]  # fmt: skip
    result = retrieve(sentence_vectors(encoder, words[0], language="de"), sentence_vectors(encoder, words[1], language="en"))
    value = lambda measure: both[0].average(encoder.name, "de", measure).mean  # noqa: E731
    assert (value("to english"), value("from english")) == (result.forward, result.backward)
    assert value("p@1") == pytest.approx((result.forward + result.backward) / 2)
    assert both[0].guess("de", "p@1") == 1 / 20


def test_words_of_files_and_of_the_collection(tmp_path, encoder):
    pairs, links = tmp_path / "p.txt", tmp_path / "l.txt"
    pairs.write_text("die Katze schläft ||| the cat sleeps\nein Stuhl ||| a chair\n", encoding="utf-8")
    links.write_text("1-1 2-2 3p3\n1-1 2-2\n", encoding="utf-8")
    task = read_task("words", Sources(tests={"de": f"{pairs}::{links}"}, base=1))
    assert task.chance(TransferSettings())["de"]["p@1"] == pytest.approx(1 / 5)  # five linked words on either side, one right each
    found = transfer(task, [encoder], TransferSettings(), [0])
    sides = [tuple(encoder.encode([side.words])[0].pooled() for side in (pair.source, pair.target)) for pair in task.pairs["de"]]
    hits = word_hits(sides, [pair.gold for pair in task.pairs["de"]]).sum(0)
    assert found.average(encoder.name, "de", "to english").mean == hits[0] / hits[1]
    assert found.average(encoder.name, "de", "from english").mean == hits[2] / hits[3]
    bundled = read_task("words", Sources(languages=("en", "fr")))
    assert bundled.languages == ("fr",)
    assert 0 < bundled.chance(TransferSettings())["fr"]["p@1"] < 0.01


def test_topics_of_the_collection_keep_test_sentences_apart():
    task = read_task("topics", Sources(languages=("en", "zh")))
    assert len(task.labels) == 10
    assert {len(task.dev), *map(len, task.tests.values())} == {60, 100}
    assert not {one.texts for one in task.train} & {one.texts for one in (*task.dev, *task.tests["en"])}
    assert task.chance(TransferSettings())["zh"] == {"accuracy": pytest.approx(0.1), "f1": pytest.approx(0.1)}
