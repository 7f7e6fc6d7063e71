"""Projections: laws of PCA, layouts held against umap-learn's own classes, the same picture in fresh processes, many fits at once."""

import hashlib
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from otcore.base.errors import InputError
from otcore.base.progress import Stopped, Teller
from otcore.space.nearest import nearest, unit_vectors
from otcore.space.projection import ProjectionSettings, project

ROOT = Path(__file__).resolve().parents[1]
UMAP = ProjectionSettings("umap", neighbours=8)


def groups(seed: int = 0, count: int = 90, width: int = 12) -> np.ndarray:
    """Three groups of points, far from each other."""
    random = np.random.default_rng(seed)
    centres = 6 * np.eye(width)[:3]
    return (centres[np.arange(count) % 3] + random.normal(size=(count, width))).astype(np.float32)


def test_pca_keeps_all_distances_where_the_points_lie_in_a_plane():
    random = np.random.default_rng(0)
    plane, _ = np.linalg.qr(random.normal(size=(20, 2)))
    flat = random.normal(size=(40, 2)) @ plane.T
    found = project([flat], ProjectionSettings("pca", metric="euclidean"))
    gaps = lambda x: np.linalg.norm(x[:, None] - x[None], axis=2)  # noqa: E731
    np.testing.assert_allclose(gaps(found.coordinates[0]), gaps(flat), atol=1e-4)
    assert sum(found.variance[0]) == pytest.approx(1)
    assert found.trustworthiness[0] == pytest.approx(1)


def test_pca_axes_are_uncorrelated_and_ordered():
    places = project([groups()], ProjectionSettings("pca", dimensions=3, metric="euclidean")).coordinates[0]
    covariance = np.cov(places.T)
    np.testing.assert_allclose(covariance - np.diag(np.diag(covariance)), 0, atol=1e-3)
    assert list(np.diag(covariance)) == sorted(np.diag(covariance), reverse=True)


def test_a_turned_space_gives_the_same_pca_picture_beside_it():
    x = groups()
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(12, 12)))
    first, second = project([x, x @ turn], ProjectionSettings("pca")).coordinates
    np.testing.assert_allclose(first, second, atol=1e-3)


def test_states_of_different_width_share_a_picture():
    x = groups()
    wide = np.hstack([x, np.zeros((len(x), 5), np.float32)])
    first, second = project([x, wide], ProjectionSettings("pca")).coordinates
    np.testing.assert_allclose(first, second, atol=1e-4)


def test_states_of_one_space_keep_how_far_they_moved():
    x = groups()
    moved = x + 3 * np.eye(12, dtype=np.float32)[0]
    first, second = project([x, moved], ProjectionSettings("pca", dimensions=3, metric="euclidean"), same_space=True).coordinates
    shift = (second - first).std(0)
    assert shift.max() < 1e-3, "all points move alike"
    assert np.linalg.norm((second - first)[0]) > 2.5


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_neighbours_are_those_of_all_distances(metric):
    from sklearn.metrics import pairwise_distances

    x = groups(count=50)
    full = pairwise_distances(x, metric=metric)
    np.fill_diagonal(full, np.inf)
    indices, distances = nearest(x, 7, metric)
    np.testing.assert_allclose(np.sort(full, axis=1)[:, :7], distances, atol=1e-3)
    np.testing.assert_allclose(np.take_along_axis(full, indices, axis=1), distances, atol=1e-3)


@pytest.mark.slow
def test_one_state_is_laid_out_as_umap_does():
    import umap

    from otcore.space.layouts import layout

    x = unit_vectors(groups())
    indices, distances = nearest(x, 7)
    found = np.hstack([np.arange(len(x))[:, None], indices]), np.hstack([np.zeros((len(x), 1), np.float32), distances])
    theirs = umap.UMAP(n_neighbors=8, min_dist=0.3, random_state=5, n_jobs=1, precomputed_knn=found, metric="euclidean").fit_transform(x)
    ours = layout([x], [found], 2, 0.3, 5, Teller())[0]
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


@pytest.mark.slow
def test_several_states_are_laid_out_as_aligned_umap_does():
    """Rounding grows in every step, so that the pictures agree in shape and not in digits."""
    import umap
    from scipy.spatial import procrustes

    x = unit_vectors(groups())
    states = [x, unit_vectors(x + 0.02 * groups(1))]
    ours = project(states, ProjectionSettings("umap", neighbours=8, seed=3)).coordinates
    relations = [{k: k for k in range(len(x))}]
    theirs = umap.AlignedUMAP(n_neighbors=8, metric="cosine", random_state=3, transform_seed=3).fit_transform(states, relations=relations)
    for mine, other in zip(ours, theirs, strict=True):
        assert procrustes(np.asarray(other), mine)[2] < 0.1
    assert procrustes(*ours)[2] < 0.05, "the states share one coordinate system"
    assert np.abs(ours[0] - ours[1]).mean() < 0.15 * np.ptp(ours[0], axis=0).mean()


@pytest.mark.slow
def test_umap_keeps_groups_together_in_two_and_three_dimensions():
    for dimensions in (2, 3):
        found = project([groups()], ProjectionSettings("umap", dimensions, neighbours=8))
        assert found.coordinates[0].shape == (90, dimensions)
        indices, _ = nearest(found.coordinates[0], 5, "euclidean")
        assert (indices % 3 == np.arange(90)[:, None] % 3).mean() > 0.95
        assert 0.8 < found.trustworthiness[0] <= 1


def digests() -> list[str]:
    """Of the coordinates of one state and of two by UMAP, and of two by PCA."""
    asked = (([groups()], UMAP), ([groups(), groups(1)], UMAP), ([groups(), groups(1)], ProjectionSettings("pca")))
    found = (project(states, settings).coordinates for states, settings in asked)
    return [hashlib.sha256(b"".join(one.tobytes() for one in coordinates)).hexdigest() for coordinates in found]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_picture_in_a_fresh_process():
    code = f"import sys; sys.path[:0] = {[str(ROOT), str(ROOT / 'tests')]!r}; from test_projection import digests; print(*digests())"
    fresh = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert fresh == digests()


@pytest.mark.slow
def test_another_seed_gives_another_picture():
    first, second = (project([groups()], ProjectionSettings("umap", neighbours=8, seed=seed)).coordinates[0] for seed in (0, 1))
    assert np.abs(first - second).max() > 0.1


@pytest.mark.slow
def test_eight_fits_at_once_neither_crash_nor_mix():
    inputs = [[groups(seed)] if seed % 2 else [groups(seed), groups(seed + 50)] for seed in range(8)]
    alone = [project(states, UMAP).coordinates for states in inputs]
    together: list = [None] * 8

    def fit(number: int) -> None:
        together[number] = project(inputs[number], UMAP).coordinates

    threads = [threading.Thread(target=fit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(alone, together, strict=True):
        for x, y in zip(one, other, strict=True):
            np.testing.assert_array_equal(x, y)


def few(count: int) -> list[np.ndarray]:
    return [groups(count=count)]


@pytest.mark.parametrize(
    ("states", "settings", "message"),
    [
        (few(8), ProjectionSettings("umap", neighbours=15), "lower the neighbours to 7"),
        (few(4), ProjectionSettings("umap", neighbours=2), "choose PCA"),
        (few(2), ProjectionSettings("pca"), "needs more than 2 points and there are 2"),
        ([np.ones((30, 4))], ProjectionSettings("pca"), "All 30 points have the same vector"),
        ([np.full((30, 4), np.nan)], ProjectionSettings("pca"), "30 of 30 vectors are not finite"),
        ([groups(), groups(count=60)], ProjectionSettings("pca"), "90, 60 rows"),
    ],
)
def test_what_makes_no_picture_is_told_in_a_sentence(states, settings, message):
    with pytest.raises(InputError, match=message):
        project(states, settings)


@pytest.mark.parametrize(
    "change", [{"neighbours": 1}, {"min_dist": 2.0}, {"metric": "dot"}, {"dimensions": 4}, {"method": "tsne"}, {"seed": -1}]
)
def test_settings_outside_their_range_are_refused(change):
    with pytest.raises(InputError):
        ProjectionSettings(**change)


@pytest.mark.slow
def test_identical_points_are_laid_out_all_the_same():
    x = groups()
    x[:20] = x[0]
    for states in ([x], [x, x]):
        for places in project(states, UMAP).coordinates:
            assert np.isfinite(places).all()


@pytest.mark.slow
def test_a_fit_can_be_stopped_at_work_and_while_it_waits():
    notes = []
    stopper = Teller(lambda done, total, note: notes.append(note), lambda: any("round" in note for note in notes))
    with pytest.raises(Stopped):
        project([groups()], UMAP, tell=stopper)
    from otcore.space import layouts

    waited = []
    with layouts._lock, pytest.raises(Stopped):
        project([groups()], UMAP, tell=Teller(lambda done, total, note: waited.append(note), lambda: "waiting for another fit" in waited))
    assert project([groups()], UMAP).coordinates[0].shape == (90, 2), "the lock is free again"
