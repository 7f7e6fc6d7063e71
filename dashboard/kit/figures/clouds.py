"""Weighted points in the plane, lines between them where mass moves, arrows where they are pulled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.kit.figures.frames import Figure, axis, figure, plain
from dashboard.kit.theme import GREY

_LEAST = 0.04  # of the largest mass: less is not drawn
_HEAD, _SEEN = 11, 1e-3  # pixels of an arrow's head; a pull that is shorter has none
_STEPS = (0.15, 0.4, 0.7, 1.0)  # lines come in four widths: one trace each is quick, one a line is not


@dataclass(frozen=True)
class Group:
    """Points of one kind.

    points: (n, 2); sizes: pixels, one for all or one each; labels: over the points (`below`: under them), or none
    """

    name: str
    points: np.ndarray
    color: str
    symbol: str
    sizes: float | Sequence[float] = 12
    labels: Sequence[str] = ()
    below: bool = False


def cloud(
    groups: Sequence[Group],
    *,
    title: str,
    plan: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None,
    pulls: Sequence[tuple[np.ndarray, np.ndarray, str]] = (),
    ranges: tuple[tuple[float, float], tuple[float, float]] | None = None,
    height: int = 400,
    widest: float = 9.0,
) -> Figure:
    """A scatter with equal units on both axes.

    plan : (mass (n, m), from (n, 2), to (m, 2)): a line for each cell, as wide as its mass, the widest `widest` pixels
    pulls: (where (n, 2), way (n, 2), colour): an arrow at each point, as long as its pull
    """
    traces = [*(_flows(*plan, widest) if plan else ()), *map(_points, groups), *(_arrows(*pull) for pull in pulls)]
    spans = [{"range": list(span)} for span in ranges] if ranges else ({}, {})
    layout = {
        "xaxis": axis("first coordinate", showgrid=True, constrain="domain", **spans[0]),
        "yaxis": axis("second coordinate", showgrid=True, scaleanchor="x", constrain="domain", **spans[1]),
    }
    return figure(traces, title, layout, height=height, legend="below")


def _points(group: Group) -> dict:
    points = np.asarray(group.points, dtype=np.float64).reshape(-1, 2)
    labels = [plain(label) for label in group.labels]
    sizes = group.sizes if isinstance(group.sizes, int | float) else [float(size) for size in group.sizes]
    look = {"color": group.color, "symbol": group.symbol, "size": sizes, "line": {"width": 1, "color": "white"}}
    hover = f"{group.name} {'%{text} ' if labels else ''}(%{{x:.2f}}, %{{y:.2f}})<extra></extra>"
    place = "bottom center" if group.below else "top center"
    text = {"text": labels or None, "textposition": place, "textfont": {"size": 13}, "hovertemplate": hover, "cliponaxis": False}
    kind = {"type": "scatter", "mode": "markers+text" if labels else "markers", "name": group.name, "marker": look}
    return kind | text | {"x": points[:, 0].tolist(), "y": points[:, 1].tolist()}


def _flows(mass: np.ndarray, start: np.ndarray, end: np.ndarray, widest: float) -> Iterator[dict]:
    share = mass / max(float(mass.max(initial=0)), 1e-300)
    for low, high in zip((_LEAST, *_STEPS), _STEPS, strict=False):
        cells = np.argwhere((share > low) & (share <= high + 1e-12))
        if len(cells):
            x, y = ([value for i, j in cells for value in (float(start[i, k]), float(end[j, k]), None)] for k in (0, 1))
            line = {"color": GREY, "width": max(1.0, widest * high)}
            quiet = {"showlegend": False, "hoverinfo": "skip", "opacity": 0.35 + 0.4 * high}
            yield {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, **quiet}


def _arrows(where: np.ndarray, way: np.ndarray, color: str) -> dict:
    """One trace for all: annotations with arrows, one a point, are too slow to be moved."""
    start = np.asarray(where, dtype=np.float64)
    ends = [start, start + np.asarray(way), np.full_like(start, np.nan)]
    x, y = ([None if np.isnan(value) else value for value in np.stack([one[:, k] for one in ends], 1).ravel().tolist()] for k in (0, 1))
    sizes = [size for length in np.hypot(*np.asarray(way).T) for size in (0, _HEAD * bool(length > _SEEN), 0)]
    head = {"symbol": "arrow", "angleref": "previous", "size": sizes, "color": color, "opacity": 1}
    look = {"line": {"color": color, "width": 2}, "marker": head, "showlegend": False, "hoverinfo": "skip", "cliponaxis": False}
    return {"type": "scatter", "mode": "lines+markers", "x": x, "y": y, "name": "pull", **look}
