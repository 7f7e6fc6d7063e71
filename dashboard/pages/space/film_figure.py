"""The space as a film: all moments in one figure, and the measures along them."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.kit.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILLION
from dashboard.pages.space.figures import Drawing, scatter, titles


def film(drawings: Sequence[Drawing], steps: Sequence[str]) -> go.Figure:
    """All moments in one figure, with a play button and a slider that need no server."""
    figure = scatter(drawings[0])
    figure.frames = [
        go.Frame(data=scatter(one).data, name=step, layout={"title": {"text": one.title}, "annotations": titles(one)})
        for one, step in zip(drawings, steps, strict=True)
    ]
    pace = {"frame": {"duration": 900, "redraw": True}, "transition": {"duration": 500}, "fromcurrent": True}
    still = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
    figure.update_layout(
        updatemenus=[{
            "type": "buttons", "direction": "left", "x": 0, "y": -0.24, "xanchor": "left", "yanchor": "top", "showactive": False,
            "buttons": [
                {"label": "▶ Play", "method": "animate", "args": [None, pace]},
                {"label": "⏸ Pause", "method": "animate", "args": [[None], still]},
            ],
        }],
        sliders=[{
            "x": 0.2, "len": 0.8, "y": -0.2, "currentvalue": {"prefix": "step "},
            "steps": [{"label": step, "method": "animate", "args": [[step], still]} for step in steps],
        }],
        margin={"b": 120}, dragmode="pan",
    )  # fmt: skip
    return figure


def course(steps: Sequence[int], values: dict[str, Sequence[float]], now: int) -> go.Figure:
    """Measures over a film's moments, the one shown as a dashed line."""
    looks = zip(values.items(), (BLUE, VERMILLION, GREEN, PURPLE, ORANGE), ("circle", "diamond", "square", "cross", "star"), strict=False)
    traces = [
        {"type": "scatter", "x": list(steps), "y": list(row), "name": name, "mode": "lines+markers", "line": {"color": color},
         "marker": {"symbol": shape, "size": 7, "color": color}, "hovertemplate": f"step %{{x}}: %{{y:.3f}}<extra>{name}</extra>"}
        for (name, row), color, shape in looks
    ]  # fmt: skip
    layout = {
        "title": {"text": "Measures along the run", "font": {"size": 15}}, "height": 260, "margin": {"l": 8, "r": 8, "t": 40, "b": 8},
        "dragmode": False, "legend": {"orientation": "h", "y": -0.35, "x": 0},
        "xaxis": {"title": {"text": "step of the run"}, "fixedrange": True, "zeroline": False},
        "yaxis": {"title": {"text": "share or distance"}, "range": [0, 1.02], "fixedrange": True},
        "shapes": [{"type": "line", "x0": now, "x1": now, "y0": 0, "y1": 1, "yref": "paper", "line": {"color": GREY, "dash": "dash"}}],
    }  # fmt: skip
    return go.Figure(traces, layout)
