"""Lines over one number, and bars side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.kit.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION
from dashboard.pages.learn.figures.base import axis, frame, plain

# A colour is never alone: each comes with a dash, a marker and, for bars, a pattern.
LOOKS = (
    (BLUE, "solid", "circle", ""),
    (VERMILLION, "dash", "diamond", "/"),
    (GREEN, "dot", "square", "."),
    (ORANGE, "dashdot", "triangle-up", "x"),
    (SKY, "longdash", "cross", "-"),
    (PURPLE, "longdashdot", "star", "|"),
)


@dataclass(frozen=True)
class Series:
    """A named list of numbers over x; a value of None is a gap."""

    name: str
    x: Sequence[float]
    y: Sequence[float | None]


def lines(
    series: Sequence[Series],
    *,
    title: str,
    x: str,
    y: str,
    now: float | None = None,
    log_x: bool = False,
    log_y: bool = False,
    y_range: tuple[float, float] | None = None,
    height: int = 330,
) -> go.Figure:
    """Curves over one axis; `now` is the present setting, a dashed upright line. A range is in the axis's own unit, also where it
    is logarithmic (then in powers of ten)."""
    traces = [
        {
            "type": "scatter", "x": list(entry.x), "y": list(entry.y), "name": entry.name, "mode": "lines+markers",
            "line": {"color": color, "dash": dash, "width": 2.5}, "marker": {"symbol": symbol, "size": 7}, "cliponaxis": False,
            "hovertemplate": f"{x} %{{x}}<br>{entry.name} %{{y:.4g}}<extra></extra>",
        }
        for entry, (color, dash, symbol, _) in zip(series, LOOKS, strict=False)
    ]  # fmt: skip
    # exponents would be written smaller than the rest
    logarithmic = {"type": "log", "dtick": 1}
    kinds = {"x": logarithmic | {"exponentformat": "none"} if log_x else {}, "y": logarithmic | {"exponentformat": "e"} if log_y else {}}
    layout = frame(title, height=height, legend=len(series) > 1) | {"xaxis": axis(x, **kinds["x"]), "yaxis": axis(y, **kinds["y"])}
    if y_range:
        layout["yaxis"]["range"] = list(y_range)
    elif log_y:
        layout["yaxis"].pop("dtick")
        layout["yaxis"]["nticks"] = 6
    else:
        layout["yaxis"]["rangemode"] = "tozero"
    if now is not None:
        layout["shapes"] = [
            {
                "type": "line", "x0": now, "x1": now, "y0": 0, "y1": 1, "yref": "paper",
                "line": {"color": GREY, "dash": "dash", "width": 2},
            }
        ]  # fmt: skip
    return go.Figure(traces, layout)


def bars(
    names: Sequence[str], groups: dict[str, Sequence[float]], *, title: str, x: str, y: str, height: int = 330, form: str = ".3f"
) -> go.Figure:
    """Bars side by side: `names` along the axis, one bar of each group at each."""
    traces = [
        {
            "type": "bar", "x": list(range(len(names))), "y": [float(value) for value in values], "name": group,
            "marker": {"color": color, "pattern": {"shape": pattern, "solidity": 0.25, "fillmode": "overlay"}},
            "hovertemplate": f"{group} %{{y:{form}}}<extra></extra>",
        }
        for (group, values), (color, _, _, pattern) in zip(groups.items(), LOOKS, strict=False)
    ]  # fmt: skip
    labels = [plain(name, 26) for name in names]
    angle = 0 if len(labels) <= 6 and max(map(len, labels), default=0) <= 7 else -55
    layout = frame(title, height=height, legend=len(groups) > 1, barmode="group") | {
        "xaxis": axis(x, tickvals=list(range(len(labels))), ticktext=labels, tickangle=angle),
        "yaxis": axis(y, rangemode="tozero"),
    }
    if len(groups) > 1:
        layout["legend"] = {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"}
        layout["margin"] = layout["margin"] | {"t": 78}
        layout["title"] = layout["title"] | {"y": 0.98, "yanchor": "top", "yref": "container"}
    return go.Figure(traces, layout)
