"""A function of two numbers as a map: where one stands, the way up, the best place; and a slice of the set of plans."""

import numpy as np

from dashboard.kit.figures.frames import Figure, axis, figure
from dashboard.kit.theme import BLUE, GREEN, GREY, ORANGE, PLAN_SCALE, SKY, VERMILLION


def landscape(
    x: np.ndarray, y: np.ndarray, height: np.ndarray, way: np.ndarray, best: np.ndarray, *, title: str, names: tuple[str, str, str]
) -> Figure:
    """A contour map with the way that was gone.

    x, y  : (k,), (l,) grid; height (l, k) over it; way: (s, 2) points in order; best: (2,)
    names : of x, y and the height
    """
    bar = {"title": {"text": names[2], "side": "top"}, "thickness": 10, "nticks": 5, "xpad": 4}
    look = {"colorscale": PLAN_SCALE, "ncontours": 18, "line": {"width": 0.6}, "colorbar": bar}
    hover = f"{names[0]} %{{x:.2f}}<br>{names[1]} %{{y:.2f}}<br>{names[2]} %{{z:.3f}}<extra></extra>"
    contour = {"type": "contour", "x": x.tolist(), "y": y.tolist(), "z": height.tolist(), "hovertemplate": hover, **look}
    walk = _line("the way up", way, {"color": VERMILLION, "width": 3}) | {"mode": "lines+markers", "marker": {"size": 6}}
    places = [
        _place("your prices", way[0], ORANGE, "circle"),
        _place("after these steps", way[-1], VERMILLION, "diamond"),
        _place("an optimum", best, GREEN, "star"),
    ]
    across, up = ({"range": [float(grid[0]), float(grid[-1])]} for grid in (x, y))
    layout = {"xaxis": axis(names[0], **across), "yaxis": axis(names[1], **up)}
    return figure([contour, walk, *places], title, layout, height=400, legend="below")


def polytope(
    shadow: np.ndarray, corners: np.ndarray, inner: np.ndarray, here: np.ndarray, best: np.ndarray, level: np.ndarray, unit: str
) -> Figure:
    """The plans of a 3 × 3 problem seen along two of their four free entries.

    shadow : (k, 2) hull of all corners, in order; corners (c, 2); inner (s, 2) the slice with the other two entries held
    here   : (2,) the present plan; best (2,) the cheapest of all
    level  : (2, 2) two points of the line of plans in the slice that cost the same as this one, or (0, 2)
    """
    circles = {"symbol": "circle-open", "size": 11, "color": BLUE, "line": {"width": 2}}
    traces = [
        _area("some plan is here", shadow, GREY, 0.12),
        _area("with your other two entries", inner, SKY, 0.35),
        _points("corners", corners) | {"marker": circles, "hovertemplate": "corner (%{x:.2f}, %{y:.2f})<extra></extra>"},
        _line("same cost", level, {"color": VERMILLION, "dash": "dash", "width": 3}),
        _place("cheapest plan", best, GREEN, "star"),
        _place("your plan", here, ORANGE, "circle"),
    ]
    low, high = shadow.min(0), shadow.max(0)
    pad = 0.08 * (high - low).max()
    spans = [{"range": [float(low[k] - pad), float(high[k] + pad)], "constrain": "domain"} for k in (0, 1)]
    layout = {"xaxis": axis(f"π₁₁ ({unit})", **spans[0]), "yaxis": axis(f"π₁₂ ({unit})", scaleanchor="x", **spans[1])}
    return figure(traces, "All plans, seen along two entries", layout, height=420, legend="below")


def _line(name: str, points: np.ndarray, line: dict) -> dict:
    x, y = points[:, 0].tolist(), points[:, 1].tolist()
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "name": name, "line": line, "hoverinfo": "skip"}


def _area(name: str, points: np.ndarray, color: str, opacity: float) -> dict:
    red, green, blue = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    filled = {"fill": "toself", "fillcolor": f"rgba({red},{green},{blue},{opacity})"}
    return _line(name, np.concatenate([points, points[:1]]), {"color": color, "width": 1.5}) | filled


def _points(name: str, points: np.ndarray) -> dict:
    x, y = points[:, 0].tolist(), points[:, 1].tolist()
    return {"type": "scatter", "mode": "markers", "x": x, "y": y, "name": name, "cliponaxis": False}


def _place(name: str, point: np.ndarray, color: str, symbol: str) -> dict:
    look = {"symbol": symbol, "size": 16 if symbol == "star" else 13, "color": color, "line": {"width": 1.5, "color": "white"}}
    return _points(name, np.reshape(point, (1, 2))) | {"marker": look, "hovertemplate": f"{name} (%{{x:.2f}}, %{{y:.2f}})<extra></extra>"}
