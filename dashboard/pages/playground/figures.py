"""The playground's figures: clouds in, Plotly figure out."""

from collections.abc import Sequence

import numpy as np

from dashboard.kit.figures.clouds import Group, cloud
from dashboard.kit.figures.frames import Figure
from dashboard.kit.figures.matrices import matrix
from dashboard.kit.theme import BLUE, ORANGE
from dashboard.pages.playground.clouds import MOST_POINTS, Cloud

_STEPS = 25  # places along each axis that a click can mean


def canvas(clouds: Sequence[Cloud], *, removing: bool) -> Figure:
    """Both clouds, the first two traces, and unless a click takes a point away a place to click at every crossing of a fine grid."""
    places = [_in_plane(side.points, 0.0) for side in clouds]
    low, high = np.concatenate(places).min(0), np.concatenate(places).max(0)
    spare = np.maximum(0.25 * (high - low), 0.5)
    ends = np.array([low - spare, high + spare])
    title = "Click to take a point away" if removing else "Click to add a point"
    figure = cloud(_groups(clouds, places), title=title, ranges=tuple(map(tuple, ends.T)))
    if not removing:
        grid = [np.round(np.linspace(*axis, _STEPS), 2) for axis in ends.T]
        if clouds[0].points.shape[1] == 1:
            grid[1] = np.zeros(1)
        x, y = (axis.ravel().tolist() for axis in np.meshgrid(*grid))
        unseen, hover = {"size": 16, "opacity": 0}, "(%{x}, %{y})<extra>add here</extra>"
        figure.add_scatter(x=x, y=y, mode="markers", marker=unseen, showlegend=False, name="place", hovertemplate=hover)
    return figure


def plan_between(clouds: Sequence[Cloud], plan: np.ndarray) -> Figure:
    """Both clouds with a plan as lines; clouds on a line are drawn one over the other."""
    places = [_in_plane(side.points, height) for side, height in zip(clouds, (1.0, 0.0), strict=True)]
    few = max(len(side.points) for side in clouds) <= MOST_POINTS // 3
    groups = _groups(clouds, places, names_of(clouds) if few else ((), ()))
    return cloud(groups, title="Clouds and plan; size is weight, width is mass", plan=(plan, *places))


def plan_matrix(clouds: Sequence[Cloud], plan: np.ndarray, solver: str) -> Figure:
    """A plan as a matrix."""
    title, axes = f"The {solver} plan", ("first cloud", "second cloud")
    return matrix(plan, names_of(clouds), title=title, unit="mass", axes=axes, blank_zero=True, height=400)


def names_of(clouds: Sequence[Cloud]) -> tuple[list[str], list[str]]:
    """What the points of each cloud are called."""
    first, second = ([f"{letter}{k + 1}" for k in range(len(side.points))] for letter, side in zip("ab", clouds, strict=True))
    return first, second


def _groups(clouds: Sequence[Cloud], places: Sequence[np.ndarray], labels: Sequence[Sequence[str]] = ((), ())) -> tuple[Group, Group]:
    sizes = [(8 + 26 * np.sqrt(side.masses)).tolist() for side in clouds]
    return (
        Group("first cloud", places[0], BLUE, "circle", sizes[0], labels[0]),
        Group("second cloud", places[1], ORANGE, "diamond", sizes[1], labels[1], below=bool(labels[1])),
    )


def _in_plane(points: np.ndarray, height: float) -> np.ndarray:
    return points if points.shape[1] == 2 else np.column_stack([points, np.full(len(points), height)])
