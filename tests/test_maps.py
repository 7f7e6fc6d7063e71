"""Maps over a frozen encoder: known rotations come back, and the file keeps what was fitted."""

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from otcore.base.errors import InputError
from otcore.base.places import MAPS_FILE
from otcore.encoders.maps import LanguageMaps, load_maps, save_maps
from otcore.objectives.adversarial import AdversarialSettings, agreement, fit_adversarial, mutual_neighbours
from otcore.objectives.linear import fit_procrustes

QUICK = AdversarialSettings(epochs=3, steps=100, hidden=128)


def rotation(random, d: int, angle: float) -> np.ndarray:
    """(d, d) a rotation of at most `angle` radians in any plane."""
    skew = random.normal(size=(d, d))
    skew = skew - skew.T
    return scipy.linalg.expm(angle * skew / np.linalg.norm(skew, 2))


def clusters(random, count: int, d: int) -> np.ndarray:
    """(count, d) points around thirty centres that lie differently in each direction: a shape of only one orientation."""
    centres = random.normal(size=(30, d)) * np.linspace(2, 0.5, d)
    return centres[random.integers(0, 30, count)] + 0.2 * random.normal(size=(count, d)) + np.linspace(1, 0, d)


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 12))
def test_procrustes_recovers_a_rotation(seed, d):
    random = np.random.default_rng(seed)
    turn = rotation(random, d, 3.0)
    source = random.normal(size=(4 * d, d))
    np.testing.assert_allclose(fit_procrustes(source, source @ turn), turn, atol=1e-6)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 12))
def test_procrustes_is_scipys_and_orthogonal(seed, d):
    random = np.random.default_rng(seed)
    source, target = random.normal(size=(2, 4 * d, d))
    matrix = fit_procrustes(source, target)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(d), atol=1e-10)
    best = scipy.linalg.orthogonal_procrustes(source, target)[0]
    assert np.linalg.norm(source @ matrix - target) == pytest.approx(np.linalg.norm(source @ best - target), rel=1e-8)
    np.testing.assert_allclose(matrix, best, atol=1e-4)


def test_what_no_pair_speaks_of_stays():
    random = np.random.default_rng(0)
    source = np.zeros((5, 8))
    source[:, :3] = random.normal(size=(5, 3))
    turn = np.eye(8)
    turn[:3, :3] = rotation(random, 3, 1.0)
    np.testing.assert_allclose(fit_procrustes(source, source @ turn), turn, atol=1e-6)


@pytest.mark.parametrize("fit", [fit_procrustes, lambda x, y: fit_adversarial(x, y, 0, QUICK)])
def test_what_a_fit_refuses(fit):
    good = np.ones((3, 4))
    for source, target in ((good, np.ones((3, 5))), (np.ones((0, 4)), np.ones((0, 4))), (good, np.full((3, 4), np.nan))):
        with pytest.raises(InputError):
            fit(source, target)


def test_mutual_neighbours_are_csls_by_hand():
    random = np.random.default_rng(1)
    x, y = unit(random.normal(size=(20, 5))), unit(random.normal(size=(14, 5)))
    cosine = x @ y.T
    score = np.empty_like(cosine)
    for i in range(20):
        for j in range(14):
            score[i, j] = 2 * cosine[i, j] - np.sort(cosine[i])[-3:].mean() - np.sort(cosine[:, j])[-3:].mean()
    expected = [(i, score[i].argmax()) for i in range(20) if score[:, score[i].argmax()].argmax() == i]
    assert mutual_neighbours(x, y, 3).tolist() == [list(pair) for pair in expected]
    assert agreement(x, x, 3) == pytest.approx(1)


@pytest.mark.slow
def test_adversarial_recovers_a_rotation_that_neighbours_alone_do_not():
    random = np.random.default_rng(0)
    points = clusters(random, 600, 8)
    turn = rotation(random, 8, 2.0)
    source, target = points[random.permutation(600)], (points @ turn)[random.permutation(600)]
    before = torch.get_rng_state()
    matrix = fit_adversarial(source, target, 0, QUICK)
    np.testing.assert_allclose(matrix, turn, atol=1e-5)
    np.testing.assert_array_equal(matrix, fit_adversarial(source, target, 0, QUICK))
    assert torch.equal(before, torch.get_rng_state())
    alone = fit_adversarial(source, target, 0, AdversarialSettings(epochs=0))
    assert np.abs(alone - turn).max() > 0.1


def test_adversarial_never_agrees_less_than_no_map():
    random = np.random.default_rng(2)
    source, target = random.normal(size=(2, 60, 6))
    matrix = fit_adversarial(source, target, 0, AdversarialSettings(epochs=1, steps=5, hidden=16))
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(6), atol=1e-8)
    assert agreement(unit(source) @ matrix, unit(target)) >= agreement(unit(source), unit(target)) - 1e-6


def test_maps_come_back_from_their_file(tmp_path):
    random = np.random.default_rng(0)
    maps = LanguageMaps({"de": rotation(random, 6, 1.0), "fr": np.eye(6)}, layer=3)
    path = tmp_path / MAPS_FILE
    save_maps(path, maps)
    save_maps(path, maps)  # over itself
    back = load_maps(path)
    assert back.layer == 3
    assert [file.name for file in tmp_path.iterdir()] == [MAPS_FILE]
    np.testing.assert_allclose(back.matrices["de"], maps.matrices["de"], atol=1e-7)
    vectors = random.normal(size=(4, 6)).astype(np.float32)
    np.testing.assert_allclose(back.apply(vectors, "de"), vectors @ maps.matrices["de"], atol=1e-5)
    assert back.apply(vectors, "en") is vectors
    assert back.apply(vectors, "de").dtype == np.float32


def test_a_file_that_is_no_map_is_refused(tmp_path):
    path = tmp_path / MAPS_FILE
    with pytest.raises(InputError, match="cannot be read"):
        load_maps(path)
    path.write_bytes(b"not a map")
    with pytest.raises(InputError, match="cannot be read"):
        load_maps(path)
    for matrices in ({}, {"de": np.ones((2, 3))}, {"de": np.eye(2), "fr": np.eye(3)}, {"de": np.full((2, 2), np.nan)}):
        save_maps(path, LanguageMaps(matrices, 1))
        with pytest.raises(InputError, match="square"):
            load_maps(path)
