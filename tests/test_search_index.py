"""Search by sentence vectors: the engine's laws, its scores by hand, and the command."""

import json
import math
from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otcore.base.errors import InputError
from otcore.base.progress import Stopped, Teller
from otcore.cli import main
from otcore.corpora.collection import load_collection
from otcore.retrieval.index import Index, build_index, merged, query_vectors, search
from otcore.retrieval.precision import sentence_vectors
from otcore.retrieval.scores import AT, chance_scores, mean_scores, score_queries
from otcore.retrieval.sentences import (
    Sentences,
    bundled_sentences,
    keep_sentences,
    kept_files,
    kept_sentences,
    read_sentences,
    written_query,
)
from otcore.text.languages import words_of


def made_index(vectors: dict[str, np.ndarray]) -> Index:
    """An index over sentences called "0", "1", …"""
    sentences = tuple(
        Sentences(code, tuple(map(str, range(len(rows)))), tuple(f"{code} {k}" for k in range(len(rows)))) for code, rows in vectors.items()
    )
    return Index("made", 0, sentences, tuple(vectors.values()))


def unit(angles) -> np.ndarray:
    """Unit vectors of the plane, so that cosines are those of the angles."""
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


angle_lists = st.lists(st.floats(0, math.pi), min_size=1, max_size=12).map(np.array)


@given(angle_lists, angle_lists, st.integers(1, 15))
def test_hits_are_the_nearest_in_order_and_ranks_count_from_one(german, french, top):
    index = made_index({"de": unit(german), "fr": unit(french)})
    query = unit([0.0])[0]
    found = search(index, query, top)
    assert list(found) == ["de", "fr"]
    for code, angles in (("de", german), ("fr", french)):
        hits = found[code]
        assert len(hits) == min(top, len(angles))
        assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        np.testing.assert_allclose([hit.score for hit in hits], np.sort(np.cos(angles))[::-1][: len(hits)], atol=1e-6)
        np.testing.assert_allclose([hit.mean for hit in hits], np.cos(angles).mean(), atol=1e-6)
    together = merged(found, top)
    assert [hit.score for hit in together] == sorted((hit.score for hits in found.values() for hit in hits), reverse=True)[:top]


def test_equally_near_sentences_keep_the_order_of_the_text():
    hits = search(made_index({"de": unit([0.5, 0.2, 0.2, 0.5])}), unit([0.0])[0], 4)["de"]
    assert [hit.id for hit in hits] == ["1", "2", "0", "3"]


def test_scores_by_hand():
    """Nearest first the sentences are 0, 1, 2 … to the first query, and the other way round to the second."""
    index = made_index({"de": unit(np.linspace(0, 1, 20))})
    queries = unit([0.0, 1.0])
    found = score_queries(index, queries, [frozenset({"0", "3", "15"}), frozenset({"15", "nowhere"})])["de"]
    assert found.queries == 2
    assert found.mrr == pytest.approx((1 + 1 / 5) / 2)
    assert found.first == 0.5
    assert found.recall == pytest.approx((2 / 3 + 1) / 2)
    assert mean_scores({"de": found, "fr": found}) == found


def test_a_tie_with_a_wrong_sentence_counts_as_behind_it():
    index = made_index({"de": unit([0.3, 0.3, 0.3, 0.1])})
    found = score_queries(index, unit([0.0]), [frozenset({"0", "2"})])["de"]
    assert found.mrr == pytest.approx(1 / 3)


def test_a_query_without_an_answer_is_left_out_and_none_at_all_is_told():
    index = made_index({"de": unit([0.3, 0.1])})
    found = score_queries(index, unit([0.0, 0.0]), [frozenset({"1"}), frozenset({"nowhere"})])["de"]
    assert (found.queries, found.mrr) == (1, 1.0)
    with pytest.raises(InputError, match="No query has a relevant sentence in de"):
        score_queries(index, unit([0.0]), [frozenset()])


@pytest.mark.parametrize(("sentences", "relevant"), [(5, 1), (5, 2), (6, 3), (4, 4)])
def test_chance_is_the_mean_over_all_orders(sentences, relevant):
    orders = list(permutations(range(sentences)))
    reciprocal = [1 / (1 + min(order.index(k) for k in range(relevant))) for order in orders]
    found = chance_scores(sentences, [relevant])
    assert found.mrr == pytest.approx(np.mean(reciprocal))
    assert found.first == pytest.approx(np.mean([order[0] < relevant for order in orders]))
    assert found.recall == 1.0
    assert chance_scores(40, [relevant]).recall == AT / 40


def test_an_index_holds_the_retrieval_vectors_of_its_sentences(encoder):
    sentences = [Sentences("en", ("a", "b", "c"), ("the cat sleeps", "red", "the cat sleeps")), Sentences("de", ("x",), ("die Katze",))]
    told = []
    index = build_index(encoder, sentences, Teller(lambda done, total, note: told.append(done)))
    assert (len(index), index.languages, index.layer) == (4, ("en", "de"), encoder.sentence_layer)
    words = [words_of(text, "en") for text in sentences[0].texts]
    np.testing.assert_allclose(index.vectors[0], sentence_vectors(encoder, words, language="en"), atol=1e-5)
    assert told == sorted(told)
    assert told[-1] == 1000
    hits = search(index, query_vectors(encoder, ["the cat sleeps"], "en")[0], 2)["en"]
    assert [hit.id for hit in hits] == ["a", "c"]
    assert hits[0].score == pytest.approx(1, abs=1e-5)


def test_a_build_ends_when_it_is_asked_to_and_wants_a_language(encoder):
    with pytest.raises(Stopped):
        build_index(encoder, [Sentences("en", ("a",), ("cat",))], Teller(stop=lambda: True))
    with pytest.raises(InputError, match="no language to search"):
        build_index(encoder, [])
    with pytest.raises(InputError, match="The query is empty"):
        query_vectors(encoder, ["  "], "en")


def test_a_line_without_words_keeps_its_place(encoder):
    index = build_index(encoder, [Sentences("en", ("1", "2"), ("\u200b", "cat"))])
    assert np.isfinite(index.vectors[0]).all()
    assert len(index) == 2


def test_the_collection_s_queries_are_known_in_every_language_and_their_answers_are_there():
    collection = load_collection()
    sentences = bundled_sentences(collection, ["en", "ja"])
    assert [len(one) for one in sentences] == [1188, 1188]
    for query in collection.queries:
        assert set(query.relevant) <= set(sentences[1].ids)
        for code, text in query.texts.items():
            assert written_query(collection, f" {text.upper() if code == 'de' else text}", code) is not None
    first = collection.queries[0]
    assert written_query(collection, first.texts["ja"], "en") is first, "the language may be set afterwards"
    assert written_query(collection, "nobody asks for this", "en") is None


def test_own_text_is_read_by_lines(tmp_path):
    path = tmp_path / "own.txt"
    path.write_text("eins\n\n  zwei \n", encoding="utf-8")
    assert read_sentences(path, "DE") == Sentences("de", ("1", "3"), ("eins", "zwei"))
    path.write_text("\n \n")
    with pytest.raises(InputError, match="has no sentence in it"):
        read_sentences(path, "de")
    path.write_bytes(b"caf\xe9\n")
    with pytest.raises(InputError, match="line 1: byte 4"):
        read_sentences(path, "fr")


def test_kept_text_comes_back_with_its_languages(runs):
    files = [("de", "../a b.txt", b"eins\nzwei\n"), ("fr", "c.txt", b"un\n")]
    id = keep_sentences(files)
    assert [(one.language, one.texts) for one in kept_sentences(id)] == [("de", ("eins", "zwei")), ("fr", ("un",))]
    assert kept_files(id) == [("de", "a b.txt", b"eins\nzwei\n"), ("fr", "c.txt", b"un\n")]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "0 files"),
        ([("de", "a.txt", b"eins\n"), ("DE", "b.txt", b"zwei\n")], "given twice"),
        ([("no such code", "a.txt", b"eins\n")], "not a language code"),
        ([("de", "a.txt", b"\xff\xfe1\0")], "a.txt is UTF-16"),
        ([("de", "a.txt", b"\n")], "a.txt has no sentence"),
    ],
)
def test_files_that_cannot_be_kept_are_told_by_their_own_names(runs, files, message):
    with pytest.raises(InputError, match=message):
        keep_sentences(files)


@pytest.fixture
def own(tmp_path):
    """Two files of sentences."""
    (tmp_path / "de").write_text("der Hund bellt\ndie Katze schläft\n", encoding="utf-8")
    (tmp_path / "ar").write_text("القطة تنام\n", encoding="utf-8")
    return SimpleNamespace(de=f"de={tmp_path / 'de'}", ar=f"ar={tmp_path / 'ar'}")


def test_the_command_searches_own_files_under_two_encoders(own, xlm_roberta, mbert, capsys):
    arguments = ["search", "the cat", "--file", own.de, "--file", own.ar, "--encoder", str(xlm_roberta), "--compare", str(mbert)]
    assert main([*arguments, "--top", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in found["encoders"]] == [str(xlm_roberta), str(mbert)]
    assert found["sentences"] == {"de": 2, "ar": 1}
    for one in found["encoders"]:
        assert {code: len(hits) for code, hits in one["results"].items()} == {"de": 1, "ar": 1}
        assert set(one["results"]["de"][0]) == {"rank", "score", "id", "text"}
        assert "all_queries" not in one
    assert main([*arguments, "--in", "ar"]) == 0
    out = capsys.readouterr().out
    assert "القطة" in out
    assert "Hund" not in out


def test_the_command_marks_what_answers_a_written_query(xlm_roberta, capsys):
    query = load_collection().queries[0].texts["de"]
    assert main(["search", query, "--language", "de", "--in", "fr", "--top", "1188", "--encoder", str(xlm_roberta), "--json"]) == 0
    one = json.loads(capsys.readouterr().out)["encoders"][0]
    marked = {hit["id"] for hit in one["results"]["fr"] if hit["relevant"]}
    assert marked == set(load_collection().queries[0].relevant)
    totals = one["all_queries"]
    assert totals["queries"] == 60
    assert 0 < totals["chance"]["mrr"] < 0.1
    assert 0 <= totals["recall_at_10"] <= 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x", "--top", "0"], "--top"), (["x", "--in", "xx"], "has no xx"), (["x", "--language", "?"], "language code"),
        (["x", "--file", "de"], "CODE=FILE"), (["x", "--file", "de=/nowhere"], "/nowhere cannot be read"),
        (["x", "--encoder", "/nowhere/at/all"], "/nowhere"),
    ],
)  # fmt: skip
def test_the_command_refuses_in_a_sentence(arguments, message, capsys):
    assert main(["search", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("otcore: ")
    assert message in err
    assert len(err.splitlines()) == 1


def test_a_language_without_a_file_is_told(own, capsys):
    assert main(["search", "x", "--file", own.de, "--in", "fr"]) == 2
    assert "--file fr=FILE" in capsys.readouterr().err
