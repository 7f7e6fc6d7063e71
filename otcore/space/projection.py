"""Vectors on a picture: several states of the same points in one coordinate system, and how far the picture is to be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.space.methods import METHODS
from otcore.space.metrics import METRICS
from otcore.space.settings import ProjectionSettings

if TYPE_CHECKING:
    from otcore.space.nearest import Found

_SAMPLE = 1500  # points over which trustworthiness is taken: it sorts all distances between them


@dataclass(frozen=True)
class Projection:
    """Places of n points in each state, all in one coordinate system.

    coordinates     : (n, dimensions) float32
    variance        : for a linear method the share of the state's variance along each axis, in [0, 1]; else empty
    trustworthiness : in [0, 1]: 1 where neighbours on the picture are neighbours in the original space; NaN for fewer than four points
    sample          : points it was taken over
    """

    settings: ProjectionSettings
    coordinates: tuple[np.ndarray, ...]
    variance: tuple[tuple[float, ...], ...]
    trustworthiness: tuple[float, ...]
    sample: int


def project(
    states: Sequence[np.ndarray],
    settings: ProjectionSettings,
    *,
    same_space: bool = False,
    tell: Teller | None = None,
    known: Sequence[Found] = (),
) -> Projection:
    """Places for one state of a set of points, or for several states in one coordinate system.

    states    : (n, d) each; row i is the same point in all of them; d may differ
    same_space: the vectors of all states lie in one space (the same encoder as it learns), so that PCA takes the same axes for
                all; otherwise each state has its own axes, turned to lie on those of the state before
    known     : of each state the nearest others by cosine, where they were looked for already
    returns   : the same for the same vectors, settings and seed, in every process
    raises    : InputError   too few points, all the same, not finite, not one row a point in all states
                Stopped      `tell` was asked to end
    """
    tell = tell or Teller()
    _check(states, settings)
    vectors = [METRICS[settings.metric].prepare(x) for x in states]
    settings.method.check(len(vectors[0]), settings)
    more = {"found": _found(vectors, settings, known, tell.part(0, 0.2))} if settings.method.by_neighbours else {}
    made = settings.method.place(vectors, settings, same_space=same_space, tell=tell.part(0.2 if more else 0, 0.95), **more)
    places = [one.astype(np.float32) for one in made]
    n = len(places[0])
    sample = np.arange(n) if n <= _SAMPLE else np.sort(np.random.default_rng(0).choice(n, _SAMPLE, replace=False))
    trusted = []
    for number, (x, one) in enumerate(zip(vectors, places, strict=True)):
        tell.part(0.95, 1)(number / len(vectors), "measuring trustworthiness")
        trusted.append(_trustworthiness(x[sample], one[sample], settings.neighbours))
    variance = tuple(map(_shares, vectors, places)) if settings.method.linear else ()
    return Projection(settings, tuple(places), variance, tuple(trusted), len(sample))


def warm_up(tell: Teller | None = None) -> None:
    """Has the slow methods make small pictures: what is compiled or loaded for them is then there, and the first real one is quick."""
    x = np.random.default_rng(0).normal(size=(40, 8))
    for method in (one for one in METHODS.values() if one.slow):
        for states in ([x], [x, x]):
            project(states, ProjectionSettings(method(), neighbours=6), tell=tell)


def _found(vectors: Sequence[np.ndarray], settings: ProjectionSettings, known: Sequence[Found], tell: Teller) -> list[Found]:
    """The neighbours of each state, as far as asked for; looked for where too few are known, or by another metric."""
    from otcore.space.nearest import nearest

    k = settings.neighbours - 1
    if known and settings.metric == "cosine" and known[0][0].shape[1] >= k:
        return [(places[:, :k], distances[:, :k]) for places, distances in known]
    return [nearest(x, k, settings.metric, part) for x, part in tell.each(vectors)]


def _check(states: Sequence[np.ndarray], settings: ProjectionSettings) -> None:
    n, least = len(states[0]) if len(states) else 0, settings.dimensions
    if any(len(x) != n or x.ndim != 2 for x in states):
        raise InputError(f"All states must hold the same points; they have {', '.join(str(len(x)) for x in states)} rows.")
    if n <= least:
        needed = f"A picture in {least} dimensions needs more than {least} points and there are {n}"
        raise InputError(f"{needed}; choose more sentences or languages.")
    for x in states:
        finite = np.isfinite(x).all(1)
        if not finite.all():
            damaged = f"{int((~finite).sum())} of {n} vectors are not finite numbers, the first that of point {int(np.argmin(finite)) + 1}"
            raise InputError(f"{damaged}; choose another layer or encoder.")
        if (x == x[0]).all():
            same = f"All {n} points have the same vector, so that there is no picture to draw"
            raise InputError(f"{same}; choose another layer or other words.")


def _shares(x: np.ndarray, places: np.ndarray) -> tuple[float, ...]:
    """Of the variance of all, that along each axis."""
    return tuple((places.var(0, dtype=np.float64) / max(x.var(0, dtype=np.float64).sum(), 1e-300)).tolist())


def _trustworthiness(x: np.ndarray, places: np.ndarray, neighbours: int) -> float:
    """Venna & Kaski 2001, by scikit-learn, over neighbourhoods of that size or as large as the points allow."""
    from sklearn.manifold import trustworthiness

    k = min(neighbours, (len(x) - 1) // 2)
    return float(trustworthiness(x, places, n_neighbors=k)) if k >= 1 and len(x) >= 4 else float("nan")
