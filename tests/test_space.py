"""The space's points, neighbourhoods, films and searches, against what can be counted by hand."""

import json
import time

import numpy as np
import pytest
from training_runs import made_run

from otcore.base.errors import InputError
from otcore.base.patterns import find
from otcore.corpora.collection import load_collection
from otcore.retrieval.words import unit_rows
from otcore.space.film import film_steps, read_film
from otcore.space.measures import neighbourhoods
from otcore.space.points import encode_cloud
from otcore.space.settings import PointChoice


@pytest.fixture(scope="module")
def collection():
    return load_collection()


@pytest.fixture(scope="module")
def cloud(collection, encoder):
    ids = tuple(entry.id for entry in collection.entries[:6])
    return encode_cloud(collection, PointChoice(("en", "de", "ja"), ids=ids), [(encoder, 1), (encoder, 3)])


def test_every_word_of_every_chosen_sentence_is_a_point(collection, cloud):
    points = cloud.points
    assert cloud.cut == 0 or len(points) + cloud.cut == sum(
        len(collection.gold[code][entry.id].words) for code in points.codes for entry in collection.entries[:6]
    )
    for k in range(0, len(points), 7):
        assert points.context(k).words[points.position[k]] == points.texts[k]
        assert points.context(k).language == points.codes[points.language[k]]
    assert (np.diff(points.language) >= 0).all()
    assert [state.vectors.shape[0] for state in cloud.states] == [len(points)] * 2


def test_two_equal_words_in_different_contexts_are_two_points(cloud):
    points = cloud.points
    dots = [k for k, text in enumerate(points.texts) if text == "." and points.language[k] == 0]
    assert len(dots) >= 2
    vectors = cloud.states[1].vectors[dots]
    assert np.abs(vectors[0] - vectors[1]).max() > 1e-4
    first = [points.texts.index("the"), cloud.points.texts.index("the", points.texts.index("the") + 1)]
    assert points.sentence[first[0]] != points.sentence[first[1]] or points.position[first[0]] != points.position[first[1]]


def test_vectors_are_those_of_the_encoder(collection, cloud, encoder):
    points = cloud.points
    start = next(k for k in range(len(points)) if points.codes[points.language[k]] == "de")
    sentence = points.context(start)
    alone = encoder.encode([sentence.words], 3, languages=["de"])[0].pooled()
    np.testing.assert_allclose(cloud.states[1].vectors[start : start + len(alone)], alone, atol=1e-4)


def test_links_are_the_gold_links_also_between_two_languages_other_than_english(collection, cloud):
    points = cloud.points
    found = {
        (points.sentence[i], int(points.position[i]), int(points.position[j]))
        for i, j in points.links
        if (points.language[i], points.language[j]) == (1, 2)
    }
    kept = {(points.sentence[k], int(points.language[k]), int(points.position[k])) for k in range(len(points))}
    expected = {
        (entry.id, i, j)
        for entry in collection.entries[:6]
        for i, j in collection.gold_links(entry.id, "de", "ja").possible
        if (entry.id, 1, i) in kept and (entry.id, 2, j) in kept
    }
    assert found == expected
    point = int(points.links[0, 0])
    assert int(points.links[0, 1]) in points.partners(point)


def test_sentences_translate_themselves_in_every_other_language(collection, encoder):
    ids = tuple(entry.id for entry in collection.entries[:5])
    found = encode_cloud(collection, PointChoice(("en", "ar", "zh"), ids=ids, kind="sentence"), [(encoder, 2)])
    points = found.points
    assert len(points) == 15
    assert len(points.links) == 3 * 5
    assert all(points.sentence[i] == points.sentence[j] for i, j in points.links)
    mean = encoder.encode([collection.gold["en"][ids[0]].words], 2, languages=["en"])[0].subwords.mean(0)
    np.testing.assert_allclose(found.states[0].vectors[0], mean / np.linalg.norm(mean), atol=1e-4)


def test_neighbourhoods_agree_with_counting_one_by_one(cloud):
    points, vectors = cloud.points, cloud.states[0].vectors
    found = neighbourhoods(points, vectors, 4)
    x = unit_rows(vectors)
    cosine = x @ x.T
    for k in range(0, len(points), 5):
        others = np.delete(np.arange(len(points)), k)
        best = np.sort(cosine[k, others])[::-1][:4]
        np.testing.assert_allclose(found.similarity[k], best, atol=1e-5)
        assert found.mixing[k] == pytest.approx(np.mean(points.language[found.nearest[k]] != points.language[k]))
        for code in range(len(points.codes)):
            assert found.ranks[k, code] == rank_by_hand(points, cosine, k, code)
    lengths = [1 - cosine[i, j] for i, j in points.links]
    np.testing.assert_allclose(found.lengths, lengths, atol=1e-5)
    apart = [1 - cosine[i, j] for i in range(len(points)) for j in range(len(points)) if points.language[i] != points.language[j]]
    assert found.apart == pytest.approx(np.mean(apart), abs=1e-5)


def rank_by_hand(points, cosine, k, code) -> int:
    mine = [
        (int(pair.sum() - k), bool(sure))
        for pair, sure in zip(points.links, points.sure, strict=True)
        if k in pair and points.language[pair.sum() - k] == code
    ]
    if not any(sure for _, sure in mine):
        return 0
    right = [other for other, _ in mine]
    best = max(cosine[k, other] for other in right)
    wrong = [other for other in range(len(points)) if points.language[other] == code and other not in right and other != k]
    return 1 + sum(cosine[k, other] >= best for other in wrong)


def test_chance_is_what_mixing_is_for_points_without_a_language(cloud):
    random = np.random.default_rng(0).normal(size=(len(cloud.points), 40)).astype(np.float32)
    found = neighbourhoods(cloud.points, random)
    assert found.mixing.mean() == pytest.approx(found.chance, abs=0.05)


def test_perfect_translations_are_retrieved_and_one_language_has_none(collection, encoder, cloud):
    points = cloud.points
    meaning = np.arange(len(points))
    for i, j in points.links:  # linked words become one: the same vector
        meaning[meaning == meaning[j]] = meaning[i]
    vectors = np.random.default_rng(0).normal(size=(len(points), 64)).astype(np.float32)[meaning]
    assert neighbourhoods(points, vectors).retrieval > 0.9
    ids = tuple(entry.id for entry in collection.entries[:3])
    alone = encode_cloud(collection, PointChoice(("de",), ids=ids), [(encoder, 1)])
    found = neighbourhoods(alone.points, alone.states[0].vectors)
    assert np.isnan(found.retrieval)
    assert np.isnan(found.apart)
    assert found.mixing.max() == found.chance == 0


def test_sentences_are_those_named_or_the_first_that_fit(collection):
    def ids(**chosen) -> list[str]:
        found = PointChoice(("en", "de"), **chosen).sentences(collection)
        half = len(found) // 2
        assert [one.language for one in found] == ["en"] * half + ["de"] * half
        assert [one.id for one in found[:half]] == [one.id for one in found[half:]]
        return [one.id for one in found[:half]]

    entries = {entry.id: entry for entry in collection.entries}
    assert ids(count=3) == list(entries)[:3]
    assert ids(ids=("g004", "g002", "gone"), count=1) == ["g002", "g004"]
    tag = collection.tags[0]
    fitting = [id for id, entry in entries.items() if entry.split == "test" and tag in entry.tags]
    assert ids(count=400, part="test", tags=(tag,)) == fitting


def test_too_much_and_nothing_are_told(collection, encoder, monkeypatch):
    monkeypatch.setattr("otcore.space.settings.MOST_POINTS", 20)
    with pytest.raises(InputError, match="more than the 20"):
        encode_cloud(collection, PointChoice(("en", "de"), ids=("g001", "g002")), [(encoder, 1)])
    with pytest.raises(InputError, match="one language"):
        encode_cloud(collection, PointChoice((), ids=("g001",)), [(encoder, 1)])
    with pytest.raises(InputError, match="No sentence"):
        encode_cloud(collection, PointChoice(("en",), tags=("no such tag",)), [(encoder, 1)])
    with pytest.raises(InputError, match="kind must be one of word, sentence"):
        PointChoice(("en",), kind="letter")
    with pytest.raises(InputError, match="g999"):
        encode_cloud(collection, PointChoice(("en",), ids=("g999",)), [(encoder, 1)])


def test_a_film_holds_each_word_once_and_translations_meet_as_the_run_goes(tmp_path, collection):
    run = made_run(tmp_path / "run")
    steps = film_steps(run.folder)
    assert steps == [0, 20, 40]
    found = read_film(run.folder, steps, collection)
    points = found.points
    places = [(points.codes[points.language[k]], points.sentence[k], int(points.position[k])) for k in range(len(points))]
    assert len(set(places)) == len(places)
    assert set(points.codes) == {"en", "de", "ar"}
    assert len(points.links)
    assert [state.name for state in found.states] == ["step 0", "step 20", "step 40"]
    probes = json.loads((run.folder / "snapshots" / "probes.json").read_text())
    assert set(points.texts) == {word for side in probes for word in side["words"]}


def test_a_film_that_cannot_be_read_is_told(tmp_path, collection):
    run = made_run(tmp_path / "run")
    (run.folder / "snapshots" / "0000020.safetensors").write_bytes(b"no tensors")
    with pytest.raises(InputError, match="cannot be read"):
        read_film(run.folder, film_steps(run.folder), collection)
    with pytest.raises(InputError, match="no snapshots"):
        read_film(run.folder, [], collection)


def test_search_by_text_ignores_case_and_by_pattern_finds_inside():
    texts = ["Haus", "haus", "Häuser", "قطة", "猫"]
    assert find(texts, "HAUS") == [0, 1]
    assert find(texts, " 猫 ") == [4]
    assert find(texts, "^h.us", regular=True) == [0, 1, 2]
    assert find(texts, "ط", regular=True) == [3]
    assert find(texts, "  ") == []


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "(?P<x>", "a{2,1}"])
def test_a_bad_pattern_is_told(pattern):
    with pytest.raises(InputError, match="is not a regular expression"):
        find(["a"], pattern, regular=True)


def test_a_pattern_that_would_take_for_ever_ends_soon():
    start = time.monotonic()
    with pytest.raises(InputError, match="was stopped after"):
        find(["a" * 40 + "!"] * 50, r"^(a|a|aa)+$", regular=True)
    assert time.monotonic() - start < 5
    with pytest.raises(InputError, match="keep it under"):
        find(["a"], "a" * 301, regular=True)
