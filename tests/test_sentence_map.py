"""The map of sentence means: what whitening promises, and that it travels with an encoder."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otcore.base.errors import InputError
from otcore.encoders import load_encoder
from otcore.encoders.maps import (
    SENTENCE_MAP,
    fit_sentence_map,
    language_directions,
    load_sentence_map,
    map_without,
    save_sentence_map,
)
from otcore.retrieval.precision import retrieve, sentence_vectors


@pytest.fixture
def stretched() -> np.ndarray:
    """500 points, ten times as far along one axis as along the others."""
    return np.random.default_rng(0).normal(size=(500, 8)) * np.array([10.0, *[1.0] * 7])


def test_twice_the_map_whitens(stretched):
    unit = stretched / np.linalg.norm(stretched, axis=1, keepdims=True)
    matrix = fit_sentence_map(stretched).astype(np.float64)
    np.testing.assert_allclose(np.cov((unit @ matrix @ matrix).T), np.eye(8), atol=1e-4)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-6)


def test_what_all_share_no_longer_hides_what_sets_apart():
    random = np.random.default_rng(1)
    axes = np.linalg.qr(random.normal(size=(32, 32)))[0]
    scale = np.geomspace(30, 0.3, 32)
    meaning = random.normal(size=(400, 32)) * scale
    sides = [(meaning + random.normal(size=meaning.shape) * 1.5 * scale**0.5) @ axes for _ in range(2)]
    matrix = fit_sentence_map(np.concatenate(sides))
    plain, mapped = (
        retrieve(*(side / np.linalg.norm(side, axis=1, keepdims=True) for side in pair))
        for pair in (sides, [side @ matrix for side in sides])
    )
    assert mapped.forward > plain.forward + 0.02


def test_too_few_sentences_are_refused():
    with pytest.raises(ValueError, match="needs more sentences"):
        fit_sentence_map(np.eye(4))


def test_an_encoder_reads_the_map_beside_it(xlm_roberta, tmp_path):
    import shutil

    folder = shutil.copytree(xlm_roberta, tmp_path / "encoder")
    plain = load_encoder(str(folder))
    words = [("the", "cat", "sleeps"), ("a", "dog")]
    before = sentence_vectors(plain, words)
    save_sentence_map(folder, np.diag(np.linspace(1, 2, plain.dimension)))
    mapped = load_encoder(str(folder))
    expected = before * np.linspace(1, 2, plain.dimension)
    np.testing.assert_allclose(sentence_vectors(mapped, words), expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=2e-3)
    np.testing.assert_array_equal(sentence_vectors(mapped, words, layer=0), sentence_vectors(plain, words, layer=0))


def test_a_map_that_does_not_fit_is_named(tmp_path):
    assert load_sentence_map(tmp_path, 4) is None
    save_sentence_map(tmp_path, np.eye(3))
    with pytest.raises(InputError, match="does not fit an encoder of 4 dimensions"):
        load_sentence_map(tmp_path, 4)
    (tmp_path / SENTENCE_MAP).write_bytes(b"no map")
    with pytest.raises(InputError, match="cannot be read"):
        load_sentence_map(tmp_path, 4)


@given(st.integers(0, 2**16), st.integers(1, 4))
def test_what_the_sentences_of_a_language_share_is_left_out_and_nothing_else(seed, languages):
    rng = np.random.default_rng(seed)
    means = {str(number): rng.normal(size=(9, 12)) + 3 * rng.normal(size=12) for number in range(languages)}
    directions = language_directions(means)
    matrix = map_without(directions)
    np.testing.assert_allclose(matrix @ matrix, matrix, atol=1e-5)
    assert np.trace(matrix) == pytest.approx(12 - languages, abs=1e-4)
    for rows in means.values():
        unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        np.testing.assert_allclose((unit @ matrix).mean(0), 0, atol=1e-5)
