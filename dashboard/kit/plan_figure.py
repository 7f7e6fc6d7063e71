"""The plan as a heatmap with the masses along its sides; clicks come back from an invisible layer of markers."""

import numpy as np
import plotly.graph_objects as go

from dashboard.kit.theme import BLUE, GREY, ORANGE, PLAN_SCALE, STATUS
from dashboard.kit.word_view import DRAWN_WORDS, View
from otcore.text.languages import language

_CLICK_LAYER_CELLS = 6_400  # more markers than this make a browser slow: then hover and click are the heatmap's own
_LABELS_ACROSS = 40
_ROOMY = 24  # words a side up to which cells are wide enough for gaps and full markers
KINDS = {
    "plan": ("Transported mass", "mass"),
    "cost": ("Ground cost", "cost"),
    "similarity": ("Cosine similarity", "cos"),
}


def heatmap(view: View, kind: str, marked: tuple[int | None, int | None], *, stamp: int = 0, top: float | None = None) -> go.Figure:
    """Rows are source words, columns target words (or their subwords), in reading order from the top left.

    kind   : "plan", "cost" or "similarity"
    marked : word indices (source, target) that were clicked, None for none
    stamp  : goes into the points' `customdata`, which is [source word, target word, stamp]
    top    : value of the scale's bright end (of "cost": dark end), for figures that are compared; None for the largest shown
    """
    result = view.result
    unit = result.settings.unit
    owners = result.source.groups(unit)[:DRAWN_WORDS], result.target.groups(unit)[:DRAWN_WORDS]
    labels = tuple(_labels(side, unit)[:DRAWN_WORDS] for side in (result.source, result.target))
    values = matrix(view, kind)[:DRAWN_WORDS, :DRAWN_WORDS]
    traces = [_cells(values, kind, labels, top), *_statuses(view, owners)]
    if values.size <= _CLICK_LAYER_CELLS:
        traces.append(_click_layer(view, owners, labels, stamp))
    words = "words" if unit == "word" else "subwords"
    layout = {
        "title": {"text": f"{KINDS[kind][0]} between {words}", "font": {"size": 15}},
        "height": _height(labels), "margin": {"l": 8, "r": 8, "t": 48, "b": 8}, "showlegend": False, "barmode": "overlay",
        "dragmode": False, "clickmode": "event+select", "hoverlabel": {"align": "left"}, "bargap": 0.25,
        "shapes": _marks(owners, marked), **_axes(labels, unit, stacked=not language(result.pair.target.language).joiner),
    }  # fmt: skip
    return go.Figure([*traces, *_margins(view)], layout)


def matrix(view: View, kind: str) -> np.ndarray:
    """(n, m) values of a kind, between all points."""
    result = view.result
    return {"plan": result.plan.plan, "cost": result.plan.problem.cost, "similarity": result.similarity}[kind]


def _height(labels: tuple[list[str], list[str]]) -> int:
    longest = max(map(len, labels[1]), default=1)
    rows = len(labels[0])
    return int(max(300, rows * min(27, max(12, 900 / rows))) + 120 + min(longest, 16) * 6)


def _labels(side, unit: str) -> list[str]:
    return list(side.words if unit == "word" else side.pieces)


def _cells(values: np.ndarray, kind: str, labels: tuple[list[str], list[str]], top: float | None) -> dict:
    title, short = KINDS[kind]
    low = 0.0 if kind == "plan" else float(values.min()) if top is not None else None
    gap = 1 if max(values.shape) <= _ROOMY else 0
    if values.size <= _CLICK_LAYER_CELLS:
        hover = {"hoverinfo": "skip"}
    else:
        text = [[f"{_plain(row)} → {_plain(column)}" for column in labels[1]] for row in labels[0]]
        hover = {"text": text, "hovertemplate": f"%{{text}}<br>{short} %{{z:.4f}}<extra></extra>"}
    return {
        "type": "heatmap", "z": values, "colorscale": PLAN_SCALE, "reversescale": kind == "cost", "zmin": low, "zmax": top,
        "xgap": gap, "ygap": gap, "name": title, **hover,
        "colorbar": {"title": {"text": short, "side": "top"}, "thickness": 9, "len": 0.6, "x": 1.0, "y": 0.62, "nticks": 5, "xpad": 6},
    }  # fmt: skip


def _statuses(view: View, owners) -> list[dict]:
    """Links over the cells: a shape and a colour for each gold status."""
    result = view.result
    places: dict[str, list[tuple[int, int]]] = {}
    statuses = {(row.source, row.target): row.status for row in view.rows if row.source is not None and row.target is not None}
    for i, j in zip(*np.nonzero(result.cells[: len(owners[0]), : len(owners[1])]), strict=True):
        places.setdefault(statuses.get((int(owners[0][i]), int(owners[1][j])), "link"), []).append((int(i), int(j)))
    for (i, j), status in statuses.items():
        if status == "missed":
            rows, columns = np.flatnonzero(owners[0] == i), np.flatnonzero(owners[1] == j)
            places.setdefault(status, []).extend((int(r), int(c)) for r in rows for c in columns)
    size = min(11.0, max(4.0, 11 * _ROOMY * 0.6 / len(owners[1])))
    return [
        {
            "type": "scatter", "x": [j for _, j in cells], "y": [i for i, _ in cells], "mode": "markers", "hoverinfo": "skip",
            "name": status, "marker": _status_marker(status, size),
        }
        for status, cells in places.items()
    ]  # fmt: skip


def _status_marker(status: str, size: float) -> dict:
    color, symbol, _ = STATUS[status]
    line = {"width": size / 4, "color": color} if symbol.endswith("open") else {"width": size / 6, "color": "white"}
    return {"symbol": symbol, "size": size, "color": color, "line": line}


def _click_layer(view: View, owners, labels, stamp: int) -> dict:
    result = view.result
    rows, columns = (index.ravel() for index in np.indices((len(owners[0]), len(owners[1]))))
    plan, cost = result.plan.plan, result.plan.problem.cost
    shares = plan / np.maximum(plan.sum(1, keepdims=True), 1e-300)
    text = [
        f"<b>{_plain(labels[0][i])} → {_plain(labels[1][j])}</b><br>mass {plan[i, j]:.4f} ({shares[i, j]:.0%} of the source's)"
        f"<br>cost {cost[i, j]:.3f} · cosine {result.similarity[i, j]:.3f}<br>confidence {result.confidence[i, j]:.2f}"
        for i, j in zip(rows, columns, strict=True)
    ]
    unseen = {"marker": {"opacity": 0}}
    return {
        "type": "scatter", "x": columns, "y": rows, "mode": "markers", "text": text, "hovertemplate": "%{text}<extra></extra>",
        "name": "cells", "customdata": np.stack([owners[0][rows], owners[1][columns], np.full(len(rows), stamp)], 1).tolist(),
        "marker": {"symbol": "square", "size": 22, "opacity": 0}, "selected": unseen, "unselected": unseen,
    }  # fmt: skip


def _margins(view: View) -> list[dict]:
    """Asked masses as outlines, moved masses filled: they differ for unbalanced and partial plans."""
    problem, plan = view.result.plan.problem, view.result.plan.plan
    bars = []
    sides = ((problem.source_mass, plan.sum(1), "2", True), (problem.target_mass, plan.sum(0), "3", False))
    for asked, moved, axis, horizontal in sides:
        positions = np.arange(len(asked))[:DRAWN_WORDS]
        for name, values, color, width in (("asked mass", asked, GREY, 0.8), ("moved mass", moved, BLUE, 0.45)):
            values = values[:DRAWN_WORDS]  # noqa: PLW2901
            bar = {
                "type": "bar", "x": values if horizontal else positions, "y": positions if horizontal else values, "name": name,
                "width": width, "orientation": "h" if horizontal else "v", "xaxis": "x" + axis, "yaxis": "y" + axis,
                "marker": {"color": color, "opacity": 0.9 if color == BLUE else 0.45},
                "hovertemplate": f"{name} %{{{'x' if horizontal else 'y'}:.4f}}<extra></extra>",
            }  # fmt: skip
            bars.append(bar)
    return bars


def _marks(owners, marked) -> list[dict]:
    """Frames around the row and the column of what was clicked."""
    style = {"type": "rect", "line": {"color": ORANGE, "width": 2.5}, "fillcolor": "rgba(0,0,0,0)", "layer": "above"}
    n, m = len(owners[0]), len(owners[1])
    frames = []
    for owner, word, along in ((owners[0], marked[0], "row"), (owners[1], marked[1], "column")):
        place = np.flatnonzero(owner == word) if word is not None else []
        if len(place) == 0:
            continue
        low, high = place[0] - 0.5, place[-1] + 0.5
        box = {"x0": -0.5, "x1": m - 0.5, "y0": low, "y1": high} if along == "row" else {"x0": low, "x1": high, "y0": -0.5, "y1": n - 0.5}
        frames.append({**style, **box, "xref": "x", "yref": "y"})
    return frames


def _axes(labels, unit: str, *, stacked: bool) -> dict:
    """The matrix above left (x, y), the source's masses to its right (x2, y2), the target's below it (x3, y3). `stacked` writes
    the words along the bottom from top to bottom, as Chinese and Japanese can be."""
    rows, columns = [_plain(label) for label in labels[0]], [_stacked(label) if stacked else _plain(label) for label in labels[1]]
    common = {"showgrid": False, "zeroline": False, "automargin": True, "fixedrange": True}
    bare = {**common, "showticklabels": False}
    down, across = {"range": [len(rows) - 0.5, -0.5]}, {"range": [-0.5, len(columns) - 0.5]}
    share = min(0.2, 60 / _height(labels))
    left, right, upper, lower = [0, 0.87], [0.882, 1], [share + 0.016, 1], [0, share]
    every = -(-len(columns) // _LABELS_ACROSS)  # labels that would cover each other help nobody
    bottom = {
        "tickvals": list(range(0, len(columns), every)), "ticktext": columns[::every], "tickangle": 0 if stacked else _angle(columns),
        "tickfont": {"size": 12 if len(columns) <= 14 else 10 if len(columns) <= 24 else 8}, "title": {"text": f"target {unit}s"},
    }  # fmt: skip
    return {
        "xaxis": {**bare, **across, "domain": left, "anchor": "y", "matches": "x3"},
        "yaxis": {
            **common, **down, "domain": upper, "anchor": "x", "tickvals": list(range(len(rows))), "ticktext": rows,
            "title": {"text": f"source {unit}s"},
        },
        "xaxis2": {**bare, "domain": right, "anchor": "y2", "rangemode": "tozero"},
        "yaxis2": {**bare, **down, "domain": upper, "anchor": "x2", "matches": "y"},
        "xaxis3": {**common, **across, **bottom, "domain": left, "anchor": "y3"},
        "yaxis3": {**bare, "domain": lower, "anchor": "x3", "rangemode": "tozero", "autorange": "reversed"},
    }  # fmt: skip


def _stacked(text: str) -> str:
    """A word from top to bottom; the long-vowel mark lies along the line."""
    shown = text if len(text) <= 6 else text[:5] + "⋮"
    return "<br>".join(_plain(character) for character in shown.replace("ー", "｜"))


def _angle(labels: list[str]) -> int:
    """Degrees at which labels side by side do not cover each other, also on a phone."""
    if len(labels) <= 4:
        return 0
    return -50 if len(labels) <= 14 else -90


def _plain(text: str) -> str:
    """User text as Plotly text: Plotly reads a few HTML tags, so angle brackets are escaped; long words are shortened."""
    shown = text if len(text) <= 18 else text[:17] + "…"
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
