"""Before and after: dots and lines for each figure, layers by languages as heatmaps. Pure: results in, plotly figures out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.kit.charts import safe_name
from dashboard.kit.theme import BLUE, GREEN, GREY, ORANGE, PLAN_SCALE, PURPLE, SKY, VERMILLION
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.transfer.results import ALL, SEEN, UNSEEN
from otcore.evaluation.types import MEAN, Evaluation
from otcore.evaluation.verdicts import signed
from otcore.text.languages import language

# An encoder keeps its colour and its shape in all figures of a comparison; the first is what the others are measured against.
_LOOKS = (
    (GREY, "circle-open"),
    (BLUE, "circle"),
    (VERMILLION, "diamond"),
    (GREEN, "square"),
    (ORANGE, "triangle-up"),
    (PURPLE, "cross"),
    (SKY, "star"),
)
# Signed change only: blue falls, vermillion rises, both told apart by every kind of colour sight.
_CHANGE_SCALE = [[0.0, BLUE], [0.5, "#F7F7F7"], [1.0, VERMILLION]]
_MEANS = {MEAN: "mean", SEEN: "mean of seen", UNSEEN: "mean of unseen", ALL: "mean of all"}
_APART = 0.17  # rows between the dots of two encoders, so that their whiskers do not lie on each other
_SPARE = {"margin": {"l": 8, "r": 12, "t": 44, "b": 8}, "dragmode": False}


def row_name(place: str) -> str:
    """How the row of a language, or of a mean over some, is called in figures and tables."""
    return _MEANS.get(place) or language(place).name


@dataclass(frozen=True)
class Rows:
    """What a figure of dots shows.

    name    : of the figure
    places  : a row each, languages and means
    encoders: name → (value, low, high) of each row; the first is what the others are compared with
    """

    name: str
    places: Sequence[str]
    encoders: Mapping[str, Sequence[tuple[float, float, float]]]

    @property
    def names(self) -> list[str]:
        return [row_name(place) for place in self.places]

    def spoken(self) -> str:
        """In words, for screen readers."""
        told = [
            f"{name}: " + ", ".join(f"{encoder} {values[row][0]:.2f}" for encoder, values in self.encoders.items())
            for row, name in enumerate(self.names)
        ]
        return f"{self.name} by language. {'; '.join(told)}."

    def position(self, row: int, k: int) -> float:
        """Where in its row the dot of encoder k stands."""
        count = len(self.encoders)
        return row + (k - (count - 1) / 2) * min(_APART, 0.7 / count)


def rows_of(evaluation: Evaluation, measure: str) -> Rows:
    """A figure of a comparison, with its intervals."""
    places = (*evaluation.settings.languages, MEAN)
    found = {name: [evaluation.estimate(name, place, measure) for place in places] for name in evaluation.names}
    return Rows(MEASURES[measure].label, places, {name: [(one.value, one.low, one.high) for one in row] for name, row in found.items()})


def dots(evaluation: Evaluation, measure: str) -> go.Figure:
    """One row a language and one for the mean, intervals as whiskers, chance as a line."""
    info, rows = MEASURES[measure], rows_of(evaluation, measure)
    better = f" ({info.better} is better)" if info.better else ""
    figure = dot_figure(rows, f"{info.unit}{better}", " [%{customdata[1]:.3f}, %{customdata[2]:.3f}]")
    chance = evaluation.estimate(evaluation.names[0], MEAN, measure).chance
    if chance is not None:
        ends, line = [-0.5, len(rows.places) - 0.5], {"color": GREY, "dash": "dot", "width": 1.5}
        figure.add_scatter(x=[chance, chance], y=ends, mode="lines", hoverinfo="skip", line=line, name=f"chance {chance:.2g}")
    return figure


def dot_figure(rows: Rows, axis: str, ends: str, *, whiskers: bool = True) -> go.Figure:
    """In each row the first encoder's dot and a line to each other's.

    axis: title of the values' axis
    ends: how a hover text goes on after the value, with the ends of the whiskers, which are customdata[1] and [2]
    """
    count, encoders = len(rows.places), range(len(rows.encoders))
    traces = [*(_line(rows, k) for k in encoders[1:]), *(_dots(rows, k, ends, whiskers) for k in encoders)]
    layout = _SPARE | {
        "title": {"text": f"{rows.name[0].upper()}{rows.name[1:]}, by language", "font": {"size": 15}},
        "height": 150 + 40 * count + 22 * len(encoders),
        "legend": {"orientation": "h", "y": -70 / (60 + 40 * count), "x": 0},
        "xaxis": {"title": {"text": axis}, "fixedrange": True, "nticks": 7, "automargin": True},
        "yaxis": _categories("language", rows.names) | {"range": [count - 0.5, -0.5], "zeroline": False},
    }
    return go.Figure(traces, layout)


def layer_figures(evaluation: Evaluation, after: str) -> Iterator[tuple[str, go.Figure | None, str]]:
    """(name, figure, the figure in words) of AER at every layer before, after, and of its change, which is None where the two encoders
    have no layer in common."""
    first, top = evaluation.names[0], max((one.aer for one in evaluation.layers), default=1.0)
    scale = {"colorscale": PLAN_SCALE, "zmin": 0, "zmax": top}  # shared by figures side by side
    for name, encoder in (("before", first), ("after", after)):
        rows, layers, values = _errors(evaluation, encoder)
        text = [[f"{value:.2f}" for value in row] for row in values]
        means = dict(zip(layers, values[-1], strict=True))
        listed = ", ".join(f"{value:.2f} at layer {layer}" for layer, value in means.items())
        spoken = f"AER {name}, mean over languages: {listed}; lowest at layer {min(means, key=means.get)}."
        yield name, _heatmap(rows, layers, values, text, f"{name.capitalize()}: AER of {safe_name(encoder)}", scale, "AER"), spoken
    yield "change", *_changes(evaluation, after)


def _changes(evaluation: Evaluation, after: str) -> tuple[go.Figure | None, str]:
    """Change of AER from the first encoder at the layers both have, and the figure in words."""
    rows, first, before = _errors(evaluation, evaluation.names[0])
    _, second, now = _errors(evaluation, after)
    layers = [layer for layer in first if layer in second]
    if not layers:
        return None, ""
    values = [[b[second.index(at)] - a[first.index(at)] for at in layers] for a, b in zip(before, now, strict=True)]
    end = max(0.01, *(abs(value) for row in values for value in row))
    text = [[signed(value) for value in row] for row in values]
    listed = ", ".join(f"{value:+.2f} at layer {layer}" for layer, value in zip(layers, values[-1], strict=True))
    spoken = f"Change of AER from before to after, mean over languages: {listed}."
    scale = {"colorscale": _CHANGE_SCALE, "zmin": -end, "zmax": end}
    return _heatmap(rows, layers, values, text, "Change of AER", scale, "change"), spoken


def _dots(rows: Rows, k: int, ends: str, whiskers: bool) -> dict:
    name, (color, symbol) = list(rows.encoders)[k], _LOOKS[k % len(_LOOKS)]
    found = rows.encoders[name]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": safe_name(name),
        "x": [value for value, _, _ in found],
        "y": [rows.position(row, k) for row in range(len(found))],
        "marker": {"color": color, "symbol": symbol, "size": 11, "line": {"width": 2 if symbol.endswith("open") else 0, "color": color}},
        "error_x": {
            "type": "data",
            "visible": whiskers,
            "symmetric": False,
            "array": [max(high - value, 0) for value, _, high in found],
            "arrayminus": [max(value - low, 0) for value, low, _ in found],
            "thickness": 1.5,
            "width": 4,
            "color": color,
        },
        "customdata": [[place, low, high] for place, (_, low, high) in zip(rows.names, found, strict=True)],
        "hovertemplate": f"%{{customdata[0]}}: %{{x:.3f}}{ends}<extra>{safe_name(name)}</extra>",
    }


def _line(rows: Rows, k: int) -> dict:
    """Lines from the first encoder's dots to those of encoder k, one piece a row."""
    sides = list(rows.encoders.values())
    x, y = [], []
    for row in range(len(rows.places)):
        x += [*(sides[side][row][0] for side in (0, k)), None]
        y += [*(rows.position(row, side) for side in (0, k)), None]
    line = {"color": _LOOKS[k % len(_LOOKS)][0], "width": 2}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "opacity": 0.55, "hoverinfo": "skip", "showlegend": False}


def _errors(evaluation: Evaluation, encoder: str) -> tuple[list[str], list[int], list[list[float]]]:
    """Row names, layers, and AER by row and layer; the last row is the mean."""
    codes = [*evaluation.settings.languages, MEAN]
    errors = {(one.language, one.layer): one.aer for one in evaluation.layers if one.encoder == encoder}
    layers = sorted({layer for _, layer in errors})
    return [row_name(code) for code in codes], layers, [[errors[code, layer] for layer in layers] for code in codes]


def _heatmap(rows: list[str], layers: list[int], values, text, title: str, scale: dict, what: str) -> go.Figure:
    told = [[[row, at, cell] for at, cell in zip(layers, cells, strict=True)] for row, cells in zip(rows, text, strict=True)]
    heat = {
        "type": "heatmap",
        "z": values,
        "x": list(range(len(layers))),
        "y": list(range(len(rows))),
        "text": text,
        "customdata": told,
        "texttemplate": "%{text}" if len(layers) <= 7 else "",
        "xgap": 1,
        "ygap": 1,
        "colorbar": {"thickness": 12, "title": {"text": what}},
        "hovertemplate": "%{customdata[0]}, layer %{customdata[1]}: %{customdata[2]}<extra></extra>",
        **scale,
    }
    layout = _SPARE | {
        "title": {"text": title, "font": {"size": 15}},
        "height": 130 + 34 * len(rows),
        "xaxis": _categories("layer (0 is the embedding)", list(map(str, layers))),
        "yaxis": _categories("language", rows) | {"autorange": "reversed"},
    }
    return go.Figure([heat], layout)


def _categories(title: str, names: list[str]) -> dict:
    """An axis of names, one at each whole number."""
    ticks = {"tickvals": list(range(len(names))), "ticktext": names}
    return {"title": {"text": title}, "fixedrange": True, "automargin": True, **ticks}
