"""Vectors on a picture: PCA, UMAP, and several states of the same points in one coordinate system."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.space.nearest import METRICS, nearest, unit_vectors

METHODS = ("pca", "umap")
_SAMPLE = 1500  # points over which trustworthiness is taken: it sorts all distances between them


@dataclass(frozen=True)
class ProjectionSettings:
    """How vectors become places.

    method    : "pca" or "umap"
    dimensions: 2 or 3
    neighbours: for UMAP, so many nearest points (itself included) hold a point in place; for both, the neighbourhoods whose
                survival is measured
    min_dist  : for UMAP, how close points may come to each other on the picture, in [0, 1]
    metric    : "cosine" compares directions only (PCA then takes unit vectors), "euclidean" lengths as well
    seed      : of UMAP's random steps; the same seed gives the same picture

    raises    : InputError   a value outside these
    """

    method: str = "pca"
    dimensions: int = 2
    neighbours: int = 15
    min_dist: float = 0.1
    metric: str = "cosine"
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("method", self.method, METHODS),
            ("metric", self.metric, METRICS),
            ("dimensions", self.dimensions, (2, 3)),
        ):
            if value not in allowed:
                raise InputError(f"The projection's {name} must be one of {', '.join(map(str, allowed))}, not {value}.")
        if not 2 <= self.neighbours <= 500:
            raise InputError(f"The neighbours must be between 2 and 500, not {self.neighbours}.")
        if not 0 <= self.min_dist <= 1:
            raise InputError(f"The minimum distance must be between 0 and 1, not {self.min_dist}.")
        if not 0 <= self.seed < 2**32:
            raise InputError(f"The seed must be a whole number from 0 to 4,294,967,295, not {self.seed}.")


@dataclass(frozen=True)
class Projection:
    """Places of n points in each state.

    coordinates     : for each state (n, dimensions) float32, all in one coordinate system
    variance        : for PCA, for each state the share of its variance along each axis, in [0, 1]; empty for UMAP
    trustworthiness : for each state, in [0, 1]: 1 where neighbours on the picture are neighbours in the original space; NaN for
                      fewer than four points
    sample          : points it was taken over
    """

    settings: ProjectionSettings
    coordinates: tuple[np.ndarray, ...]
    variance: tuple[tuple[float, ...], ...]
    trustworthiness: tuple[float, ...]
    sample: int


def project(
    states: Sequence[np.ndarray], settings: ProjectionSettings, *, same_space: bool = False, tell: Teller | None = None
) -> Projection:
    """Places for one state of a set of points, or for several states in one coordinate system.

    states    : (n, d) each; row i is the same point in all of them; d may differ
    same_space: the vectors of all states lie in one space (the same encoder as it learns), so that PCA takes the same axes for
                all; otherwise each state has its own axes, turned to lie on those of the state before
    returns   : the same for the same vectors, settings and seed, in every process
    raises    : InputError   too few points, all the same, not finite, not one row a point in all states
                Stopped      `tell` was asked to end
    source    : PCA Pearson 1901; turning Schönemann 1966; UMAP see `otcore.space.layouts`
    """
    tell = tell or Teller()
    _check(states, settings)
    vectors = [unit_vectors(x) if settings.metric == "cosine" else np.asarray(x, np.float32) for x in states]
    if settings.method == "pca":
        coordinates, variance = _pca(vectors, settings.dimensions, same_space)
    else:
        coordinates, variance = _umap(vectors, settings, tell.part(0, 0.95)), ()
    sample = _sample(len(states[0]), settings.seed)
    trusted = []
    for number, (x, places) in enumerate(zip(vectors, coordinates, strict=True)):
        tell.part(0.95, 1)(number / len(vectors), "measuring trustworthiness")
        trusted.append(_trustworthiness(x[sample], places[sample], settings.neighbours))
    return Projection(settings, tuple(coordinates), variance, tuple(trusted), len(sample))


def _check(states: Sequence[np.ndarray], settings: ProjectionSettings) -> None:
    n = len(states[0]) if len(states) else 0
    if any(len(x) != n or x.ndim != 2 for x in states):
        raise InputError(f"All states must hold the same points; they have {', '.join(str(len(x)) for x in states)} rows.")
    if n <= settings.dimensions:
        raise InputError(
            f"A picture in {settings.dimensions} dimensions needs more than {settings.dimensions} points and there are {n}; "
            "choose more sentences or languages."
        )
    for x in states:
        finite = np.isfinite(x).all(1)
        if not finite.all():
            raise InputError(
                f"{int((~finite).sum())} of {n} vectors are not finite numbers, the first that of point {int(np.argmin(finite)) + 1}; "
                "choose another layer or encoder."
            )
        if (x == x[0]).all():
            raise InputError(
                f"All {n} points have the same vector, so that there is no picture to draw; choose another layer or other words."
            )
    if settings.method == "umap" and n <= max(settings.neighbours, settings.dimensions + 2):
        if n <= settings.dimensions + 2:
            raise InputError(
                f"UMAP in {settings.dimensions} dimensions needs more than {settings.dimensions + 2} points and there are {n}; "
                "choose PCA or more points."
            )
        raise InputError(
            f"UMAP with {settings.neighbours} neighbours needs more points than that and there are {n}; "
            f"lower the neighbours to {n - 1} or less, or choose more sentences or languages."
        )


def _umap(vectors: list[np.ndarray], settings: ProjectionSettings, tell: Teller) -> list[np.ndarray]:
    from otcore.space.layouts import layout

    itself = np.arange(len(vectors[0]))[:, None]
    found = []
    for number, x in enumerate(vectors):
        part = tell.part(0.2 * number / len(vectors), 0.2 * (number + 1) / len(vectors))
        indices, distances = nearest(x, settings.neighbours - 1, settings.metric, part)
        found.append((np.hstack([itself, indices]), np.hstack([np.zeros_like(distances[:, :1]), distances])))
    return layout(vectors, found, settings.dimensions, settings.min_dist, settings.seed, tell.part(0.2, 1))


def _pca(vectors: list[np.ndarray], dimensions: int, same_space: bool) -> tuple[list[np.ndarray], tuple[tuple[float, ...], ...]]:
    """Scores of each state, and the share of its variance along each axis."""
    if same_space:
        together = np.concatenate(vectors).astype(np.float64)
        centre = together.mean(0)
        axes = _axes(together - centre, dimensions)
        scores = [(x - centre) @ axes for x in vectors]
    else:
        scores = []
        for x in vectors:
            centred = x - x.mean(0, dtype=np.float64)
            own = centred @ _axes(centred, dimensions)
            scores.append(own @ _turn(own, scores[-1]) if scores else own)
    shares = tuple(
        tuple((one.var(0) / max(x.var(0, dtype=np.float64).sum(), 1e-300)).tolist()) for one, x in zip(scores, vectors, strict=True)
    )
    return [one.astype(np.float32) for one in scores], shares


def _axes(centred: np.ndarray, dimensions: int) -> np.ndarray:
    """(d, dimensions) directions of the largest variance; of each the largest entry is positive, so that no sign is left to chance."""
    _, directions = np.linalg.eigh(centred.T @ centred)
    axes = directions[:, ::-1][:, :dimensions]
    axes = np.pad(axes, ((0, 0), (0, dimensions - axes.shape[1])))
    return axes * np.where(np.take_along_axis(axes, np.abs(axes).argmax(0)[None], axis=0) < 0, -1.0, 1.0)


def _turn(own: np.ndarray, before: np.ndarray) -> np.ndarray:
    """The rotation or reflection that brings one state's scores nearest to another's."""
    left, _, right = np.linalg.svd(own.T @ before)
    return left @ right


def _sample(n: int, seed: int) -> np.ndarray:
    return np.arange(n) if n <= _SAMPLE else np.sort(np.random.default_rng(seed).choice(n, _SAMPLE, replace=False))


def _trustworthiness(x: np.ndarray, places: np.ndarray, neighbours: int) -> float:
    """Venna & Kaski 2001, by scikit-learn, over neighbourhoods of that size or as large as the points allow."""
    from sklearn.manifold import trustworthiness

    k = min(neighbours, (len(x) - 1) // 2)
    return float(trustworthiness(x, places, n_neighbors=k)) if k >= 1 and len(x) >= 4 else float("nan")
