"""The course of a fine-tuning run: loss, held-out figures, the plan of a watched pair. Pure: values in, plotly figures out."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.kit.charts import safe_name
from dashboard.kit.theme import BLUE, GREEN, GREY, ORANGE, PLAN_SCALE, PURPLE, SKY, STATUS, VERMILLION
from dashboard.pages.finetune.course import Course, WatchedPlan, status_of
from otcore.text.languages import language

_MINUTES_FROM = 180  # seconds of work from which the axis counts minutes
_PARTS = ((VERMILLION, "dash"), (GREEN, "dot"))
_LANGUAGES = ((SKY, "longdash"), (ORANGE, "dashdot"), (PURPLE, "dot"), (GREEN, "dash"), (GREY, "solid"))
_HELD_OUT = {  # figure: (name, colour, dash, marker)
    "aer": ("AER (lower is better)", VERMILLION, "dot", "diamond"),
    "retrieval": ("P@1, last layer (higher is better)", BLUE, "solid", "circle"),
    "layer_retrieval": ("P@1, aligned layer (higher is better)", SKY, "dash", "square"),
}


def losses(course: Course, names: dict[str, str]) -> go.Figure:
    """Loss and its parts over the time of work; the parts of single languages come by a click on their names.

    names: a part's name in the log → how it is called
    """
    scale, unit = _unit(course.seconds)
    x = [seconds / scale for seconds in course.seconds]
    traces = [_line(x, course.loss, "loss", BLUE, "solid", unit, width=3)]
    whole = [name for name in course.parts or {} if " " not in name]
    for name, (color, dash) in zip(whole, _PARTS, strict=False):
        traces.append(_line(x, course.parts[name], names.get(name, name), color, dash, unit))
    single = [name for name in course.parts or {} if " " in name]
    for k, name in enumerate(single):
        color, dash = _LANGUAGES[k % len(_LANGUAGES)]
        traces.append(_line(x, course.parts[name], language(name.split(" ")[1]).name, color, dash, unit) | {"visible": "legendonly"})
    return go.Figure(traces, _layout("Loss on the batches", unit, "loss (no unit)"))


def held_out(course: Course) -> go.Figure:
    """Mean figures on the held-out sentences over the time of work."""
    scale, unit = _unit([seconds for seconds, _, _ in course.held_out])
    traces = []
    for key, (name, color, dash, symbol) in _HELD_OUT.items():
        found = [(seconds / scale, step, figures[key]) for seconds, step, figures in course.held_out if key in figures]
        if found:
            line = _line([x for x, _, _ in found], [value for _, _, value in found], name, color, dash, unit)
            traces.append(
                line
                | {
                    "mode": "lines+markers", "marker": {"symbol": symbol, "size": 9}, "customdata": [step for _, step, _ in found],
                    "hovertemplate": f"%{{x:.1f}} {unit}, step %{{customdata}}: %{{y:.3f}}<extra>{name}</extra>",
                }
            )  # fmt: skip
    return go.Figure(traces, _layout("On held-out sentences", unit, "rate (0 to 1)"))


def watched(found: WatchedPlan) -> go.Figure:
    """The plan between the words of a pair, in reading order from the top left; links over it, by gold where there is any."""
    rows, columns = ([safe_name(_short(word)) for word in words] for words in (found.pair.source, found.pair.target))
    told = [[f"{row} → {column}" for column in columns] for row in rows]
    heat = {
        "type": "heatmap", "z": found.plan, "colorscale": PLAN_SCALE, "zmin": 0, "xgap": 1, "ygap": 1, "customdata": told,
        "hovertemplate": "%{customdata}<br>mass %{z:.4f}<extra></extra>",
        "colorbar": {"title": {"text": "mass", "side": "top"}, "thickness": 9, "len": 0.8, "nticks": 5},
    }  # fmt: skip
    common = {"showgrid": False, "zeroline": False, "automargin": True, "fixedrange": True}
    layout = {
        "title": {"text": f"Plan of the watched pair after step {found.step:,}", "font": {"size": 15}},
        "height": max(300, 24 * len(rows) + 170), "margin": {"l": 8, "r": 8, "t": 78, "b": 8}, "dragmode": False,
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0}, "hoverlabel": {"align": "left"},
        "xaxis": {
            **common, "range": [-0.5, len(columns) - 0.5], "tickvals": list(range(len(columns))), "ticktext": columns,
            "tickangle": -60 if len(columns) > 4 else 0, "title": {"text": "English words"},
        },
        "yaxis": {
            **common, "range": [len(rows) - 0.5, -0.5], "tickvals": list(range(len(rows))), "ticktext": rows,
            "title": {"text": f"{language(found.pair.language).name} words"},
        },
    }  # fmt: skip
    return go.Figure([heat, *_statuses(found)], layout)


def _statuses(found: WatchedPlan) -> list[dict]:
    traces = []
    for status, cells in status_of(found).items():
        color, symbol, _ = STATUS[status]
        if cells:
            traces.append(
                {
                    "type": "scatter", "mode": "markers", "x": [j for _, j in cells], "y": [i for i, _ in cells], "name": status,
                    "hoverinfo": "skip", "marker": {
                        "symbol": symbol, "size": 11, "color": color,
                        "line": {"width": 2, "color": color if symbol.endswith("open") else "white"},
                    },
                }
            )  # fmt: skip
    return traces


def _line(x: Sequence[float], y: Sequence[float], name: str, color: str, dash: str, unit: str, width: int = 2) -> dict:
    return {
        "type": "scatter", "mode": "lines" if len(x) > 1 else "lines+markers", "x": list(x), "y": list(y), "name": name,
        "line": {"color": color, "dash": dash, "width": width}, "hovertemplate": f"%{{x:.1f}} {unit}: %{{y:.4g}}<extra>{name}</extra>",
    }  # fmt: skip


def _layout(title: str, unit: str, y_title: str) -> dict:
    return {
        "title": {"text": title, "font": {"size": 15}}, "height": 330, "margin": {"l": 8, "r": 8, "t": 44, "b": 8}, "dragmode": False,
        "legend": {"orientation": "h", "y": -0.3, "x": 0}, "uirevision": title,
        "xaxis": {"title": {"text": f"time of work ({unit})"}, "fixedrange": True, "rangemode": "tozero", "automargin": True},
        "yaxis": {"title": {"text": y_title}, "fixedrange": True, "automargin": True, "tickformat": ".3~g", "nticks": 7},
    }  # fmt: skip


def _unit(seconds: Sequence[float]) -> tuple[float, str]:
    return (60.0, "min") if max(seconds, default=0) >= _MINUTES_FROM else (1.0, "s")


def _short(text: str) -> str:
    return text if len(text) <= 18 else text[:17] + "…"
