"""A function of two numbers as a map: where one stands, the way up, the best place; and a slice of the set of plans."""

import numpy as np
import plotly.graph_objects as go

from dashboard.kit.theme import BLUE, GREEN, GREY, ORANGE, PLAN_SCALE, SKY, VERMILLION
from dashboard.pages.learn.figures.base import axis, frame


def landscape(
    x: np.ndarray, y: np.ndarray, height: np.ndarray, way: np.ndarray, best: np.ndarray, *, title: str, names: tuple[str, str, str]
) -> go.Figure:
    """A contour map with the way that was gone.

    x, y  : (k,), (l,) grid; height (l, k) over it; way: (s, 2) points in order; best: (2,)
    names : of x, y and the height
    """
    contour = {
        "type": "contour", "x": x.tolist(), "y": y.tolist(), "z": height.tolist(), "colorscale": PLAN_SCALE, "ncontours": 18,
        "hovertemplate": f"{names[0]} %{{x:.2f}}<br>{names[1]} %{{y:.2f}}<br>{names[2]} %{{z:.3f}}<extra></extra>",
        "colorbar": {"title": {"text": names[2], "side": "top"}, "thickness": 10, "nticks": 5, "xpad": 4},
        "line": {"width": 0.6},
    }  # fmt: skip
    walk = {
        "type": "scatter", "x": way[:, 0].tolist(), "y": way[:, 1].tolist(), "mode": "lines+markers", "name": "the way up",
        "line": {"color": VERMILLION, "width": 3}, "marker": {"size": 6}, "hoverinfo": "skip",
    }  # fmt: skip
    places = [
        _place("your prices", way[0], ORANGE, "circle"),
        _place("after these steps", way[-1], VERMILLION, "diamond"),
        _place("an optimum", best, GREEN, "star"),
    ]
    spans = {"range": [float(x[0]), float(x[-1])]}, {"range": [float(y[0]), float(y[-1])]}
    layout = {"xaxis": axis(names[0], **spans[0]), "yaxis": axis(names[1], **spans[1])}
    return go.Figure([contour, walk, *places], frame(title, height=400, legend=True) | layout)


def polytope(
    shadow: np.ndarray, corners: np.ndarray, inner: np.ndarray, here: np.ndarray, best: np.ndarray, level: np.ndarray, unit: str
) -> go.Figure:
    """The plans of a 3 × 3 problem seen along two of their four free entries.

    shadow : (k, 2) hull of all corners, in order; corners (c, 2); inner (s, 2) the slice with the other two entries held
    here   : (2,) the present plan; best (2,) the cheapest of all
    level  : (2, 2) two points of the line of plans in the slice that cost the same as this one, or (0, 2)
    """
    closed = lambda points: np.concatenate([points, points[:1]])  # noqa: E731
    traces = [
        _area("some plan is here", closed(shadow), GREY, 0.12),
        _area("with your other two entries", closed(inner), SKY, 0.35),
        {
            "type": "scatter", "x": corners[:, 0].tolist(), "y": corners[:, 1].tolist(), "mode": "markers", "name": "corners",
            "marker": {"symbol": "circle-open", "size": 11, "color": BLUE, "line": {"width": 2}},
            "hovertemplate": "corner (%{x:.2f}, %{y:.2f})<extra></extra>", "cliponaxis": False,
        },
        {
            "type": "scatter", "x": level[:, 0].tolist(), "y": level[:, 1].tolist(), "mode": "lines", "name": "same cost",
            "line": {"color": VERMILLION, "dash": "dash", "width": 3}, "hoverinfo": "skip",
        },
        _place("cheapest plan", best, GREEN, "star"),
        _place("your plan", here, ORANGE, "circle"),
    ]  # fmt: skip
    low, high = shadow.min(0), shadow.max(0)
    pad = 0.08 * (high - low).max()
    spans = [{"range": [float(low[k] - pad), float(high[k] + pad)]} for k in (0, 1)]
    layout = {
        "xaxis": axis(f"π₁₁ ({unit})", **spans[0], constrain="domain"),
        "yaxis": axis(f"π₁₂ ({unit})", **spans[1], scaleanchor="x", constrain="domain"),
    }
    return go.Figure(traces, frame("All plans, seen along two entries", height=420, legend=True) | layout)


def _area(name: str, points: np.ndarray, color: str, opacity: float) -> dict:
    red, green, blue = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    return {
        "type": "scatter", "x": points[:, 0].tolist(), "y": points[:, 1].tolist(), "mode": "lines", "fill": "toself", "name": name,
        "fillcolor": f"rgba({red},{green},{blue},{opacity})", "line": {"color": color, "width": 1.5}, "hoverinfo": "skip",
    }  # fmt: skip


def _place(name: str, point: np.ndarray, color: str, symbol: str) -> dict:
    return {
        "type": "scatter", "x": [float(point[0])], "y": [float(point[1])], "mode": "markers", "name": name, "cliponaxis": False,
        "marker": {"symbol": symbol, "size": 16 if symbol == "star" else 13, "color": color, "line": {"width": 1.5, "color": "white"}},
        "hovertemplate": f"{name} (%{{x:.2f}}, %{{y:.2f}})<extra></extra>",
    }  # fmt: skip
