"""The plan as a heatmap with the masses along its sides; clicks come back from an invisible layer of markers."""

import numpy as np

from dashboard.kit.figures.frames import Figure, figure, plain
from dashboard.kit.marks import Mark
from dashboard.kit.theme import BLUE, GREY, ORANGE, PLAN_SCALE, STATUS
from dashboard.kit.word_view import DRAWN_WORDS, Points, View, points_of
from otcore.text.languages import language

_CLICK_LAYER_CELLS = 6_400  # more markers than this make a browser slow: then hover and click are the heatmap's own
_LABELS_ACROSS = 40
_ROOMY = 24  # words a side up to which cells are wide enough for gaps and full markers
KINDS = {
    "plan": ("Transported mass", "mass"),
    "cost": ("Ground cost", "cost"),
    "similarity": ("Cosine similarity", "cos"),
}


def heatmap(view: View, kind: str, mark: Mark, *, stamp: int = 0, top: float | None = None) -> Figure:
    """Rows are source words, columns target words (or their subwords), in reading order from the top left.

    kind   : "plan", "cost" or "similarity"
    mark   : what was clicked, framed
    stamp  : goes into the points' `customdata`, which is [source word, target word, stamp]
    top    : value of the scale's bright end (of "cost": dark end), for figures that are compared; None for the largest shown
    """
    points = points_of(view)
    owners, labels = ([part[:DRAWN_WORDS] for part in sides] for sides in (points.owners, points.labels))
    values = getattr(points, kind)[:DRAWN_WORDS, :DRAWN_WORDS]
    if values.size <= _CLICK_LAYER_CELLS:
        traces = [
            _cells(values, kind, top) | {"hoverinfo": "skip"},
            *_statuses(view, points, owners),
            _click_layer(points, owners, labels, stamp),
        ]
    else:
        traces = [_cells(values, kind, top) | _hover(labels, kind), *_statuses(view, points, owners)]
    axes = _axes(labels, points.called, stacked=not language(view.result.pair.target.language).joiner)
    layout = {"barmode": "overlay", "bargap": 0.25, "clickmode": "event+select", "shapes": _frames(owners, mark)}
    title = f"{KINDS[kind][0]} between {points.called}"
    return figure([*traces, *_margins(points)], title, layout | axes, height=_height(labels))


def matrix(view: View, kind: str) -> np.ndarray:
    """(n, m) values of a kind, between all points that are shown."""
    return getattr(points_of(view), kind)


def _height(labels: list) -> int:
    longest = max(map(len, labels[1]), default=1)
    rows = len(labels[0])
    return int(max(300, rows * min(27, max(12, 900 / rows))) + 120 + min(longest, 16) * 6)


def _cells(values: np.ndarray, kind: str, top: float | None) -> dict:
    title, short = KINDS[kind]
    low = 0.0 if kind == "plan" else float(values.min()) if top is not None else None
    gap = 1 if max(values.shape) <= _ROOMY else 0
    scale = {"colorscale": PLAN_SCALE, "reversescale": kind == "cost", "zmin": low, "zmax": top}
    bar = {"title": {"text": short, "side": "top"}, "thickness": 9, "len": 0.6, "x": 1.0, "y": 0.62, "nticks": 5, "xpad": 6}
    return {"type": "heatmap", "z": values, "xgap": gap, "ygap": gap, "name": title, "colorbar": bar} | scale


def _hover(labels, kind: str) -> dict:
    text = [[f"{plain(row)} → {plain(column)}" for column in labels[1]] for row in labels[0]]
    return {"text": text, "hovertemplate": f"%{{text}}<br>{KINDS[kind][1]} %{{z:.4f}}<extra></extra>"}


def _statuses(view: View, points: Points, owners) -> list[dict]:
    """Links over the cells: a shape and a colour for each gold status."""
    places: dict[str, list[tuple[int, int]]] = {}
    statuses = {(row.source, row.target): row.status for row in view.rows if row.source is not None and row.target is not None}
    for i, j in zip(*np.nonzero(points.cells[: len(owners[0]), : len(owners[1])]), strict=True):
        places.setdefault(statuses.get((int(owners[0][i]), int(owners[1][j])), "link"), []).append((int(i), int(j)))
    for (i, j), status in statuses.items():
        if status == "missed":
            rows, columns = np.flatnonzero(owners[0] == i), np.flatnonzero(owners[1] == j)
            places.setdefault(status, []).extend((int(r), int(c)) for r in rows for c in columns)
    size = min(11.0, max(4.0, 11 * _ROOMY * 0.6 / len(owners[1])))
    return [
        _markers([j for _, j in cells], [i for i, _ in cells], status, _status_marker(status, size)) | {"hoverinfo": "skip"}
        for status, cells in places.items()
    ]


def _markers(x, y, name: str, marker: dict) -> dict:
    return {"type": "scatter", "mode": "markers", "x": x, "y": y, "name": name, "marker": marker}


def _status_marker(status: str, size: float) -> dict:
    color, symbol, _ = STATUS[status]
    line = {"width": size / 4, "color": color} if symbol.endswith("open") else {"width": size / 6, "color": "white"}
    return {"symbol": symbol, "size": size, "color": color, "line": line}


def _click_layer(points: Points, owners, labels, stamp: int) -> dict:
    rows, columns = (index.ravel() for index in np.indices((len(owners[0]), len(owners[1]))))
    plan, cost = points.plan, points.cost
    shares = plan / np.maximum(plan.sum(1, keepdims=True), 1e-300)
    text = [
        f"<b>{plain(labels[0][i])} → {plain(labels[1][j])}</b><br>mass {plan[i, j]:.4f} ({shares[i, j]:.0%} of the source's)"
        f"<br>cost {cost[i, j]:.3f} · cosine {points.similarity[i, j]:.3f}<br>confidence {points.confidence[i, j]:.2f}"
        for i, j in zip(rows, columns, strict=True)
    ]
    unseen = {"marker": {"opacity": 0}}
    places = np.stack([owners[0][rows], owners[1][columns], np.full(len(rows), stamp)], 1).tolist()
    layer = _markers(columns, rows, "cells", {"symbol": "square", "size": 22, "opacity": 0})
    clicks = {"customdata": places, "selected": unseen, "unselected": unseen}
    return layer | clicks | {"text": text, "hovertemplate": "%{text}<extra></extra>"}


def _margins(points: Points) -> list[dict]:
    """Asked masses as outlines, moved masses filled: they differ for unbalanced and partial plans."""
    (source, target), plan, bars = points.masses, points.plan, []
    sides = ((source, plan.sum(1), "2", "x", "y"), (target, plan.sum(0), "3", "y", "x"))
    for asked, moved, axis, along, across in sides:
        for name, values, width, look in (
            ("asked mass", asked, 0.8, {"color": GREY, "opacity": 0.45}),
            ("moved mass", moved, 0.45, {"color": BLUE, "opacity": 0.9}),
        ):
            drawn = values[:DRAWN_WORDS]
            place = {along: drawn, across: np.arange(len(drawn)), "xaxis": "x" + axis, "yaxis": "y" + axis}
            shown = {"name": name, "width": width, "marker": look, "hovertemplate": f"{name} %{{{along}:.4f}}<extra></extra>"}
            bars.append({"type": "bar", "orientation": "h" if along == "x" else "v"} | place | shown)
    return bars


def _frames(owners, mark: Mark) -> list[dict]:
    """Around the row and the column of what was clicked."""
    line = {"color": ORANGE, "width": 2.5}
    style = {"type": "rect", "line": line, "fillcolor": "rgba(0,0,0,0)", "layer": "above", "xref": "x", "yref": "y"}
    frames = []
    for own, other, word, along, across in ((*owners, mark.source, "y", "x"), (*owners[::-1], mark.target, "x", "y")):
        place = np.flatnonzero(own == word) if word is not None else ()
        if len(place):
            ends = {f"{along}0": place[0] - 0.5, f"{along}1": place[-1] + 0.5, f"{across}0": -0.5, f"{across}1": len(other) - 0.5}
            frames.append(style | ends)
    return frames


def _axes(labels, called: str, *, stacked: bool) -> dict:
    """The matrix above left (x, y), the source's masses to its right (x2, y2), the target's below it (x3, y3). `stacked` writes
    the words along the bottom from top to bottom, as Chinese and Japanese can be."""
    rows, columns = [plain(label) for label in labels[0]], [_stacked(label) if stacked else plain(label) for label in labels[1]]
    common = {"showgrid": False, "zeroline": False, "automargin": True, "fixedrange": True}
    hidden = common | {"showticklabels": False}
    down, across = {"range": [len(rows) - 0.5, -0.5]}, {"range": [-0.5, len(columns) - 0.5]}
    share = min(0.2, 60 / _height(labels))
    left, right, upper, lower = ({"domain": ends} for ends in ([0, 0.87], [0.882, 1], [share + 0.016, 1], [0, share]))
    every = -(-len(columns) // _LABELS_ACROSS)  # labels that would cover each other help nobody
    ticks = {"tickvals": list(range(0, len(columns), every)), "ticktext": columns[::every], "tickangle": 0 if stacked else _angle(columns)}
    below = ticks | {"tickfont": {"size": 12 if len(columns) <= 14 else 10 if len(columns) <= 24 else 8}}
    beside = {"tickvals": list(range(len(rows))), "ticktext": rows, "title": {"text": f"source {called}"}}
    return {
        "xaxis": hidden | across | left | {"anchor": "y", "matches": "x3"},
        "yaxis": common | down | upper | beside | {"anchor": "x"},
        "xaxis2": hidden | right | {"anchor": "y2", "rangemode": "tozero"},
        "yaxis2": hidden | down | upper | {"anchor": "x2", "matches": "y"},
        "xaxis3": common | across | left | below | {"anchor": "y3", "title": {"text": f"target {called}"}},
        "yaxis3": hidden | lower | {"anchor": "x3", "rangemode": "tozero", "autorange": "reversed"},
    }


def _stacked(text: str) -> str:
    """A word from top to bottom; the long-vowel mark lies along the line."""
    shown = text if len(text) <= 6 else text[:5] + "⋮"
    return "<br>".join(plain(character) for character in shown.replace("ー", "｜"))


def _angle(labels: list[str]) -> int:
    """Degrees at which labels side by side do not cover each other, also on a phone."""
    if len(labels) <= 4:
        return 0
    return -50 if len(labels) <= 14 else -90
