"""Weighted points in the plane, lines between them where mass moves, arrows where they are pulled."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from dashboard.kit.theme import GREY
from dashboard.pages.learn.figures.base import axis, frame, plain

_LEAST = 0.04  # of the largest mass: less is not drawn
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
    opacity: float = 1.0


def cloud(
    groups: Sequence[Group],
    *,
    title: str,
    plan: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None,
    pulls: Sequence[tuple[np.ndarray, np.ndarray, str]] = (),
    axes: tuple[str, str] = ("first coordinate", "second coordinate"),
    ranges: tuple[tuple[float, float], tuple[float, float]] | None = None,
    height: int = 400,
    widest: float = 9.0,
) -> go.Figure:
    """A scatter with equal units on both axes.

    plan : (mass (n, m), from (n, 2), to (m, 2)): a line for each cell, as wide as its mass, the widest `widest` pixels
    pulls: (where (n, 2), way (n, 2), colour): an arrow at each point, as long as its pull
    """
    traces = [*_flows(*plan, widest)] if plan else []
    traces += [_points(group) for group in groups]
    span = {} if ranges is None else {"range": list(ranges[0])}, {} if ranges is None else {"range": list(ranges[1])}
    layout = frame(title, height=height, legend=True) | {
        "xaxis": axis(axes[0], showgrid=True, constrain="domain", **span[0]),
        "yaxis": axis(axes[1], showgrid=True, scaleanchor="x", constrain="domain", **span[1]),
        "annotations": [arrow for where, way, color in pulls for arrow in _arrows(where, way, color)],
    }
    return go.Figure(traces, layout)


def _points(group: Group) -> dict:
    points = np.asarray(group.points, dtype=np.float64).reshape(-1, 2)
    labels = [plain(label) for label in group.labels]
    sizes = group.sizes if isinstance(group.sizes, int | float) else [float(size) for size in group.sizes]
    return {
        "type": "scatter", "mode": "markers+text" if labels else "markers", "x": points[:, 0].tolist(), "y": points[:, 1].tolist(),
        "textposition": "bottom center" if group.below else "top center", "textfont": {"size": 13},
        "name": group.name, "text": labels or None, "opacity": group.opacity,
        "marker": {"color": group.color, "symbol": group.symbol, "size": sizes, "line": {"width": 1, "color": "white"}},
        "hovertemplate": f"{group.name} {'%{text} ' if labels else ''}(%{{x:.2f}}, %{{y:.2f}})<extra></extra>", "cliponaxis": False,
    }  # fmt: skip


def _flows(mass: np.ndarray, start: np.ndarray, end: np.ndarray, widest: float):
    share = mass / max(float(mass.max(initial=0)), 1e-300)
    low = _LEAST
    for high in _STEPS:
        cells = np.argwhere((share > low) & (share <= high + 1e-12))
        low = high
        if not len(cells):
            continue
        x, y = ([value for i, j in cells for value in (float(start[i, k]), float(end[j, k]), None)] for k in (0, 1))
        yield {
            "type": "scatter", "mode": "lines", "x": x, "y": y, "showlegend": False, "hoverinfo": "skip", "opacity": 0.35 + 0.4 * high,
            "line": {"color": GREY, "width": max(1.0, widest * high)},
        }  # fmt: skip


def _arrows(where: np.ndarray, way: np.ndarray, color: str):
    for (x, y), (dx, dy) in zip(np.asarray(where).tolist(), np.asarray(way).tolist(), strict=True):
        if np.hypot(dx, dy) > 1e-3:
            yield {
                "x": x + dx, "y": y + dy, "ax": x, "ay": y, "xref": "x", "yref": "y", "axref": "x", "ayref": "y", "text": "",
                "showarrow": True, "arrowhead": 2, "arrowsize": 1, "arrowwidth": 2, "arrowcolor": color,
            }  # fmt: skip
