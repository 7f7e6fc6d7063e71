"""The plan as a heatmap with the masses along its sides; clicks come back from an invisible layer of markers."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.theme import BLUE, GREY, ORANGE, PLAN_SCALE, STATUS
from dashboard.view import DRAWN_WORDS, View

_CLICK_LAYER_CELLS = 6_400  # more markers than this make a browser slow: then hover and click are the heatmap's own
KINDS = {
    "plan": ("Transported mass", "mass"),
    "cost": ("Ground cost", "cost"),
    "similarity": ("Cosine similarity", "cos"),
}


def heatmap(view: View, kind: str, marked: tuple[int | None, int | None]) -> go.Figure:
    """Rows are source words, columns target words (or their subwords), in reading order from the top left.

    kind   : "plan", "cost" or "similarity"
    marked : word indices (source, target) that were clicked, None for none
    The points' `customdata` is [source word, target word].
    """
    result = view.result
    unit = result.settings.unit
    owners = result.source.groups(unit)[:DRAWN_WORDS], result.target.groups(unit)[:DRAWN_WORDS]
    labels = tuple(_labels(side, unit)[:DRAWN_WORDS] for side in (result.source, result.target))
    values = {"plan": result.plan.plan, "cost": result.plan.problem.cost, "similarity": result.similarity}[kind]
    values = values[:DRAWN_WORDS, :DRAWN_WORDS]

    share = min(0.2, 60 / _height(labels))
    figure = make_subplots(
        2, 2, specs=[[{}, {}], [{}, None]], shared_xaxes=True, shared_yaxes=True, horizontal_spacing=0.012,
        vertical_spacing=0.016, column_widths=[0.88, 0.12], row_heights=[1 - share, share],
    )  # fmt: skip
    figure.add_trace(_cells(values, kind), 1, 1)
    for trace in _statuses(view, owners):
        figure.add_trace(trace, 1, 1)
    if values.size <= _CLICK_LAYER_CELLS:
        figure.add_trace(_click_layer(view, owners, labels, values.shape), 1, 1)
    for trace, row, column in _margins(view):
        figure.add_trace(trace, row, column)
    _mark(figure, owners, marked)
    _axes(figure, labels, unit)
    words = "words" if unit == "word" else "subwords"
    figure.update_layout(
        title={"text": f"{KINDS[kind][0]} between {words}", "font": {"size": 15}},
        height=_height(labels), margin={"l": 8, "r": 8, "t": 48, "b": 8}, showlegend=False, barmode="overlay",
        dragmode=False, clickmode="event+select", hoverlabel={"align": "left"}, bargap=0.25,
    )  # fmt: skip
    return figure


def _height(labels: tuple[list[str], list[str]]) -> int:
    longest = max(map(len, labels[1]), default=1)
    return int(max(300, 27 * len(labels[0])) + 120 + min(longest, 16) * 6)


def _labels(side, unit: str) -> list[str]:
    return list(side.words if unit == "word" else side.pieces)


def _cells(values: np.ndarray, kind: str) -> go.Heatmap:
    title, short = KINDS[kind]
    low = 0 if kind == "plan" else None
    return go.Heatmap(
        z=values, colorscale=PLAN_SCALE, reversescale=kind == "cost", zmin=low, xgap=1, ygap=1,
        hoverinfo="skip" if values.size <= _CLICK_LAYER_CELLS else "all",
        colorbar={"title": {"text": short, "side": "right"}, "thickness": 10, "len": 0.6, "x": 1.01, "y": 0.62},
        name=title,
    )  # fmt: skip


def _statuses(view: View, owners) -> list[go.Scatter]:
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
    return [
        go.Scatter(
            x=[j for _, j in cells], y=[i for i, _ in cells], mode="markers", hoverinfo="skip", name=status,
            marker={"symbol": STATUS[status][1], "size": 11, "color": STATUS[status][0], "line": {"width": 2, "color": "white"}}
            if not STATUS[status][1].endswith("open")
            else {"symbol": STATUS[status][1], "size": 12, "color": STATUS[status][0], "line": {"width": 3, "color": STATUS[status][0]}},
        )
        for status, cells in places.items()
    ]  # fmt: skip


def _click_layer(view: View, owners, labels, shape) -> go.Scatter:
    result = view.result
    rows, columns = (index.ravel() for index in np.indices(shape))
    plan, cost = result.plan.plan, result.plan.problem.cost
    shares = plan / np.maximum(plan.sum(1, keepdims=True), 1e-300)
    text = [
        f"<b>{_plain(labels[0][i])} → {_plain(labels[1][j])}</b><br>mass {plan[i, j]:.4f} ({shares[i, j]:.0%} of the source's)"
        f"<br>cost {cost[i, j]:.3f} · cosine {result.similarity[i, j]:.3f}<br>confidence {result.confidence[i, j]:.2f}"
        for i, j in zip(rows, columns, strict=True)
    ]
    return go.Scatter(
        x=columns, y=rows, mode="markers", text=text, hovertemplate="%{text}<extra></extra>", name="cells",
        customdata=np.stack([owners[0][rows], owners[1][columns]], 1).tolist(),
        marker={"symbol": "square", "size": 22, "opacity": 0}, selected={"marker": {"opacity": 0}}, unselected={"marker": {"opacity": 0}},
    )  # fmt: skip


def _margins(view: View) -> list[tuple[go.Bar, int, int]]:
    """Asked masses as outlines, moved masses filled: they differ for unbalanced and partial plans."""
    problem, plan = view.result.plan.problem, view.result.plan.plan
    bars = []
    sides = ((problem.source_mass, plan.sum(1), 1, 2), (problem.target_mass, plan.sum(0), 2, 1))
    for asked, moved, row, column in sides:
        positions, horizontal = np.arange(len(asked))[:DRAWN_WORDS], column == 2
        for name, values, color, width in (("asked mass", asked, GREY, 0.8), ("moved mass", moved, BLUE, 0.45)):
            values = values[:DRAWN_WORDS]  # noqa: PLW2901
            bar = go.Bar(
                x=values if horizontal else positions, y=positions if horizontal else values, name=name, width=width,
                orientation="h" if horizontal else "v", marker={"color": color, "opacity": 0.9 if color == BLUE else 0.45},
                hovertemplate=f"{name} %{{{'x' if horizontal else 'y'}:.4f}}<extra></extra>",
            )  # fmt: skip
            bars.append((bar, row, column))
    return bars


def _mark(figure: go.Figure, owners, marked) -> None:
    style = {"line": {"color": ORANGE, "width": 2.5}, "fillcolor": "rgba(0,0,0,0)", "layer": "above"}
    n, m = len(owners[0]), len(owners[1])
    for owner, word, along in ((owners[0], marked[0], "row"), (owners[1], marked[1], "column")):
        place = np.flatnonzero(owner == word) if word is not None else []
        if len(place) == 0:
            continue
        low, high = place[0] - 0.5, place[-1] + 0.5
        box = {"x0": -0.5, "x1": m - 0.5, "y0": low, "y1": high} if along == "row" else {"x0": low, "x1": high, "y0": -0.5, "y1": n - 0.5}
        figure.add_shape(type="rect", **box, **style, row=1, col=1)


def _axes(figure: go.Figure, labels, unit: str) -> None:
    rows, columns = ([_plain(label) for label in side] for side in labels)
    common = {"showgrid": False, "zeroline": False, "automargin": True, "fixedrange": True}
    figure.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=rows, range=[len(rows) - 0.5, -0.5], title="source " + unit + "s", row=1, col=1, **common
    )
    figure.update_yaxes(row=1, col=2, range=[len(rows) - 0.5, -0.5], showticklabels=False, **common)
    figure.update_xaxes(row=1, col=1, range=[-0.5, len(columns) - 0.5], showticklabels=False, **common)
    figure.update_xaxes(
        tickvals=list(range(len(columns))), ticktext=columns, range=[-0.5, len(columns) - 0.5], tickangle=-50 if len(columns) > 4 else 0,
        title="target " + unit + "s", row=2, col=1, **common,
    )  # fmt: skip
    figure.update_xaxes(row=1, col=2, rangemode="tozero", showticklabels=False, **common)
    figure.update_yaxes(row=2, col=1, rangemode="tozero", autorange="reversed", showticklabels=False, **common)


def _plain(text: str) -> str:
    """User text as Plotly text: Plotly reads a few HTML tags, so angle brackets are escaped; long words are shortened."""
    shown = text if len(text) <= 18 else text[:17] + "…"
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
