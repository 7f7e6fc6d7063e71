"""The playground's figures: clouds in, Plotly figure out; and where its drawing puts them."""

from collections.abc import Sequence

import numpy as np

from dashboard.kit.figures.frames import Figure
from dashboard.kit.figures.matrices import matrix
from dashboard.pages.playground.clouds import Cloud

_ROOM = 0.25  # of the clouds' width around them, so that a point can be dragged outwards


def places_of(clouds: Sequence[Cloud]) -> list[np.ndarray]:
    """(n, 2), (m, 2) where the points are drawn; clouds on a line lie one above the other."""
    return [_in_plane(side.points, height) for side, height in zip(clouds, (1.0, 0.0), strict=True)]


def span_of(clouds: Sequence[Cloud]) -> list[list[float]]:
    """[[left, right], [bottom, top]] of the drawing."""
    points = np.concatenate(places_of(clouds))
    low, high = points.min(0), points.max(0)
    spare = np.maximum(_ROOM * (high - low), 0.5)
    return np.stack([low - spare, high + spare], 1).tolist()


def plan_matrix(clouds: Sequence[Cloud], plan: np.ndarray, solver: str) -> Figure:
    """A plan as a matrix."""
    title, axes = f"The {solver} plan", ("first cloud", "second cloud")
    return matrix(plan, names_of(clouds), title=title, unit="mass", axes=axes, blank_zero=True, height=400)


def names_of(clouds: Sequence[Cloud]) -> tuple[list[str], list[str]]:
    """What the points of each cloud are called."""
    first, second = ([f"{letter}{k + 1}" for k in range(len(side.points))] for letter, side in zip("ab", clouds, strict=True))
    return first, second


def _in_plane(points: np.ndarray, height: float) -> np.ndarray:
    return points if points.shape[1] == 2 else np.column_stack([points, np.full(len(points), height)])
