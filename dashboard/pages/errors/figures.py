"""Errors by cause, language, AER and what words are like. Pure: counts in, plotly figures out.

Every bar carries in its customdata the filters a click on it sets ("field=value"), and a stamp.
"""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.kit.charts import safe_name
from dashboard.kit.theme import BLUE, GREY, ORANGE, PLAN_SCALE, VERMILLION
from otcore.analysis.analyse import commonest
from otcore.analysis.bins import TAG, Rate
from otcore.analysis.classes import NAMES, RULES
from otcore.text.languages import language

_COLORS = {"missed": ORANGE, "false": VERMILLION}
_SIGNS = {"missed": "○", "false": "✕"}
_THIN = 0.38  # of a row, for each of two systems
_FROM_ZERO = {"rangemode": "tozero"}

Counts = dict[str, dict[str, int]]


def causes(counts: Sequence[Counts], names: Sequence[str], side: int | None, chosen: Sequence[str] = (), *, stamp: int = 0) -> go.Figure:
    """Missed and false links by cause, one bar a system, the commonest cause of all systems on top: a click on a system's bar changes which
    of them the filters are about, and no order. A's bars are outlines, as everywhere on the page.

    counts : cause → outcome → links, a dictionary a system
    names  : of the systems, for the legend; side: the one the filters are about, which is marked there, None in print
    chosen : causes that are filtered for; marked by an arrow
    """
    together = {key: {outcome: sum(one[key][outcome] for one in counts) for outcome in _COLORS} for key in counts[0]}
    keys, two, traces = commonest(together), len(counts) > 1, []
    for system, (name, letter) in enumerate(zip(names, "AB", strict=False)):
        rows = [row + (system - 0.5) * (_THIN + 0.04) * two for row in range(len(keys))]
        for outcome, color in _COLORS.items():
            values = [counts[system][key][outcome] for key in keys]
            hover = [f"{NAMES[key]}: {value} {outcome}<br>{letter}: {safe_name(name)}" for key, value in zip(keys, values, strict=True)]
            means = [[f"er_causes={key}", f"er_outcomes={outcome}", f"er_side={letter}", stamp] for key in keys]
            about = "➤ " if two and system == side else ""
            look = {"width": _THIN if two else 0.75, "orientation": "h", "name": f"{about}{_SIGNS[outcome]} {letter} {outcome}"}
            traces.append(_bars(values, rows, hover, means, color, letter if two else "") | look)
    labels = [f"➤ <b>{NAMES[key]}</b>" if key in chosen else NAMES[key] for key in keys]
    down = _axis(labels=labels) | {"range": [len(keys) - 0.4, -0.6], "zeroline": False}
    return _figure(traces, "Wrong links by cause", 110 + (38 if two else 28) * len(keys), _axis("wrong links"), down)


def cause_by_language(
    counts: Sequence[dict[str, Counts]], side: int, chosen: tuple[Sequence[str], Sequence[str]] = ((), ()), *, stamp: int = 0
) -> go.Figure:
    """Share of all judged links of a language that are wrong for a cause, in percent: a row a cause, a column a language and system.
    `counts` holds language pair ("en-de") → cause → outcome → links for each system; a frame marks the chosen causes and languages."""
    keys, pairs, single = [rule.key for rule in RULES], list(counts[0]), len(counts) == 1
    columns = [(pair, system) for pair in pairs for system in range(len(counts))]
    shares, heard = _cells(counts, columns, stamp)
    heat = {"type": "heatmap", "z": shares, "colorscale": PLAN_SCALE, "zmin": 0, "hoverinfo": "skip", "xgap": 1, "ygap": 1}
    heat |= {"texttemplate": "%{z:.1f}" if len(columns) <= 8 else "", "colorbar": {"thickness": 10, "title": {"text": "%"}}}
    level = len(columns) <= 6
    systems = [""] * len(columns) if single else [("<br>" if level else " ") + "AB"[system] for _, system in columns]
    labels = [(pair if len(columns) > 4 else pair_name(pair)) + letter for (pair, _), letter in zip(columns, systems, strict=True)]
    across = _axis(labels=labels) | {"range": [-0.5, len(columns) - 0.5], "tickangle": 0 if level else -60}
    down = _axis(labels=[NAMES[key] for key in keys]) | {"range": [len(keys) - 0.5, -0.5], "zeroline": False}
    frames = [_frame(row, columns, chosen[1], side, single) for row, key in enumerate(keys) if key in chosen[0]]
    title, height = "Share of links wrong, by cause and language", 110 + (28 if single else 38) * len(keys)
    return _figure([heat, heard], title, height, across, down).update_layout(shapes=frames)


def rate_bars(rates: Sequence[Rate], key: str, titles: tuple[str, str], letter: str, chosen: str = "", *, stamp: int = 0) -> go.Figure:
    """Share of links that are missed or false in each bin, in percent, with the bins' links in the hover.

    key    : dimension; a click filters for "key:bin", or "tag:name"
    titles : of the figure and of its x axis
    chosen : the bin that is filtered for, marked by an arrow
    """
    tags = key == TAG
    shown = [rate for rate in rates if rate.links or not tags]
    labels = [safe_name(rate.label) for rate in shown]
    ids = [rate.label if tags else str(place) for place, rate in enumerate(shown)]
    means = [[f"er_bins={key}:{id}", f"er_side={letter}", stamp] for id in ids]
    traces = []
    for outcome, color in _COLORS.items():
        counts = [(label, getattr(rate, outcome), rate.links) for label, rate in zip(labels, shown, strict=True)]
        hover = [f"{label}: {count} of {links} links {outcome}" for label, count, links in counts]
        heights = [100 * count / max(links, 1) for _, count, links in counts]
        look = {"width": 0.8, "name": f"{_SIGNS[outcome]} {outcome}"}
        traces.append(_bars(list(range(len(shown))), heights, hover, means, color) | look)
    across = _axis(titles[1], _ticks(labels, ids, chosen)) | {"tickangle": -60 if tags else None}
    return _figure(traces, titles[0], 390 if tags else 330, across, _axis("% of links wrong") | _FROM_ZERO)


def error_rates(counts: Sequence[Sequence[int]], labels: Sequence[str], side: int, chosen: str = "", *, stamp: int = 0) -> go.Figure:
    """How many sentence pairs have which AER, one bar a system: `counts` holds a list a system. An arrow marks the chosen bin."""
    two, ids = len(counts) > 1, [str(place) for place in range(len(labels))]
    traces = []
    for system, (values, letter, color) in enumerate(zip(counts, "AB", (GREY, BLUE), strict=False)):
        x = [place + (system - 0.5) * 0.42 * two for place in range(len(labels))]
        hover = [f"{letter}: {value} pairs with AER {label}" for value, label in zip(values, labels, strict=True)]
        means = [[f"er_bins=aer:{id}", f"er_side={letter}", stamp] for id in ids]
        traces.append(_bars(x, list(values), hover, means, color, letter if two else "") | {"width": 0.4 if two else 0.8, "name": letter})
    across, down = _axis("AER (lower is better)", _ticks(labels, ids, chosen)), _axis("sentence pairs") | _FROM_ZERO
    return _figure(traces, "Sentence pairs by AER", 330, across, down).update_layout(barmode="overlay")


def pair_name(pair: str) -> str:
    """ "en-de" as "German", also where English is the target; both names where it is neither."""
    if pair.count("-") != 1:
        return pair
    source, target = pair.split("-")
    if source == "en":
        return language(target).name
    return language(source).name if target == "en" else f"{language(source).name}–{language(target).name}"


def _cells(counts: Sequence[dict[str, Counts]], columns: list[tuple[str, int]], stamp: int) -> tuple[list[list[float]], dict]:
    """Shares in percent by rule and column, and over them an invisible layer that hears clicks: a heatmap's own are lost."""
    unseen = {"marker": {"opacity": 0}}
    heard = {"type": "scatter", "mode": "markers", "marker": {"symbol": "square", "size": 24, "opacity": 0}, "showlegend": False}
    heard |= {"hovertemplate": "%{text}<extra></extra>", "selected": unseen, "unselected": unseen}
    heard |= {name: [] for name in ("x", "y", "text", "customdata")}
    shares = []
    for row, rule in enumerate(RULES):
        shares.append([])
        for column, (pair, system) in enumerate(columns):
            found, letter = counts[system][pair], "AB"[system]
            links = sum(sum(outcomes.values()) for outcomes in found.values())
            missed, false = found[rule.key]["missed"], found[rule.key]["false"]
            share = 100 * (missed + false) / max(links, 1)
            shares[row].append(share)
            numbers = f"{share:.1f}% of {links} links: {missed} missed, {false} false"
            heard["x"].append(column)
            heard["y"].append(row)
            heard["text"].append(f"{pair_name(pair)}, {letter}: {rule.name}<br>{numbers}")
            heard["customdata"].append([f"er_causes={rule.key}", f"er_langs={pair}", f"er_side={letter}", stamp])
    return shares, heard


def _look(color: str, letter: str) -> dict:
    """What tells A's bars from B's in any colour, and in print: they are outlines. No pattern, which an app's page may not draw."""
    return {"color": "rgba(0,0,0,0)" if letter == "A" else color, "line": {"width": 2 if letter == "A" else 0, "color": color}}


def _bars(x: list, y: list, hover: list[str], means: list[list], color: str, letter: str = "") -> dict:
    """Bars with what a click on each of them means; one that was clicked looks as before. `letter`: of one of two systems."""
    still = {"marker": {"opacity": 1.0}}
    look = {"type": "bar", "x": x, "y": y, "orientation": "v", "marker": _look(color, letter)}
    look |= {"hovertext": hover, "hovertemplate": "%{hovertext}<extra></extra>", "customdata": means}
    return look | {"selected": still, "unselected": still}


def _axis(title: str = "", labels: Sequence[str] | None = None) -> dict:
    """An axis that stays where it is, with a title, or with labels at 0, 1, 2 …"""
    ticks = {} if labels is None else {"tickvals": list(range(len(labels))), "ticktext": list(labels)}
    return {"title": {"text": title}, "fixedrange": True, "automargin": True} | ticks


def _ticks(labels: Sequence[str], ids: Sequence[str], chosen: str) -> list[str]:
    """The labels, the chosen one marked."""
    return [f"➤<b>{label}</b>" if id == chosen else label for id, label in zip(ids, labels, strict=True)]


def _figure(traces: list[dict], title: str, height: int, across: dict, down: dict) -> go.Figure:
    """What all figures here have in common."""
    layout = {"title": {"text": title, "font": {"size": 15}}, "height": height, "xaxis": across, "yaxis": down, "barmode": "stack"}
    layout |= {"margin": {"l": 8, "r": 8, "t": 64, "b": 8}, "dragmode": False, "clickmode": "event+select"}
    layout |= {"legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"}}
    return go.Figure(traces, layout | {"hoverlabel": {"align": "left"}})


def _frame(row: int, columns: list[tuple[str, int]], pairs: Sequence[str], side: int, single: bool) -> dict:
    """Around the cells that are filtered for: all columns, or from the first to the last of the chosen languages."""
    places = [k for k, (pair, system) in enumerate(columns) if pair in pairs and (single or system == side)] or range(len(columns))
    edges = {"x0": min(places) - 0.5, "x1": max(places) + 0.5, "y0": row - 0.5, "y1": row + 0.5}
    return {"type": "rect", **edges, "layer": "above", "line": {"color": ORANGE, "width": 3}, "fillcolor": "rgba(0,0,0,0)"}
