"""The space on a picture: one pane a state, with the same axes; lines between translations, rings around what is selected. A film has all
its moments in one figure."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.kit.charts import safe_name
from dashboard.kit.theme import BLUE, GREEN, GREY, ORANGE, PLAN_SCALE, PURPLE, SKY, VERMILLION, YELLOW
from dashboard.pages.space.colouring import Look
from dashboard.pages.space.drawing import MOST_LINES, Drawing, Pane

COLOURS = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, YELLOW, "#5B5B9A")
# up to so much in the original space: from yellow to blue as cividis, but seen on white and on black
_LENGTHS = ((0.2, "#E0AC00"), (0.4, "#B9A15A"), (0.6, "#8F9296"), (0.8, "#6E8BC4"), (9.0, "#4F7FE8"))
_LABELLED = 14  # selected words that are written beside their points
_DRAWN_RINGS = 400  # selected points whose rings are drawn above everything else
POINTS = 1_000_000  # more than a picture can have; a point's customdata is point + POINTS · stamp: one number travels faster than two
_STILL = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
_PACE = {"frame": {"duration": 900, "redraw": True}, "transition": {"duration": 500}, "fromcurrent": True}
_MEASURES = ((BLUE, "circle"), (VERMILLION, "diamond"), (GREEN, "square"), (PURPLE, "cross"))


def scatter(drawing: Drawing) -> go.Figure:
    traces = [trace for k, pane in enumerate(drawing.panes) for trace in _pane_traces(drawing, pane, k)]
    stacked, scale = drawing.scene.stacked, {"thickness": 10, "title": {"text": drawing.panes[0].look.scale, "side": "right"}}
    title = {"text": drawing.title, "font": {"size": 15}}
    layout = {
        "title": title | ({"y": 1 - 52 / drawing.height} if stacked else {}),
        "height": drawing.height,
        "uirevision": drawing.scene.picture.key,
        "margin": {"l": 8, "r": 8, "t": 96 if stacked else 66, "b": 8},
        "hovermode": "closest",
        "clickmode": "event+select",
        "dragmode": "orbit" if drawing.solid else False if stacked else "lasso",
        "annotations": _titles(drawing),
        "legend": {"orientation": "h", "y": -0.05 if stacked else -0.09, "x": 0, "itemsizing": "constant"},
        "coloraxis": {"colorscale": PLAN_SCALE, "colorbar": scale},
        **(_scenes(drawing) if drawing.solid else _axes(drawing)),
    }
    return go.Figure(traces, layout)


def film(drawings: Sequence[Drawing], steps: Sequence[str]) -> go.Figure:
    """All moments in one figure, with a play button and a slider that need no server."""
    figure = scatter(drawings[0])
    figure.frames = [
        go.Frame(data=scatter(one).data, name=step, layout={"title": {"text": one.title}, "annotations": _titles(one)})
        for one, step in zip(drawings, steps, strict=True)
    ]
    orders = {"▶ Play": [None, _PACE], "⏸ Pause": [[None], _STILL]}
    buttons = [{"label": label, "method": "animate", "args": order} for label, order in orders.items()]
    menu = {"type": "buttons", "direction": "left", "x": 0, "y": -0.24, "xanchor": "left", "yanchor": "top", "showactive": False}
    stops = [{"label": step, "method": "animate", "args": [[step], _STILL]} for step in steps]
    slider = {"x": 0.2, "len": 0.8, "y": -0.2, "currentvalue": {"prefix": "step "}, "steps": stops}
    return figure.update_layout(updatemenus=[menu | {"buttons": buttons}], sliders=[slider], margin={"b": 120}, dragmode="pan")


def course(steps: Sequence[int], values: Mapping[str, Sequence[float]], now: int) -> go.Figure:
    """Measures over a film's moments, the one shown as a dashed line."""
    figure = go.Figure()
    for (name, row), (color, symbol) in zip(values.items(), _MEASURES, strict=True):
        look = {"mode": "lines+markers", "line_color": color, "marker": {"symbol": symbol, "size": 7, "color": color}}
        figure.add_scatter(x=list(steps), y=list(row), name=name, hovertemplate=f"step %{{x}}: %{{y:.3f}}<extra>{name}</extra>", **look)
    figure.add_vline(now, line={"color": GREY, "dash": "dash"})
    axes = {"xaxis": {"title": {"text": "step of the run"}, "fixedrange": True, "zeroline": False}}
    axes |= {"yaxis": {"title": {"text": "share or distance"}, "range": [0, 1.02], "fixedrange": True}}
    title, legend = {"text": "Measures along the run", "font": {"size": 15}}, {"orientation": "h", "y": -0.35, "x": 0}
    margin = {"l": 8, "r": 8, "t": 40, "b": 8}
    return figure.update_layout(title=title, height=260, margin=margin, dragmode=False, legend=legend, **axes)


def _titles(drawing: Drawing) -> list[dict]:
    """What each pane shows, above it."""
    look = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "showarrow": False, "font": {"size": 13}}
    placed = zip(drawing.panes, drawing.domains, strict=True)
    return [look | {"text": f"<b>{safe_name(pane.title)}</b>", "x": across[0], "y": up[1]} for pane, (across, up) in placed]


def _pane_traces(drawing: Drawing, pane: Pane, number: int) -> list[dict]:
    first = number == 0
    traces = [*_line_traces(drawing, pane, first), *(_language_trace(drawing, pane, k, first) for k in range(len(drawing.names)))]
    if first and pane.look.names != drawing.names:
        traces += _legend_only(drawing, pane)
    traces.append(_rings(drawing, pane))
    at = str(number + 1) if number else ""
    axes = {"scene": f"scene{at}"} if drawing.solid else {"xaxis": f"x{at}", "yaxis": f"y{at}"}
    return [trace | axes for trace in traces]


def _language_trace(drawing: Drawing, pane: Pane, k: int, first: bool) -> dict:
    mine = np.flatnonzero(drawing.points.language == k)
    by_language = pane.look.names == drawing.names
    marker = {"symbol": drawing.shapes[k], "size": drawing.size, "opacity": 0.85, "line": {"width": 0}}
    trace = {"type": drawing.kind, "mode": "markers", "name": safe_name(drawing.names[k]), **_xyz(pane.places[mine])}
    trace |= {"text": [drawing.hover[one] for one in mine], "hovertemplate": "%{text}<extra></extra>"}
    trace |= {"customdata": (mine + POINTS * drawing.scene.stamp).tolist(), "legendgroup": f"language {k}"}
    trace |= {"showlegend": first and by_language, "marker": marker | _colour(pane.look, mine, k if by_language else None)}
    if not drawing.solid:
        trace["selectedpoints"] = np.flatnonzero(np.isin(mine, drawing.scene.marked)).tolist() if len(drawing.scene.marked) else None
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
    entries = [(name, GREY, shape) for name, shape in zip(drawing.names, drawing.shapes, strict=True)]
    if len(pane.look.names) <= len(COLOURS):
        entries += [(name, _category(pane.look, k), "circle") for k, name in enumerate(pane.look.names)]
    nowhere = {"type": drawing.kind, "mode": "markers", "hoverinfo": "skip"} | {axis: [None] for axis in "xyz"[: pane.places.shape[1]]}
    return [nowhere | {"name": safe_name(name), "marker": {"color": color, "symbol": symbol, "size": 9}} for name, color, symbol in entries]


def _line_traces(drawing: Drawing, pane: Pane, first: bool) -> list[dict]:
    """Lines in five classes of their length in the original space, and unseen points in their middles that tell it."""
    if not len(drawing.lines):
        return []
    traces, low, ends = [], -np.inf, pane.places[drawing.lines]
    for high, color in _LENGTHS:
        mine = ends[(pane.lengths >= low) & (pane.lengths < high)]
        gaps = np.full((len(mine), 1, ends.shape[2]), np.nan, np.float32)
        trace = {"type": drawing.kind, "mode": "lines", "line": {"color": color, "width": 1.4}, "opacity": 0.7, "hoverinfo": "skip"}
        label = f"{max(low, 0):g} to {high:g}" if high < 2 else f"over {low:g}"
        named = {"name": f"1 − cos {label}", "legendgroup": f"length {high}", "showlegend": first}
        traces.append(trace | named | _xyz(np.concatenate([mine, gaps], axis=1).reshape(-1, ends.shape[2])))
        low = high
    if len(ends) <= MOST_LINES // 2 and not drawing.solid:
        named = ([drawing.label(end) for end in line] for line in drawing.lines)
        told = [f"{' — '.join(pair)}<br>1 − cos {length:.3f}" for pair, length in zip(named, pane.lengths, strict=True)]
        trace = {"type": drawing.kind, "mode": "markers", "marker": {"size": 7, "opacity": 0}, "showlegend": False, "name": "lengths"}
        traces.append(trace | _xyz(ends.mean(1)) | {"text": told, "hovertemplate": "%{text}<extra></extra>"})
    return traces


def _rings(drawing: Drawing, pane: Pane) -> dict:
    """Around the selected points; there even when none is, so that a film's points glide."""
    few = len(drawing.scene.marked) <= _LABELLED
    marker = {"color": VERMILLION, "symbol": "circle-open", "size": 9 if drawing.solid else 14}
    trace = {"mode": "markers+text" if few else "markers", "textposition": "top center", "textfont": {"size": 13}, "hoverinfo": "skip"}
    trace |= {"showlegend": False, "name": "selected", **_xyz(pane.places[list(drawing.scene.marked)])}
    if few:
        trace["text"] = [drawing.label(one) for one in drawing.scene.marked]
    if drawing.solid:
        return {"type": "scatter3d", "marker": marker, **trace}
    flat = {"type": "scatter", "cliponaxis": False} if len(drawing.scene.marked) <= _DRAWN_RINGS else {"type": "scattergl"}
    return {**flat, "marker": {**marker, "line": {"width": 2.5, "color": VERMILLION}}, **trace}


def _xyz(places: np.ndarray) -> dict:
    places = np.asarray(places, np.float32)
    return {axis: places[:, k] for k, axis in enumerate("xyz"[: places.shape[1]])}


def _axis_name(drawing: Drawing, pane: Pane, axis: int) -> str:
    return f"PC {axis + 1} · {pane.variance[axis]:.0%} of the variance" if pane.variance else f"{drawing.method} {axis + 1} (no unit)"


def _axes(drawing: Drawing) -> dict:
    """Panes that zoom and move together."""
    across_range, up_range = drawing.ranges
    quiet = {"showgrid": False, "showticklabels": False, "zeroline": False, "ticks": "", "showline": False, "mirror": False}
    axes = {}
    for k, (pane, (across, up)) in enumerate(zip(drawing.panes, drawing.domains, strict=True)):
        at = str(k + 1) if k else ""
        x = {"domain": across, "range": across_range, "anchor": f"y{at}"} | ({"matches": "x"} if k else {})
        y = {"domain": up, "range": up_range, "anchor": f"x{at}"} | ({"matches": "y"} if k else {})
        axes[f"xaxis{at}"] = quiet | x | {"title": {"text": _axis_name(drawing, pane, 0), "standoff": 4}}
        named = not k or drawing.scene.stacked
        axes[f"yaxis{at}"] = quiet | y | ({"title": {"text": _axis_name(drawing, pane, 1), "standoff": 4}} if named else {})
    return axes


def _scenes(drawing: Drawing) -> dict:
    scenes = {}
    for k, (pane, (across, up)) in enumerate(zip(drawing.panes, drawing.domains, strict=True)):
        names = [_axis_name(drawing, pane, axis).split(" · ")[0] for axis in range(3)]
        told = zip("xyz", names, drawing.ranges, strict=True)
        axes = {f"{axis}axis": {"range": ends, "showticklabels": False, "title": {"text": name}} for axis, name, ends in told}
        scenes[f"scene{k + 1}" if k else "scene"] = axes | {"domain": {"x": across, "y": up}, "aspectmode": "cube"}
    return scenes
