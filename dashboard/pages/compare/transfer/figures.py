"""Transfer results by language as dots and lines, before and after, with the spread over seeds and chance. Pure."""

import plotly.graph_objects as go

from dashboard.kit.theme import GREY
from dashboard.pages.compare.figures import LOOKS, safe_name
from otcore.evaluation.transfer.results import ALL, SEEN, UNSEEN, Transfer
from otcore.text.languages import language

_GROUPS = {SEEN: "mean of seen", UNSEEN: "mean of unseen", ALL: "mean of all"}
_APART = 0.17  # rows between the dots of two encoders, so that their spreads do not lie on each other


def row_name(place: str) -> str:
    """How the row of a language or of a mean over some is called."""
    return _GROUPS.get(place) or language(place).name


def rows_of(found: Transfer) -> tuple[str, ...]:
    """Languages, then the means over groups of them."""
    return (*found.languages, *found.groups)


def dots(found: Transfer, measure: str, name: str) -> go.Figure:
    """One row a language and a mean: the first encoder's dot, a line to each other's; whiskers from the lowest to the highest seed.

    name: of the measure, for people
    """
    places = rows_of(found)
    traces = [_line(found, measure, places, k) for k in range(1, len(found.encoders))]
    traces += [_dots(found, measure, places, k) for k in range(len(found.encoders))]
    traces.append(_chance(found, measure, places))
    count = len(places)
    layout = {
        "title": {"text": f"{name[0].upper()}{name[1:]}, by language", "font": {"size": 15}},
        "height": 150 + 40 * count + 22 * len(found.encoders), "margin": {"l": 8, "r": 12, "t": 44, "b": 8}, "dragmode": False,
        "legend": {"orientation": "h", "y": -70 / (60 + 40 * count), "x": 0},
        "xaxis": {"title": {"text": f"{name}, in [0, 1] (higher is better)"}, "fixedrange": True, "nticks": 7, "automargin": True},
        "yaxis": {
            "tickvals": list(range(count)), "ticktext": [row_name(place) for place in places], "range": [count - 0.5, -0.5],
            "fixedrange": True, "title": {"text": "language"}, "zeroline": False, "automargin": True,
        },
    }  # fmt: skip
    if found.groups:
        layout["shapes"] = [
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at, "line": {"color": GREY, "width": 1}}
            for at in [len(found.languages) - 0.5]
        ]
    return go.Figure(traces, layout)


def _dots(found: Transfer, measure: str, places: tuple[str, ...], k: int) -> dict:
    name, (color, symbol) = found.encoders[k], LOOKS[k % len(LOOKS)]
    averages = [found.average(name, place, measure) for place in places]
    return {
        "type": "scatter", "mode": "markers", "name": safe_name(name), "x": [one.mean for one in averages],
        "y": [row + _offset(found, k) for row in range(len(places))],
        "marker": {"color": color, "symbol": symbol, "size": 11, "line": {"width": 2 if symbol.endswith("open") else 0, "color": color}},
        "error_x": {
            "type": "data", "visible": len(found.seeds) > 1, "symmetric": False, "array": [one.high - one.mean for one in averages],
            "arrayminus": [one.mean - one.low for one in averages], "thickness": 1.5, "width": 4, "color": color,
        },
        "customdata": [[row_name(place), one.low, one.high] for place, one in zip(places, averages, strict=True)],
        "hovertemplate": "%{customdata[0]}: %{x:.3f}, seeds %{customdata[1]:.3f} to %{customdata[2]:.3f}"
        f"<extra>{safe_name(name)}</extra>",
    }  # fmt: skip


def _line(found: Transfer, measure: str, places: tuple[str, ...], k: int) -> dict:
    """Lines from the first encoder's dots to those of encoder k, one piece a row."""
    x, y = [], []
    for row, place in enumerate(places):
        x += [*(found.average(found.encoders[side], place, measure).mean for side in (0, k)), None]
        y += [*(row + _offset(found, side) for side in (0, k)), None]
    line = {"color": LOOKS[k % len(LOOKS)][0], "width": 2}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "opacity": 0.55, "hoverinfo": "skip", "showlegend": False}


def _chance(found: Transfer, measure: str, places: tuple[str, ...]) -> dict:
    """An upright stroke a row: it may differ by language."""
    return {
        "type": "scatter", "mode": "markers", "name": "chance", "x": [found.guess(place, measure) for place in places],
        "y": list(range(len(places))), "marker": {"symbol": "line-ns", "size": 16, "line": {"color": GREY, "width": 2}},
        "customdata": [row_name(place) for place in places], "hovertemplate": "%{customdata}: chance %{x:.3f}<extra></extra>",
    }  # fmt: skip


def _offset(found: Transfer, k: int) -> float:
    count = len(found.encoders)
    return (k - (count - 1) / 2) * min(_APART, 0.7 / count)
