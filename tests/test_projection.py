"""Projections: laws of PCA, UMAP held against umap-learn's own classes, the same picture in fresh processes, many fits at once."""

import hashlib
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from otcore.base.choices import build, declared
from otcore.base.errors import InputError
from otcore.base.progress import Stopped, Teller
from otcore.space.methods.umap import Umap
from otcore.space.metrics import unit_vectors
from otcore.space.nearest import nearest
from otcore.space.projection import project
from otcore.space.settings import ProjectionSettings

ROOT = Path(__file__).resolve().parents[1]
PCA, UMAP = ProjectionSettings(), ProjectionSettings(Umap(), neighbours=8)


def groups(seed: int = 0, count: int = 90, width: int = 12) -> np.ndarray:
    """Three groups of points, far from each other."""
    random = np.random.default_rng(seed)
    centres = 6 * np.eye(width)[:3]
    return (centres[np.arange(count) % 3] + random.normal(size=(count, width))).astype(np.float32)


def test_pca_keeps_all_distances_where_the_points_lie_in_a_plane():
    random = np.random.default_rng(0)
    plane, _ = np.linalg.qr(random.normal(size=(20, 2)))
    flat = random.normal(size=(40, 2)) @ plane.T
    found = project([flat], ProjectionSettings(metric="euclidean"))
    gaps, expected = (np.linalg.norm(x[:, None] - x[None], axis=2) for x in (found.coordinates[0], flat))
    np.testing.assert_allclose(gaps, expected, atol=1e-4)
    assert sum(found.variance[0]) == pytest.approx(1)
    assert found.trustworthiness[0] == pytest.approx(1)


def test_pca_axes_are_uncorrelated_and_ordered():
    places = project([groups()], ProjectionSettings(dimensions=3, metric="euclidean")).coordinates[0]
    covariance = np.cov(places.T)
    np.testing.assert_allclose(covariance - np.diag(np.diag(covariance)), 0, atol=1e-3)
    assert list(np.diag(covariance)) == sorted(np.diag(covariance), reverse=True)


def test_a_turned_space_gives_the_same_pca_picture_beside_it():
    x = groups()
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(12, 12)))
    first, second = project([x, x @ turn], PCA).coordinates
    np.testing.assert_allclose(first, second, atol=1e-3)


def test_states_of_different_width_share_a_picture():
    x = groups()
    wide = np.hstack([x, np.zeros((len(x), 5), np.float32)])
    first, second = project([x, wide], PCA).coordinates
    np.testing.assert_allclose(first, second, atol=1e-4)


def test_states_of_one_space_keep_how_far_they_moved():
    x = groups()
    moved = x + 3 * np.eye(12, dtype=np.float32)[0]
    first, second = project([x, moved], ProjectionSettings(dimensions=3, metric="euclidean"), same_space=True).coordinates
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
def test_one_state_is_as_trustworthy_as_umap_by_itself():
    import umap

    x = unit_vectors(groups())
    theirs = umap.UMAP(n_neighbors=8, min_dist=0.3, random_state=5, n_jobs=1).fit_transform(x)
    ours = project([x], ProjectionSettings(Umap(min_dist=0.3, seed=5), neighbours=8))
    assert ours.trustworthiness[0] > trustworthiness(x, theirs, n_neighbors=8) - 0.01
    gaps, expected = (np.median(nearest(places, 1, "euclidean")[1]) for places in (ours.coordinates[0], theirs))
    assert gaps == pytest.approx(expected, rel=0.25), "the minimum distance is the one asked for"


@pytest.mark.slow
def test_several_states_are_laid_out_as_aligned_umap_does():
    """From its own start the pictures agree in shape, not in digits: rounding grows in every round. From ours they keep as much."""
    import umap
    from scipy.spatial import procrustes
    from umap.aligned_umap import procrustes_align
    from umap.spectral import spectral_layout

    from otcore.space.layout import curve, lay_out
    from otcore.space.methods.umap import fuzzy_graph

    x = unit_vectors(groups())
    states, settings = [x, unit_vectors(x + 0.02 * groups(1))], ProjectionSettings(Umap(seed=3), neighbours=8)
    relations = [{k: k for k in range(len(x))}]
    fit = umap.AlignedUMAP(n_neighbors=8, metric="cosine", random_state=3, transform_seed=3).fit(states, relations=relations)
    theirs = [np.asarray(one) for one in fit.embeddings_]
    graphs, random = [fuzzy_graph(*nearest(one, 7)) for one in states], np.random.RandomState(3)
    first, second = (spectral_layout(one, graph, 2, random) for one, graph in zip(states, graphs, strict=True))
    first, second = ((10 * one / np.abs(one).max()).astype(np.float32) for one in (first, second))
    itself = np.vstack([np.arange(len(x))] * 2)
    from_theirs = lay_out(np.stack([first, procrustes_align(first, second, itself)]), graphs, curve(0.1), 200, 3, Teller())
    found = project(states, settings)
    for own, vectors, mine, ours, other in zip(found.trustworthiness, states, from_theirs, found.coordinates, theirs, strict=True):
        assert procrustes(other, mine)[2] < 0.1
        assert own > trustworthiness(vectors, other, n_neighbors=8) - 0.01
        assert np.isfinite(ours).all()
    assert procrustes(*found.coordinates)[2] < 0.05, "the states share one coordinate system"
    assert np.abs(np.subtract(*found.coordinates)).mean() < 0.15 * np.ptp(found.coordinates[0], axis=0).mean()


@pytest.mark.slow
def test_umap_keeps_groups_together_in_two_and_three_dimensions():
    for dimensions in (2, 3):
        found = project([groups()], ProjectionSettings(Umap(), dimensions, 8))
        assert found.coordinates[0].shape == (90, dimensions)
        indices, _ = nearest(found.coordinates[0], 5, "euclidean")
        assert (indices % 3 == np.arange(90)[:, None] % 3).mean() > 0.95
        assert 0.8 < found.trustworthiness[0] <= 1


@pytest.mark.slow
@pytest.mark.parametrize("same", [0, 25])
def test_graph_and_curve_are_those_of_umap_learn(same):
    import umap
    from umap.umap_ import find_ab_params

    from otcore.space.layout import curve
    from otcore.space.methods.umap import fuzzy_graph

    x = groups()
    x[:same] = x[0]
    places, distances = nearest(x, 7, "euclidean")
    itself = np.arange(len(x))[:, None]
    given = np.hstack([itself, places]), np.hstack([np.zeros_like(distances[:, :1]), distances])
    fit = umap.UMAP(n_neighbors=8, precomputed_knn=given, random_state=0, n_jobs=1, transform_mode="graph")
    theirs = fit.fit_transform(x).toarray()
    ours = fuzzy_graph(places, distances, 10**9).toarray()
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
    for min_dist in (0.0, 0.1, 0.8):
        found = curve(min_dist)
        np.testing.assert_allclose((found.a, found.b), find_ab_params(1.0, min_dist), rtol=1e-3)


@pytest.mark.slow
def test_among_very_many_points_nearly_all_neighbours_are_found():
    x = groups(count=3_000, width=24)
    exact, (found, distances) = nearest(x, 10)[0], nearest(x, 10, most_exact=100)
    assert np.mean([len({*some} & {*others}) for some, others in zip(exact, found, strict=True)]) >= 9.5
    assert (found != np.arange(len(x))[:, None]).all()
    assert all(len({*row}) == 10 for row in found.tolist())
    assert (np.diff(distances, axis=1) >= -1e-6).all()
    unit = unit_vectors(x)
    np.testing.assert_allclose(distances, 1 - np.einsum("nd,nkd->nk", unit, unit[found]), atol=1e-5)


def test_known_neighbours_are_not_looked_for_again(monkeypatch):
    x = groups()
    asked = project([x], UMAP)
    known = [nearest(unit_vectors(x), 20)]
    monkeypatch.setattr("otcore.space.nearest.nearest", None)
    np.testing.assert_array_equal(project([x], UMAP, known=known).coordinates[0], asked.coordinates[0])


def digests() -> list[str]:
    """Of the coordinates of one state and of two by UMAP, and of two by PCA."""
    asked = (([groups()], UMAP), ([groups(), groups(1)], UMAP), ([groups(), groups(1)], PCA))
    found = (project(states, settings).coordinates for states, settings in asked)
    return [hashlib.sha256(b"".join(one.tobytes() for one in coordinates)).hexdigest() for coordinates in found]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_picture_in_a_fresh_process():
    code = f"import sys; sys.path[:0] = {[str(ROOT), str(ROOT / 'tests')]!r}; from test_projection import digests; print(*digests())"
    fresh = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert fresh == digests()


@pytest.mark.slow
def test_another_seed_gives_another_picture():
    first, second = (project([groups()], ProjectionSettings(Umap(seed=seed), neighbours=8)).coordinates[0] for seed in (0, 1))
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
        (few(8), ProjectionSettings(Umap(), neighbours=15), "lower the neighbours to 7"),
        (few(4), ProjectionSettings(Umap(), neighbours=2), "choose PCA"),
        (few(2), PCA, "needs more than 2 points and there are 2"),
        ([np.ones((30, 4))], PCA, "All 30 points have the same vector"),
        ([np.full((30, 4), np.nan)], PCA, "30 of 30 vectors are not finite"),
        ([groups(), groups(count=60)], PCA, "90, 60 rows"),
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
        build(ProjectionSettings, change)


@pytest.mark.slow
def test_identical_points_are_laid_out_all_the_same():
    x = groups()
    x[:20] = x[0]
    for states in ([x], [x, x]):
        for places in project(states, UMAP).coordinates:
            assert np.isfinite(places).all()


@pytest.mark.slow
def test_a_fit_can_be_stopped_at_work():
    notes = []
    stopper = Teller(lambda done, total, note: notes.append(note), lambda: any("round" in note for note in notes))
    with pytest.raises(Stopped):
        project([groups()], UMAP, tell=stopper)
    assert project([groups()], UMAP).coordinates[0].shape == (90, 2), "the next one is made"


_METHOD = """
from dataclasses import dataclass
from typing import ClassVar
import numpy as np
from otcore.base.choices import Number, choice
from otcore.space.method import Method

@dataclass(frozen=True, kw_only=True)
class FirstAxes(Method):
    name: ClassVar[str] = "first"
    label: ClassVar[str] = "First axes"
    rank: ClassVar[int] = 99
    about: ClassVar[str] = "The first numbers of each vector."
    reading: ClassVar[str] = "The rest is hidden."
    stretch: float = choice(1.0, Number(0, 10, dial=(0.0, 10.0, 0.5)), "Stretch", "Of the picture.")

    def place(self, vectors, settings, same_space, tell):
        return [self.stretch * x[:, : settings.dimensions] for x in vectors]

METHOD = FirstAxes
"""


@pytest.fixture
def first_axes(tmp_path):
    """A method in a file of its own, there while the test runs."""
    from otcore.space import methods

    (tmp_path / "first_axes.py").write_text(_METHOD, encoding="utf-8")
    methods.__path__.append(str(tmp_path))
    methods.METHODS.reload()
    yield methods.METHODS
    methods.__path__.remove(str(tmp_path))
    sys.modules.pop("otcore.space.methods.first_axes", None)
    methods.METHODS.reload()


def test_a_new_method_is_one_file(first_axes):
    choices = declared(ProjectionSettings)
    assert choices["method"].kind.labels["first"] == "First axes"
    assert choices["stretch"].applies({"method": "first"})
    assert not choices["stretch"].applies({"method": "pca"})
    settings = build(ProjectionSettings, {"method": "first", "stretch": 2.0, "metric": "euclidean"})
    assert settings.method.told() == "stretch 2"
    np.testing.assert_allclose(project([groups()], settings).coordinates[0], 2 * groups()[:, :2])
