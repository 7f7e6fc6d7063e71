"""The space as a film: all moments in one figure, and the measures along them."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from dashboard.kit.theme import BLUE, GREEN, GREY, PURPLE, VERMILLION
from dashboard.pages.space.figures import Drawing, scatter, titles

_STILL = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
_PACE = {"frame": {"duration": 900, "redraw": True}, "transition": {"duration": 500}, "fromcurrent": True}
_LOOKS = ((BLUE, "circle"), (VERMILLION, "diamond"), (GREEN, "square"), (PURPLE, "cross"))


def film(drawings: Sequence[Drawing], steps: Sequence[str]) -> go.Figure:
    """All moments in one figure, with a play button and a slider that need no server."""
    figure = scatter(drawings[0])
    figure.frames = [
        go.Frame(data=scatter(one).data, name=step, layout={"title": {"text": one.title}, "annotations": titles(one)})
        for one, step in zip(drawings, steps, strict=True)
    ]
    buttons = [
        {"label": label, "method": "animate", "args": args} for label, args in (("▶ Play", [None, _PACE]), ("⏸ Pause", [[None], _STILL]))
    ]
    menu = {"type": "buttons", "direction": "left", "x": 0, "y": -0.24, "xanchor": "left", "yanchor": "top", "showactive": False}
    stops = [{"label": step, "method": "animate", "args": [[step], _STILL]} for step in steps]
    figure.update_layout(
        updatemenus=[menu | {"buttons": buttons}],
        sliders=[{"x": 0.2, "len": 0.8, "y": -0.2, "currentvalue": {"prefix": "step "}, "steps": stops}],
        margin={"b": 120},
        dragmode="pan",
    )
    return figure


def course(steps: Sequence[int], values: Mapping[str, Sequence[float]], now: int) -> go.Figure:
    """Measures over a film's moments, the one shown as a dashed line."""
    figure = go.Figure()
    for (name, row), (color, shape) in zip(values.items(), _LOOKS, strict=True):
        marker, hover = {"symbol": shape, "size": 7, "color": color}, f"step %{{x}}: %{{y:.3f}}<extra>{name}</extra>"
        figure.add_scatter(
            x=list(steps), y=list(row), name=name, mode="lines+markers", line_color=color, marker=marker, hovertemplate=hover
        )
    figure.add_vline(now, line={"color": GREY, "dash": "dash"})
    figure.update_layout(
        title={"text": "Measures along the run", "font": {"size": 15}},
        height=260,
        margin={"l": 8, "r": 8, "t": 40, "b": 8},
        dragmode=False,
        legend={"orientation": "h", "y": -0.35, "x": 0},
        xaxis={"title": {"text": "step of the run"}, "fixedrange": True, "zeroline": False},
        yaxis={"title": {"text": "share or distance"}, "range": [0, 1.02], "fixedrange": True},
    )
    return figure
