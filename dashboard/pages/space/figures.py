"""The space on a picture: one pane a state, with the same axes; lines between translations, rings around what is selected."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from dashboard.kit.theme import BLUE, GREEN, GREY, ORANGE, PLAN_SCALE, PURPLE, SKY, VERMILLION, YELLOW
from dashboard.pages.compare.figures import safe_name

COLOURS = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, YELLOW, "#5B5B9A")
SHAPES = (
    "circle", "diamond", "square", "triangle-up", "cross", "x", "star", "triangle-down", "pentagon", "hexagram", "hourglass", "bowtie",
)  # fmt: skip
_SOLID_SHAPES = ("circle", "diamond", "square", "cross", "x", "circle-open", "diamond-open", "square-open")  # all that 3-D has
# up to so much in the original space: from yellow to blue as cividis, but seen on white and on black
_LENGTHS = ((0.2, "#E0AC00"), (0.4, "#B9A15A"), (0.6, "#8F9296"), (0.8, "#6E8BC4"), (9.0, "#4F7FE8"))
_LABELLED = 14  # selected words that are written beside their points
_DRAWN_RINGS = 400  # selected points whose rings are drawn above everything else
_DRAWN_SMOOTHLY = 1500  # points up to which a film's points glide; WebGL, which more of them need, jumps
MOST_LINES = 4000
POINTS = 100_000  # more than a picture can have


@dataclass(frozen=True)
class Look:
    """Colour of n points. With `names`, `values` (n,) are categories, the last of them grey where `rest`; without, a scale."""

    title: str
    names: tuple[str, ...]
    values: np.ndarray
    rest: bool = False


@dataclass(frozen=True)
class Pane:
    """One state: `places` (n, 2 or 3), its colours, and the length in the original space of each line."""

    title: str
    places: np.ndarray
    look: Look
    lengths: np.ndarray
    variance: tuple[float, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """All that is drawn.

    panes   : one or two, or of a film the one moment
    names   : of the languages, `language` (n,) the place of each point's in there
    hover   : (n,) text of each point, escaped
    labels  : (n,) what is written beside a selected point, escaped
    marked  : the selected points
    lines   : (e, 2) points that are joined
    reach   : (2, dimensions) lowest and highest place of all that is to share axes
    method  : "PCA" or "UMAP"; `stacked` puts panes one below the other; `gliding` moves points from the last drawing
    stamp   : goes into the points' `customdata`, which is point + POINTS · stamp: one number travels faster than two
    """

    panes: tuple[Pane, ...]
    names: tuple[str, ...]
    language: np.ndarray
    hover: list[str]
    labels: list[str]
    marked: Sequence[int]
    lines: np.ndarray
    reach: np.ndarray
    method: str
    title: str
    stacked: bool = False
    gliding: bool = False
    stamp: int = 0
    revision: str = ""


def plain(text: str, longest: int = 40) -> str:
    """User text as Plotly text, shortened, and isolated so that right-to-left words leave the rest in its place."""
    return f"\u2068{safe_name(text if len(text) <= longest else text[: longest - 1] + '…')}\u2069"


def scatter(drawing: Drawing) -> go.Figure:
    """The picture."""
    solid = drawing.reach.shape[1] == 3
    traces = []
    for k, pane in enumerate(drawing.panes):
        traces += [_on_axes(trace, k, solid) for trace in _pane_traces(drawing, pane, k == 0)]
    layout = {
        "title": {"text": drawing.title, "font": {"size": 15}, **({"y": 1 - 52 / _height(drawing)} if drawing.stacked else {})},
        "height": _height(drawing), "uirevision": drawing.revision,
        "margin": {"l": 8, "r": 8, "t": 96 if drawing.stacked else 66, "b": 8}, "hovermode": "closest", "clickmode": "event+select",
        "dragmode": "orbit" if solid else False if drawing.stacked else "lasso", "annotations": titles(drawing),
        "legend": {"orientation": "h", "y": -0.05 if drawing.stacked else -0.09, "x": 0, "itemsizing": "constant"},
        "coloraxis": {
            "colorscale": PLAN_SCALE, "colorbar": {"thickness": 10, "title": {"text": drawing.panes[0].look.title, "side": "right"}},
        },
        **(_scenes(drawing) if solid else _axes(drawing)),
    }  # fmt: skip
    if drawing.gliding:
        layout["transition"] = {"duration": 600, "easing": "cubic-in-out"}
    return go.Figure(traces, layout)


def _pane_traces(drawing: Drawing, pane: Pane, first: bool) -> list[dict]:
    traces = _line_traces(drawing, pane, first)
    for k, name in enumerate(drawing.names):
        traces.append(_language_trace(drawing, pane, k, name, first))
    if first:
        traces += _legend_only(drawing, pane)
    traces.append(_rings(drawing, pane))
    return traces


def _language_trace(drawing: Drawing, pane: Pane, k: int, name: str, first: bool) -> dict:
    mine = np.flatnonzero(drawing.language == k)
    solid, plain_legend = drawing.reach.shape[1] == 3, pane.look.names == drawing.names
    trace = {
        "type": _kind(drawing), "mode": "markers", "name": safe_name(name), **_xyz(pane.places[mine]),
        "text": [drawing.hover[one] for one in mine], "hovertemplate": "%{text}<extra></extra>",
        "customdata": (mine + POINTS * drawing.stamp).tolist(), "legendgroup": f"language {k}", "showlegend": first and plain_legend,
        "marker": {
            "symbol": (_SOLID_SHAPES if solid else SHAPES)[k % len(_SOLID_SHAPES if solid else SHAPES)],
            "size": _size(len(drawing.hover), solid), "opacity": 0.85, "line": {"width": 0},
            **_colour(pane.look, mine, k if plain_legend else None),
        },
    }  # fmt: skip
    if not solid:
        marked = np.flatnonzero(np.isin(mine, drawing.marked))
        trace["selectedpoints"] = marked.tolist() if len(drawing.marked) else None
        trace["selected"], trace["unselected"] = {"marker": {"opacity": 1}}, {"marker": {"opacity": 0.3}}
    return trace


def _colour(look: Look, mine: np.ndarray, one: int | None) -> dict:
    if one is not None:
        return {"color": COLOURS[one % len(COLOURS)]}
    if look.names:
        return {"color": [_category(look, int(value)) for value in look.values[mine]]}
    return {"color": look.values[mine].round(3).tolist(), "coloraxis": "coloraxis"}


def _category(look: Look, value: int) -> str:
    return GREY if look.rest and value == len(look.names) - 1 else COLOURS[value % len(COLOURS)]


def _legend_only(drawing: Drawing, pane: Pane) -> list[dict]:
    """Where colour is not the language: what the shapes mean, and what the colours mean, unless they are too many."""
    if pane.look.names == drawing.names:
        return []
    shapes = _SOLID_SHAPES if drawing.reach.shape[1] == 3 else SHAPES
    entries = [(name, GREY, shapes[k % len(shapes)]) for k, name in enumerate(drawing.names)]
    if len(pane.look.names) <= len(COLOURS):
        entries += [(name, _category(pane.look, k), "circle") for k, name in enumerate(pane.look.names)]
    nowhere = {axis: [None] for axis in "xyz"[: drawing.reach.shape[1]]}
    return [
        {"type": _kind(drawing), "mode": "markers", "name": safe_name(name), **nowhere, "hoverinfo": "skip",
         "marker": {"color": color, "symbol": symbol, "size": 9}}
        for name, color, symbol in entries
    ]  # fmt: skip


def _line_traces(drawing: Drawing, pane: Pane, first: bool) -> list[dict]:
    """Lines in five classes of their length in the original space, and unseen points in their middles that tell it."""
    traces, low = [], 0.0
    dimensions, kind = drawing.reach.shape[1], _kind(drawing)
    ends = pane.places[drawing.lines] if len(drawing.lines) else np.zeros((0, 2, dimensions))
    for high, color in _LENGTHS if len(ends) else ():
        mine = ends[(pane.lengths >= low if low else True) & (pane.lengths < high)]
        gaps = np.full((len(mine), 1, dimensions), np.nan, np.float32)
        path = np.concatenate([mine, gaps], axis=1).reshape(-1, dimensions)
        label = f"{low:g} to {high:g}" if high < 2 else f"over {low:g}"
        traces.append(
            {"type": kind, "mode": "lines", **_xyz(path), "line": {"color": color, "width": 1.4}, "opacity": 0.7, "hoverinfo": "skip",
             "name": f"1 − cos {label}", "legendgroup": f"length {high}", "showlegend": first}
        )  # fmt: skip
        low = high
    if len(ends) and len(ends) <= MOST_LINES // 2 and dimensions == 2:
        told = [
            f"{drawing.labels[i]} — {drawing.labels[j]}<br>1 − cos {length:.3f}"
            for (i, j), length in zip(drawing.lines, pane.lengths, strict=True)
        ]
        traces.append(
            {"type": kind, "mode": "markers", **_xyz(ends.mean(1)), "text": told, "hovertemplate": "%{text}<extra></extra>",
             "marker": {"size": 7, "opacity": 0}, "showlegend": False, "name": "lengths"}
        )  # fmt: skip
    return traces


def _rings(drawing: Drawing, pane: Pane) -> dict:
    """Around the selected points; there even when none is, so that a film's points glide."""
    few, solid = len(drawing.marked) <= _LABELLED, drawing.reach.shape[1] == 3
    marker = {"color": VERMILLION, "symbol": "circle-open", "size": 9 if solid else 14}
    trace = {
        "mode": "markers+text" if few else "markers", "textposition": "top center", "textfont": {"size": 13}, "hoverinfo": "skip",
        "showlegend": False, "name": "selected", **_xyz(pane.places[list(drawing.marked)]),
    }  # fmt: skip
    if few:
        trace["text"] = [drawing.labels[one] for one in drawing.marked]
    if solid:
        return {"type": "scatter3d", "marker": marker, **trace}
    flat = {"type": "scatter", "cliponaxis": False} if len(drawing.marked) <= _DRAWN_RINGS else {"type": "scattergl"}
    return {**flat, "marker": {**marker, "line": {"width": 2.5, "color": VERMILLION}}, **trace}


def _kind(drawing: Drawing) -> str:
    if drawing.reach.shape[1] == 3:
        return "scatter3d"
    return "scatter" if drawing.gliding and len(drawing.hover) <= _DRAWN_SMOOTHLY else "scattergl"


def _size(count: int, solid: bool) -> float:
    return (4 if count < 2000 else 2.5) if solid else 8 if count < 800 else 6 if count < 4000 else 4


def _xyz(places: np.ndarray) -> dict:
    places = np.asarray(places, np.float32)
    return {axis: places[:, k] for k, axis in enumerate("xyz"[: places.shape[1]])}


def _on_axes(trace: dict, pane: int, solid: bool) -> dict:
    if solid:
        return trace | {"scene": "scene" if pane == 0 else f"scene{pane + 1}"}
    return trace | ({"xaxis": f"x{pane + 1}", "yaxis": f"y{pane + 1}"} if pane else {})


def _height(drawing: Drawing) -> int:
    return 120 + (360 * len(drawing.panes) if drawing.stacked else 520)


def _ranges(drawing: Drawing) -> list[list[float]]:
    low, high = drawing.reach.astype(float)
    spare = 0.05 * np.maximum(high - low, 1e-6)
    return [[float(a), float(b)] for a, b in zip(low - spare, high + spare, strict=True)]


def _places(drawing: Drawing) -> list[tuple[list[float], list[float]]]:
    """(x, y) shares of the figure for each pane."""
    if len(drawing.panes) == 1:
        return [([0, 1], [0, 1])]
    return [([0, 1], [0.54, 1]), ([0, 1], [0, 0.46])] if drawing.stacked else [([0, 0.49], [0, 1]), ([0.51, 1], [0, 1])]


def _axis_name(drawing: Drawing, pane: Pane, axis: int) -> str:
    if drawing.method == "PCA" and pane.variance:
        return f"PC {axis + 1} · {pane.variance[axis]:.0%} of the variance"
    return f"{drawing.method} {axis + 1} (no unit)"


def _axes(drawing: Drawing) -> dict:
    """Panes that zoom and move together."""
    x_range, y_range = _ranges(drawing)
    quiet = {"showgrid": False, "showticklabels": False, "zeroline": False, "ticks": "", "showline": False, "mirror": False}
    axes = {}
    for k, (pane, (across, up)) in enumerate(zip(drawing.panes, _places(drawing), strict=True)):
        number = "" if k == 0 else str(k + 1)
        linked = {} if k == 0 else {"matches": "x"}, {} if k == 0 else {"matches": "y"}
        side = {} if k and not drawing.stacked else {"title": {"text": _axis_name(drawing, pane, 1), "standoff": 4}}
        axes[f"xaxis{number}"] = {
            **quiet, "domain": across, "range": x_range, "anchor": f"y{number}", **linked[0],
            "title": {"text": _axis_name(drawing, pane, 0), "standoff": 4},
        }  # fmt: skip
        axes[f"yaxis{number}"] = {**quiet, "domain": up, "range": y_range, "anchor": f"x{number}", **linked[1], **side}
    return axes


def _scenes(drawing: Drawing) -> dict:
    scenes = {}
    for k, (pane, (across, up)) in enumerate(zip(drawing.panes, _places(drawing), strict=True)):
        axes = {
            f"{axis}axis": {"range": ends, "showticklabels": False, "title": {"text": _axis_name(drawing, pane, n).split(" · ")[0]}}
            for n, (axis, ends) in enumerate(zip("xyz", _ranges(drawing), strict=True))
        }
        scenes["scene" if k == 0 else f"scene{k + 1}"] = {**axes, "domain": {"x": across, "y": up}, "aspectmode": "cube"}
    return scenes


def titles(drawing: Drawing) -> list[dict]:
    """What each pane shows, above it."""
    if len(drawing.panes) == 1 and not drawing.panes[0].title:
        return []
    return [
        {"text": f"<b>{safe_name(pane.title)}</b>", "x": across[0], "y": up[1], "xref": "paper", "yref": "paper", "xanchor": "left",
         "yanchor": "bottom", "showarrow": False, "font": {"size": 13}}
        for pane, (across, up) in zip(drawing.panes, _places(drawing), strict=True)
    ]  # fmt: skip
