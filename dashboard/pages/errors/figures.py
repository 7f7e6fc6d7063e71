"""Errors by cause, language, AER and what words are like. Pure: counts in, plotly figures out.

Every bar carries in its customdata the filters a click on it sets ("field=value"), and a stamp.
"""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.kit.theme import BLUE, GREY, ORANGE, PLAN_SCALE, VERMILLION
from dashboard.pages.compare.figures import safe_name
from otcore.analysis.bins import Rate
from otcore.analysis.classes import NAMES, RULES
from otcore.text.languages import language

_COLORS = {"missed": ORANGE, "false": VERMILLION}
_SIGNS = {"missed": "○", "false": "✕"}
_THIN = 0.38  # of a row, for each of two systems
_FAINT = 0.5  # opacity of the system the filters are not about

Counts = dict[str, dict[str, int]]


def causes(counts: Sequence[Counts], names: Sequence[str], side: int, chosen: Sequence[str] = (), *, stamp: int = 0) -> go.Figure:
    """Missed and false links by cause, one bar a system, the commonest cause of the shown system on top.

    counts : cause → outcome → links, a dictionary a system
    names  : of the systems, for the legend; side: the one the filters are about
    chosen : causes that are filtered for; marked by an arrow
    """
    keys = sorted((rule.key for rule in RULES), key=lambda key: -(counts[side][key]["missed"] + counts[side][key]["false"]))
    two = len(counts) > 1
    traces = []
    for system, name in enumerate(names):
        letter = "AB"[system]
        shift = (system - 0.5) * (_THIN + 0.04) if two else 0.0
        for outcome, color in _COLORS.items():
            traces.append(
                _bar(
                    x=[counts[system][key][outcome] for key in keys], y=[row + shift for row in range(len(keys))], orientation="h",
                    name=f"{_SIGNS[outcome]} {letter} {outcome}", color=color, faint=system != side,
                    width=_THIN if two else 0.75,
                    customdata=[[f"er_causes={key}", f"er_outcomes={outcome}", f"er_side={letter}", stamp] for key in keys],
                    text=[f"{NAMES[key]}: {counts[system][key][outcome]} {outcome}<br>{letter}: {safe_name(name)}" for key in keys],
                )
            )  # fmt: skip
    labels = [f"➤ <b>{NAMES[key]}</b>" if key in chosen else NAMES[key] for key in keys]
    layout = _layout("Wrong links by cause", 110 + (38 if two else 28) * len(keys))
    layout |= {
        "xaxis": {"title": {"text": "links"}, "fixedrange": True, "automargin": True},
        "yaxis": {
            "tickvals": list(range(len(keys))), "ticktext": labels, "range": [len(keys) - 0.4, -0.6], "fixedrange": True,
            "automargin": True, "zeroline": False,
        },
    }  # fmt: skip
    return go.Figure(traces, layout)


def cause_by_language(
    counts: Sequence[dict[str, Counts]], side: int, chosen: tuple[Sequence[str], Sequence[str]] = ((), ()), *, stamp: int = 0
) -> go.Figure:
    """Share of all links of a language that are wrong for a cause, in percent: a row a cause, a column a language and system.

    counts : language pair ("en-de") → cause → outcome → links, a dictionary a system
    chosen : causes and language pairs that are filtered for, framed
    """
    keys, pairs = [rule.key for rule in RULES], list(counts[0])
    columns = [(pair, system) for pair in pairs for system in range(len(counts))]
    cells = [_cell(counts, row, column, columns[column], stamp) for row in range(len(keys)) for column in range(len(columns))]
    values = [[cells[row * len(columns) + column]["share"] for column in range(len(columns))] for row in range(len(keys))]
    heat = {
        "type": "heatmap", "z": values, "x": list(range(len(columns))), "y": list(range(len(keys))), "colorscale": PLAN_SCALE, "zmin": 0,
        "hoverinfo": "skip", "xgap": 1, "ygap": 1, "texttemplate": "%{z:.1f}" if len(columns) <= 8 else "",
        "colorbar": {"thickness": 10, "title": {"text": "%"}},
    }  # fmt: skip
    traces = [heat, _clicks(cells)]
    single = len(counts) == 1
    labels = [pair_name(pair, short=len(columns) > 4) + ("" if single else f" {'AB'[system]}") for pair, system in columns]
    layout = _layout("Share of links wrong, by cause and language", 110 + (38 if not single else 28) * len(keys))
    frames = [row for row, key in enumerate(keys) if key in chosen[0]]
    layout |= {
        "shapes": [_frame(row, columns, chosen[1], side, single) for row in frames],
        "xaxis": {
            "tickvals": list(range(len(columns))), "ticktext": labels, "fixedrange": True, "range": [-0.5, len(columns) - 0.5],
            "tickangle": 0 if len(columns) <= 6 else -60,
        },
        "yaxis": {
            "tickvals": list(range(len(keys))), "ticktext": [NAMES[key] for key in keys],
            "range": [len(keys) - 0.5, -0.5], "fixedrange": True,
            "automargin": True, "zeroline": False,
        },
    }  # fmt: skip
    return go.Figure(traces, layout)


def rate_bars(rates: Sequence[Rate], key: str, title: str, x_title: str, letter: str, chosen: str = "", *, stamp: int = 0) -> go.Figure:
    """Share of links that are missed or false in each bin, in percent, with the bins' links in the hover.

    key    : dimension; a click filters for "key:bin", or "tag:name"
    chosen : the bin that is filtered for, marked by an arrow
    """
    shown = [rate for rate in rates if rate.links] if key == "tag" else list(rates)
    ids = [rate.label if key == "tag" else str(place) for place, rate in enumerate(shown)]
    traces = []
    for outcome, color in _COLORS.items():
        counts = [getattr(rate, outcome) for rate in shown]
        traces.append(
            _bar(
                x=list(range(len(shown))), y=[100 * count / max(rate.links, 1) for count, rate in zip(counts, shown, strict=True)],
                orientation="v", name=f"{_SIGNS[outcome]} {outcome}", color=color, faint=False, width=0.8,
                customdata=[[f"er_bins={key}:{id}", f"er_side={letter}", stamp] for id in ids],
                text=[
                    f"{safe_name(rate.label)}: {count} of {rate.links} links {outcome}" for count, rate in zip(counts, shown, strict=True)
                ],
            )
        )  # fmt: skip
    labels = [safe_name(rate.label) for rate in shown]
    ticks = [f"➤<b>{label}</b>" if id == chosen else label for id, label in zip(ids, labels, strict=True)]
    layout = _layout(title, 330 if key != "tag" else 390)
    layout |= {
        "xaxis": {
            "tickvals": list(range(len(shown))), "ticktext": ticks,
            "title": {"text": x_title}, "fixedrange": True, "automargin": True, "tickangle": -60 if key == "tag" else None,
        },
        "yaxis": {"title": {"text": "% of links wrong"}, "fixedrange": True, "rangemode": "tozero", "automargin": True},
    }  # fmt: skip
    return go.Figure(traces, layout)


def error_rates(counts: Sequence[Sequence[int]], labels: Sequence[str], side: int, chosen: str = "", *, stamp: int = 0) -> go.Figure:
    """How many sentence pairs have which AER, one bar a system.

    counts: pairs in each bin, a list a system
    chosen: the bin that is filtered for, marked by an arrow
    """
    looks = ((GREY, "/"), (BLUE, ""))
    traces = []
    for system, values in enumerate(counts):
        letter = "AB"[system]
        bar = _bar(
            x=[place + ((system - 0.5) * 0.42 if len(counts) > 1 else 0) for place in range(len(labels))], y=list(values), orientation="v",
            name=letter, color=looks[system][0], faint=False, width=0.4 if len(counts) > 1 else 0.8,
            customdata=[[f"er_bins=aer:{place}", f"er_side={letter}", stamp] for place in range(len(labels))],
            text=[f"{letter}: {value} pairs with AER {label}" for value, label in zip(values, labels, strict=True)],
        )  # fmt: skip
        bar["marker"]["pattern"] = {"shape": looks[system][1], "solidity": 0.25}
        traces.append(bar)
    ticks = [f"➤<b>{label}</b>" if str(place) == chosen else label for place, label in enumerate(labels)]
    layout = _layout("Sentence pairs by AER", 330)
    layout |= {
        "xaxis": {"tickvals": list(range(len(labels))), "ticktext": ticks, "title": {"text": "AER (lower is better)"}, "fixedrange": True},
        "yaxis": {"title": {"text": "sentence pairs"}, "fixedrange": True, "rangemode": "tozero", "automargin": True},
        "barmode": "overlay",
    }
    return go.Figure(traces, layout)


def pair_name(pair: str, *, short: bool = False) -> str:
    """ "en-de" as "German", or where English is the target "from Japanese"; both names where it is neither."""
    source, target = pair.split("-", 1) if pair.count("-") == 1 else (pair, "")
    if short or not target:
        return pair
    if source == "en":
        return language(target).name
    return f"{language(source).name}" if target == "en" else f"{language(source).name}–{language(target).name}"


def _cell(counts: Sequence[dict[str, Counts]], row: int, column: int, place: tuple[str, int], stamp: int) -> dict:
    """One cell: where it stands, its share in percent, what the hover says and what a click means."""
    pair, system = place
    key, letter = RULES[row].key, "AB"[system]
    links = sum(sum(outcomes.values()) for outcomes in counts[system][pair].values())
    found = counts[system][pair][key]
    share = 100 * (found["missed"] + found["false"]) / max(links, 1)
    numbers = f"{share:.1f}% of {links} links: {found['missed']} missed, {found['false']} false"
    text = f"{pair_name(pair)}, {letter}: {NAMES[key]}<br>{numbers}"
    means = [f"er_causes={key}", f"er_langs={pair}", f"er_side={letter}", stamp]
    return {"x": column, "y": row, "share": share, "text": text, "means": means}


def _clicks(cells: list[dict]) -> dict:
    """An invisible layer that hears clicks: a heatmap's own are lost."""
    unseen = {"marker": {"opacity": 0}}
    return {
        "type": "scatter", "mode": "markers", "x": [cell["x"] for cell in cells], "y": [cell["y"] for cell in cells],
        "text": [cell["text"] for cell in cells], "hovertemplate": "%{text}<extra></extra>",
        "customdata": [cell["means"] for cell in cells],
        "selected": unseen, "unselected": unseen, "marker": {"symbol": "square", "size": 24, "opacity": 0}, "showlegend": False,
    }  # fmt: skip


def _bar(*, x, y, orientation: str, name: str, color: str, faint: bool, width: float, customdata, text) -> dict:
    opacity = _FAINT if faint else 1.0
    still = {"marker": {"opacity": opacity}}
    return {
        "type": "bar", "x": x, "y": y, "orientation": orientation, "name": name, "width": width, "customdata": customdata,
        "hovertext": text, "hovertemplate": "%{hovertext}<extra></extra>", "selected": still, "unselected": still,
        "marker": {"color": color, "opacity": opacity, "line": {"width": 0}},
    }  # fmt: skip


def _layout(title: str, height: int) -> dict:
    return {
        "title": {"text": title, "font": {"size": 15}}, "height": height, "margin": {"l": 8, "r": 8, "t": 64, "b": 8}, "barmode": "stack",
        "dragmode": False, "clickmode": "event+select",
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        "hoverlabel": {"align": "left"},
    }  # fmt: skip


def _frame(row: int, columns: list, pairs: Sequence[str], side: int, single: bool) -> dict:
    """Around the cells that are filtered for: all columns, or from the first to the last of the chosen languages."""
    places = (
        [k for k, (pair, system) in enumerate(columns) if pair in pairs and (single or system == side)] if pairs else range(len(columns))
    )
    places = places or range(len(columns))
    return {
        "type": "rect", "x0": min(places) - 0.5, "x1": max(places) + 0.5, "y0": row - 0.5, "y1": row + 0.5, "layer": "above",
        "line": {"color": ORANGE, "width": 3}, "fillcolor": "rgba(0,0,0,0)",
    }  # fmt: skip
