"""Before and after: dots and lines for each figure, layers by languages as heatmaps. Pure: results in, plotly figures out."""

import plotly.graph_objects as go

from dashboard.kit.charts import safe_name
from dashboard.kit.theme import BLUE, GREEN, GREY, ORANGE, PLAN_SCALE, PURPLE, SKY, VERMILLION
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.types import MEAN, Evaluation
from otcore.evaluation.verdicts import signed
from otcore.text.languages import language

# An encoder keeps its colour and its shape in all figures of a comparison; the first is what the others are measured against.
LOOKS = (
    (GREY, "circle-open"), (BLUE, "circle"), (VERMILLION, "diamond"), (GREEN, "square"),
    (ORANGE, "triangle-up"), (PURPLE, "cross"), (SKY, "star"), ("#F0E442", "hexagon"),
)  # fmt: skip
# Signed change only: blue falls, vermillion rises, both told apart by every kind of colour sight.
CHANGE_SCALE = ((0.0, "#0072B2"), (0.5, "#F7F7F7"), (1.0, "#D55E00"))
_APART = 0.17  # rows between the dots of two encoders, so that their intervals do not lie on each other


def row_name(code: str) -> str:
    """How a row of a figure or table is called."""
    return "mean" if code == MEAN else language(code).name


def dots(evaluation: Evaluation, measure: str) -> go.Figure:
    """One row a language and one for the mean: the first encoder's dot, a line to each other's, intervals as whiskers."""
    info, codes, names = MEASURES[measure], [*evaluation.settings.languages, MEAN], evaluation.names
    traces = [_line(evaluation, measure, codes, k) for k in range(1, len(names))]
    traces += [_dots(evaluation, measure, codes, k) for k in range(len(names))]
    chance = evaluation.estimate(names[0], MEAN, measure).chance
    if chance is not None:
        traces.append(
            {
                "type": "scatter", "x": [chance, chance], "y": [-0.5, len(codes) - 0.5], "mode": "lines", "hoverinfo": "skip",
                "line": {"color": GREY, "dash": "dot", "width": 1.5}, "name": f"chance {chance:.2g}",
            }
        )  # fmt: skip
    better = f" ({info.better} is better)" if info.better else ""
    layout = {
        "title": {"text": f"{info.label[0].upper()}{info.label[1:]}, by language", "font": {"size": 15}},
        "height": 140 + 44 * len(codes) + 22 * len(names), "margin": {"l": 8, "r": 12, "t": 44, "b": 8}, "dragmode": False,
        "legend": {"orientation": "h", "y": -0.28 - 0.12 / len(codes), "x": 0},
        "xaxis": {"title": {"text": f"{info.unit}{better}"}, "fixedrange": True, "nticks": 7, "automargin": True},
        "yaxis": {
            "tickvals": list(range(len(codes))), "ticktext": [row_name(code) for code in codes], "range": [len(codes) - 0.5, -0.5],
            "fixedrange": True, "title": {"text": "language"}, "zeroline": False, "automargin": True,
        },
    }  # fmt: skip
    return go.Figure(traces, layout)


def layer_errors(evaluation: Evaluation, encoder: str, *, title: str, top: float) -> go.Figure:
    """AER of one encoder at every layer and language; `top` is the end of the scale, shared by figures side by side."""
    rows, layers, values = _table(evaluation, encoder)
    text = [[f"{value:.2f}" for value in row] for row in values]
    return _heatmap(rows, layers, values, text, title, {"colorscale": PLAN_SCALE, "zmin": 0, "zmax": top}, "AER")


def layer_changes(evaluation: Evaluation, after: str) -> go.Figure | None:
    """Change of AER from the first encoder at the layers both have; None where there is none of them."""
    rows, first, before = _table(evaluation, evaluation.names[0])
    _, second, now = _table(evaluation, after)
    layers = [layer for layer in first if layer in second]
    if not layers:
        return None
    values = [[b[second.index(at)] - a[first.index(at)] for at in layers] for a, b in zip(before, now, strict=True)]
    end = max(0.01, *(abs(value) for row in values for value in row))
    scale = {"colorscale": [list(stop) for stop in CHANGE_SCALE], "zmin": -end, "zmax": end}
    text = [[signed(value) for value in row] for row in values]
    return _heatmap(rows, layers, values, text, "Change of AER", scale, "change")


def highest_error(evaluation: Evaluation) -> float:
    """The largest AER at any layer: the end of a scale that all heatmaps share."""
    return max((one.aer for one in evaluation.layers), default=1.0)


def _dots(evaluation: Evaluation, measure: str, codes: list[str], k: int) -> dict:
    name, (color, symbol) = evaluation.names[k], LOOKS[k % len(LOOKS)]
    found = [evaluation.estimate(name, code, measure) for code in codes]
    return {
        "type": "scatter", "mode": "markers", "name": safe_name(name), "x": [one.value for one in found], "y": _rows(evaluation, codes, k),
        "marker": {"color": color, "symbol": symbol, "size": 11, "line": {"width": 2 if symbol.endswith("open") else 0, "color": color}},
        "error_x": {
            "type": "data", "symmetric": False, "array": [max(one.high - one.value, 0) for one in found],
            "arrayminus": [max(one.value - one.low, 0) for one in found], "thickness": 1.5, "width": 4, "color": color,
        },
        "customdata": [[row_name(code), one.low, one.high] for code, one in zip(codes, found, strict=True)],
        "hovertemplate": "%{customdata[0]}: %{x:.3f} [%{customdata[1]:.3f}, %{customdata[2]:.3f}]<extra>" + safe_name(name) + "</extra>",
    }  # fmt: skip


def _line(evaluation: Evaluation, measure: str, codes: list[str], k: int) -> dict:
    """Lines from the first encoder's dots to those of encoder k, one piece a row."""
    x, y = [], []
    for row, code in enumerate(codes):
        ends = [evaluation.estimate(evaluation.names[side], code, measure).value for side in (0, k)]
        x += [*ends, None]
        y += [*(row + _offset(evaluation, side) for side in (0, k)), None]
    line = {"color": LOOKS[k % len(LOOKS)][0], "width": 2}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "opacity": 0.55, "hoverinfo": "skip", "showlegend": False}


def _rows(evaluation: Evaluation, codes: list[str], k: int) -> list[float]:
    return [row + _offset(evaluation, k) for row in range(len(codes))]


def _offset(evaluation: Evaluation, k: int) -> float:
    count = len(evaluation.names)
    return (k - (count - 1) / 2) * min(_APART, 0.7 / count)


def _table(evaluation: Evaluation, encoder: str) -> tuple[list[str], list[int], list[list[float]]]:
    """Row names, layers, and AER by row and layer."""
    codes = [*evaluation.settings.languages, MEAN]
    errors = {(one.language, one.layer): one.aer for one in evaluation.layers if one.encoder == encoder}
    layers = sorted({layer for _, layer in errors})
    return [row_name(code) for code in codes], layers, [[errors[code, layer] for layer in layers] for code in codes]


def _heatmap(rows: list[str], layers: list[int], values, text, title: str, scale: dict, what: str) -> go.Figure:
    told = [[[row, at, cell] for at, cell in zip(layers, cells, strict=True)] for row, cells in zip(rows, text, strict=True)]
    heat = {
        "type": "heatmap", "z": values, "x": list(range(len(layers))), "y": list(range(len(rows))), "text": text, "customdata": told,
        "texttemplate": "%{text}" if len(layers) <= 7 else "", "xgap": 1, "ygap": 1, "colorbar": {"thickness": 12, "title": {"text": what}},
        "hovertemplate": "%{customdata[0]}, layer %{customdata[1]}: %{customdata[2]}<extra></extra>", **scale,
    }  # fmt: skip
    layout = {
        "title": {"text": title, "font": {"size": 15}}, "height": 130 + 34 * len(rows), "margin": {"l": 8, "r": 8, "t": 44, "b": 8},
        "dragmode": False,
        "xaxis": {
            "title": {"text": "layer (0 is the embedding)"}, "tickvals": list(range(len(layers))), "ticktext": [str(at) for at in layers],
            "fixedrange": True,
        },
        "yaxis": {
            "title": {"text": "language"}, "tickvals": list(range(len(rows))), "ticktext": rows, "autorange": "reversed",
            "fixedrange": True, "automargin": True,
        },
    }  # fmt: skip
    return go.Figure([heat], layout)
