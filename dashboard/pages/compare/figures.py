"""Before and after: dots and lines for each figure, layers by languages as heatmaps. Pure: results in, plotly figures out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard.kit.charts import safe_name
from dashboard.kit.theme import BLUE, GREEN, GREY, ORANGE, PLAN_SCALE, PURPLE, SKY, VERMILLION
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.transfer.results import ALL, SEEN, UNSEEN, Transfer
from otcore.evaluation.types import MEAN, Evaluation
from otcore.evaluation.verdicts import signed
from otcore.text.languages import language

# An encoder keeps its colour and its shape in all figures of a comparison; the first is what the others are measured against.
_SHAPES = ("circle-open", "circle", "diamond", "square", "triangle-up", "cross", "star")
_LOOKS = tuple(zip((GREY, BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY), _SHAPES, strict=True))
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
    """What a figure of dots shows: a row for each of the places, languages and means.

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
        rows = (", ".join(f"{encoder} {values[row][0]:.3f}" for encoder, values in self.encoders.items()) for row in range(len(self.names)))
        return f"{self.name} by language. {'; '.join(f'{name}: {told}' for name, told in zip(self.names, rows, strict=True))}."

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
    figure = _dot_figure(rows, f"{info.unit}{better}", " [%{customdata[1]:.3f}, %{customdata[2]:.3f}]")
    chance = evaluation.estimate(evaluation.names[0], MEAN, measure).chance
    if chance is not None:
        ends, line = [-0.5, len(rows.places) - 0.5], {"color": GREY, "dash": "dot", "width": 1.5}
        figure.add_scatter(x=[chance, chance], y=ends, mode="lines", hoverinfo="skip", line=line, name=f"chance {chance:.3f}")
    return figure


def _dot_figure(rows: Rows, axis: str, ends: str, *, whiskers: bool = True) -> go.Figure:
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


def transfer_rows(found: Transfer, measure: str, name: str) -> Rows:
    """A figure of transfer: languages, then the means over groups of them; each from the lowest to the highest seed.

    name: of the measure, for people
    """
    places = (*found.languages, *found.groups)
    averages = {one: [found.average(one, place, measure) for place in places] for one in found.encoders}
    return Rows(name, places, {encoder: [(one.mean, one.low, one.high) for one in row] for encoder, row in averages.items()})


def transfer_dots(found: Transfer, measure: str, name: str) -> go.Figure:
    """One row a language and a mean, with its chance; whiskers are the spread over seeds."""
    rows, ends = transfer_rows(found, measure, name), ", seeds %{customdata[1]:.3f} to %{customdata[2]:.3f}"
    figure = _dot_figure(rows, f"{name}, in [0, 1] (higher is better)", ends, whiskers=len(found.seeds) > 1)
    guesses = [found.guess(place, measure) for place in rows.places]
    stroke = {"symbol": "line-ns", "size": 16, "line": {"color": GREY, "width": 2}}
    # an upright stroke a row: it may differ by language
    told = {"name": "chance", "customdata": rows.names, "hovertemplate": "%{customdata}: chance %{x:.3f}<extra></extra>"}
    figure.add_scatter(x=guesses, y=list(range(len(guesses))), mode="markers", marker=stroke, **told)
    if found.groups:
        figure.add_hline(len(found.languages) - 0.5, line={"color": GREY, "width": 1})
    return figure


def layer_figures(evaluation: Evaluation, after: str) -> Iterator[tuple[str, go.Figure | None, str]]:
    """(name, figure, the figure in words) of AER at every layer before, after, and of its change, which is None where the two encoders
    have no layer in common."""
    encoders = {"before": evaluation.names[0], "after": after}
    errors = {name: _errors(evaluation, encoder) for name, encoder in encoders.items()}
    top = max((one.aer for one in evaluation.layers), default=1.0)
    for name, table in errors.items():
        title, scale = f"{name.capitalize()}: AER of {safe_name(encoders[name])}", {"colorscale": PLAN_SCALE, "zmin": 0, "zmax": top}
        spoken = f"AER {name}, mean over languages: {_listed(table, '.3f')}; lowest at layer {table.iloc[-1].idxmin()}."
        yield name, _heatmap(table, table.map("{:.3f}".format), title, scale, "AER"), spoken
    change = (errors["after"] - errors["before"]).dropna(axis="columns", how="all")
    if change.empty:
        yield "change", None, ""
        return
    end = max(0.01, float(change.abs().max(axis=None)))
    scale = {"colorscale": _CHANGE_SCALE, "zmin": -end, "zmax": end}
    spoken = f"Change of AER from before to after, mean over languages: {_listed(change, '+.3f')}."
    yield "change", _heatmap(change, change.map(signed), "Change of AER", scale, "change"), spoken


def _dots(rows: Rows, k: int, ends: str, whiskers: bool) -> dict:
    (name, found), (color, symbol) = list(rows.encoders.items())[k], _LOOKS[k % len(_LOOKS)]
    ends_at = {"array": [max(high - value, 0) for value, _, high in found], "arrayminus": [max(value - low, 0) for value, low, _ in found]}
    outline = {"width": 2 if symbol.endswith("open") else 0, "color": color}
    dots = {"x": [value for value, _, _ in found], "y": [rows.position(row, k) for row in range(len(found))]}
    dots |= {"type": "scatter", "mode": "markers", "marker": {"color": color, "symbol": symbol, "size": 11, "line": outline}}
    dots["error_x"] = {"type": "data", "visible": whiskers, "symmetric": False, "thickness": 1.5, "width": 4, "color": color} | ends_at
    dots["customdata"] = [[place, low, high] for place, (_, low, high) in zip(rows.names, found, strict=True)]
    return dots | {"name": safe_name(name), "hovertemplate": f"%{{customdata[0]}}: %{{x:.3f}}{ends}<extra>{safe_name(name)}</extra>"}


def _line(rows: Rows, k: int) -> dict:
    """Lines from the first encoder's dots to those of encoder k, one piece a row."""
    sides = list(rows.encoders.values())
    x, y = [], []
    for row in range(len(rows.places)):
        x += [sides[0][row][0], sides[k][row][0], None]
        y += [rows.position(row, 0), rows.position(row, k), None]
    line = {"color": _LOOKS[k % len(_LOOKS)][0], "width": 2}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "opacity": 0.55, "hoverinfo": "skip", "showlegend": False}


def _errors(evaluation: Evaluation, encoder: str) -> pd.DataFrame:
    """AER, a row a language, the last one their mean, and a column a layer."""
    found = pd.DataFrame([vars(one) for one in evaluation.layers if one.encoder == encoder])
    return found.pivot(index="language", columns="layer", values="aer").loc[[*evaluation.settings.languages, MEAN]]


def _listed(table: pd.DataFrame, form: str) -> str:
    return ", ".join(f"{value:{form}} at layer {layer}" for layer, value in table.iloc[-1].items())


def _heatmap(table: pd.DataFrame, text: pd.DataFrame, title: str, scale: dict, what: str) -> go.Figure:
    names = [row_name(place) for place in table.index]
    told = [[[name, layer, cell] for layer, cell in row.items()] for name, (_, row) in zip(names, text.iterrows(), strict=True)]
    heat = {"type": "heatmap", "z": table.to_numpy().tolist(), "x": list(range(len(table.columns))), "y": list(range(len(names)))}
    heat |= {"text": text.to_numpy().tolist(), "texttemplate": "%{text}" if len(table.columns) <= 7 else "", "customdata": told}
    heat |= {"hovertemplate": "%{customdata[0]}, layer %{customdata[1]}: %{customdata[2]}<extra></extra>", "xgap": 1, "ygap": 1}
    heat |= {"colorbar": {"thickness": 12, "title": {"text": what}}, **scale}
    layout = _SPARE | {
        "title": {"text": title, "font": {"size": 15}},
        "height": 130 + 34 * len(names),
        "xaxis": _categories("layer (0 is the embedding)", list(map(str, table.columns))),
        "yaxis": _categories("language", names) | {"autorange": "reversed"},
    }
    return go.Figure([heat], layout)


def _categories(title: str, names: list[str]) -> dict:
    """An axis of names, one at each whole number."""
    ticks = {"tickvals": list(range(len(names))), "ticktext": names}
    return {"title": {"text": title}, "fixedrange": True, "automargin": True, **ticks}
