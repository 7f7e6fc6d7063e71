"""The course of a fine-tuning run: loss, held-out figures, the plan of a watched pair. Pure: values in, plotly figures out."""

import itertools
from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.kit.charts import safe_name
from dashboard.kit.theme import BLUE, GREEN, GREY, ORANGE, PLAN_SCALE, PURPLE, SKY, STATUS, VERMILLION
from dashboard.pages.finetune.watched import WatchedPlan
from otcore.runs.course import Course
from otcore.text.languages import language

_MINUTES_FROM = 180  # seconds of work from which the axis counts minutes
_PART_NAMES = {"transport": "transport cost", "anchor": "λ · anchor"}  # of those in the log that are not called so
_PARTS = ((VERMILLION, "dash"), (GREEN, "dot"))
_LANGUAGES = ((SKY, "longdash"), (ORANGE, "dashdot"), (PURPLE, "dot"), (GREEN, "dash"), (GREY, "solid"))
_HELD_OUT = {  # figure: (name, colour, dash, marker)
    "aer": ("AER (lower is better)", VERMILLION, "dot", "diamond"),
    "retrieval": ("P@1, last layer (higher is better)", BLUE, "solid", "circle"),
    "layer_retrieval": ("P@1, aligned layer (higher is better)", SKY, "dash", "square"),
}


def losses(course: Course) -> go.Figure:
    """Loss and its parts over the time of work; the parts of single languages come by a click on their names."""
    scale, unit = _unit(course.seconds)
    x = [seconds / scale for seconds in course.seconds]
    parts = course.parts or {}
    traces = [_line(x, course.loss, "loss", (BLUE, "solid"), unit).update(line_width=3)]
    for name, style in zip((name for name in parts if " " not in name), _PARTS, strict=False):
        traces.append(_line(x, parts[name], _PART_NAMES.get(name, name), style, unit))
    for name, style in zip((name for name in parts if " " in name), itertools.cycle(_LANGUAGES), strict=False):
        traces.append(_line(x, parts[name], language(name.split(" ")[1]).name, style, unit).update(visible="legendonly"))
    return go.Figure(traces, _layout("Loss on the batches", unit, "loss (no unit)"))


def held_out(course: Course) -> go.Figure:
    """Mean figures on the held-out sentences over the time of work."""
    scale, unit = _unit([seconds for seconds, _, _ in course.held_out])
    traces = []
    for key, (name, color, dash, symbol) in _HELD_OUT.items():
        found = [(seconds / scale, step, figures[key]) for seconds, step, figures in course.held_out if key in figures]
        if found:
            x, steps, y = zip(*found, strict=True)
            told = f"%{{x:.1f}} {unit}, step %{{customdata}}: %{{y:.3f}}<extra>{name}</extra>"
            line = _line(x, y, name, (color, dash), unit)
            traces.append(line.update(mode="lines+markers", marker={"symbol": symbol, "size": 9}, customdata=steps, hovertemplate=told))
    return go.Figure(traces, _layout("On held-out sentences", unit, "rate (0 to 1)"))


def watched(found: WatchedPlan) -> go.Figure:
    """The plan between the words of a pair, English down and the other language across as on the Align page, in reading order from the top
    left; links over it, by gold where there is any."""
    sides = (found.pair.target, found.pair.source)
    rows, columns = ([safe_name(word if len(word) <= 18 else word[:17] + "…") for word in side] for side in sides)
    cells = {"z": found.plan.T, "customdata": [[f"{row} → {column}" for column in columns] for row in rows]}
    bar = {"title": {"text": "mass", "side": "top"}, "thickness": 9, "len": 0.8, "nticks": 5}
    look = {"colorscale": PLAN_SCALE, "zmin": 0, "xgap": 1, "ygap": 1, "hovertemplate": "%{customdata}<br>mass %{z:.4f}<extra></extra>"}
    heat = go.Heatmap(cells | look, colorbar=bar)
    across = _axis(f"{language(found.pair.language).name} words", columns) | {"tickangle": -60 if len(columns) > 4 else 0}
    axes = {
        "xaxis": across | {"range": [-0.5, len(columns) - 0.5]},
        "yaxis": _axis("English words", rows) | {"range": [len(rows) - 0.5, -0.5]},
    }
    shared = _shared(f"Plan of the watched pair after step {found.step:,}", max(300, 24 * len(rows) + 170), 78)
    legend = {"legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0}, "hoverlabel": {"align": "left"}}
    return go.Figure([heat, *(_marks(status, cells) for status, cells in found.cells.items() if cells)], shared | legend | axes)


def _axis(title: str, labels: list[str]) -> dict:
    bare = {"showgrid": False, "zeroline": False, "automargin": True, "fixedrange": True}
    return {**bare, "title": {"text": title}, "tickvals": list(range(len(labels))), "ticktext": labels}


def _marks(status: str, cells: list[tuple[int, int]]) -> go.Scatter:
    color, symbol, _ = STATUS[status]
    outline = {"width": 2, "color": color if symbol.endswith("open") else "white"}
    marker = {"symbol": symbol, "size": 11, "color": color, "line": outline}
    x, y = zip(*cells, strict=True)
    return go.Scatter(mode="markers", x=x, y=y, name=status, hoverinfo="skip", marker=marker)


def _line(x: Sequence[float], y: Sequence[float], name: str, style: tuple[str, str], unit: str) -> go.Scatter:
    """style: colour and dash"""
    mode = "lines" if len(x) > 1 else "lines+markers"
    told = f"%{{x:.1f}} {unit}: %{{y:.4g}}<extra>{name}</extra>"
    return go.Scatter(mode=mode, x=x, y=y, name=name, line={"color": style[0], "dash": style[1], "width": 2}, hovertemplate=told)


def _layout(title: str, unit: str, y_title: str) -> dict:
    axis = {"fixedrange": True, "automargin": True}
    return _shared(title, 330, 44) | {
        "legend": {"orientation": "h", "y": -0.3, "x": 0},
        "uirevision": title,
        "xaxis": axis | {"title": {"text": f"time of work ({unit})"}, "rangemode": "tozero"},
        "yaxis": axis | {"title": {"text": y_title}, "tickformat": ".3~g", "nticks": 7},
    }


def _shared(title: str, height: int, top: int) -> dict:
    margin = {"l": 8, "r": 8, "t": top, "b": 8}
    return {"title": {"text": title, "font": {"size": 15}}, "height": height, "margin": margin, "dragmode": False}


def _unit(seconds: Sequence[float]) -> tuple[float, str]:
    return (60.0, "min") if max(seconds, default=0) >= _MINUTES_FROM else (1.0, "s")
