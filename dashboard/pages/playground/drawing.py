"""The playground's clouds by the mouse: a click adds a point, to a cloud, or takes one away."""

from functools import partial

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from dashboard import state
from dashboard.kit import markup
from dashboard.kit.explain import explain
from dashboard.kit.theme import BLUE, ORANGE
from dashboard.pages.learn.choices import CLICKS
from dashboard.pages.learn.figures.clouds import Group, cloud
from dashboard.pages.playground.clouds import SIDES, Cloud, cloud_text, read_cloud, with_point, without_point
from otcore.base.errors import InputError

_NAMES = {"first": "adds to the first cloud", "second": "adds to the second cloud", "remove": "takes a point away"}
_STEPS = 25  # places along each axis that a click can mean


def drawing() -> None:
    """Both clouds on one picture with a place to click at every crossing of a fine grid."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.segmented_control("A click", CLICKS, key="pg_click", format_func=_NAMES.get, required=True)
    right.slider("Weight of a new point", 0.5, 5.0, step=0.5, key="pg_weight")
    try:
        clouds = [read_cloud(state.get(key), name) for key, name in SIDES]
        if clouds[0].points.shape[1] != clouds[1].points.shape[1]:
            raise InputError("One cloud lies on a line and the other in the plane; give both the same number of coordinates.")
    except InputError as error:
        explain(error)
        return
    key = f"pg_draw_{state.get('pg_click')}_{cloud_key(clouds)}"  # another picture after each click, so that none stays chosen
    st.plotly_chart(
        _figure(clouds, removing=state.get("pg_click") == "remove"), key=key, config={"displaylogo": False, "displayModeBar": False},
        on_select=partial(_take, key), selection_mode="points", alt="Both clouds; a click adds a point or takes one away",
    )  # fmt: skip
    st.caption("A click on a point of the chosen cloud adds to its weight. Tables and numbers show the same clouds.")


def cloud_key(clouds: list[Cloud]) -> str:
    """A text that differs where the clouds do."""
    return "|".join(cloud_text(np.column_stack([side.points, side.weights])) for side in clouds)


def _figure(clouds: list[Cloud], *, removing: bool) -> go.Figure:
    places = [_in_plane(side.points) for side in clouds]
    low, high = (getattr(np.concatenate(places), name)(0) for name in ("min", "max"))
    spare = np.maximum(0.25 * (high - low), 0.5)
    ends = np.array([low - spare, high + spare])
    groups = [
        Group(name, points, color, symbol, (8 + 26 * np.sqrt(side.masses)).tolist())
        for name, points, color, symbol, side in zip(
            ("first cloud", "second cloud"), places, (BLUE, ORANGE), ("circle", "diamond"), clouds, strict=True
        )
    ]
    figure = cloud(groups, title="Click to take a point away" if removing else "Click to add a point", ranges=tuple(map(tuple, ends.T)))
    if not removing:
        grid = [np.round(np.linspace(*axis, _STEPS), 2) for axis in ends.T]
        if clouds[0].points.shape[1] == 1:
            grid[1] = np.zeros(1)
        x, y = (axis.ravel().tolist() for axis in np.meshgrid(*grid))
        figure.add_scatter(
            x=x, y=y, mode="markers", marker={"size": 16, "opacity": 0}, showlegend=False, name="place",
            hovertemplate="(%{x}, %{y})<extra>add here</extra>",
        )  # fmt: skip
    return figure


def _in_plane(points: np.ndarray) -> np.ndarray:
    return points if points.shape[1] == 2 else np.column_stack([points, np.zeros(len(points))])


def _take(key: str) -> None:
    """Callback of the picture."""
    point = state.clicked_point(key)
    if point is None:
        return
    clouds = [read_cloud(state.get(field), name) for field, name in SIDES]
    try:
        side, changed = clicked(clouds, state.get("pg_click"), float(state.get("pg_weight")), point)
    except InputError as error:
        st.toast(markup.escape_markdown(str(error)))
        return
    state.put(**{SIDES[side][0]: cloud_text(np.column_stack([changed.points, changed.weights]))})


def clicked(clouds: list[Cloud], action: str, weight: float, point: dict) -> tuple[int, Cloud]:
    """Which cloud a click changes, and what it becomes.

    point : as the picture gives it: `curve_number` 0 and 1 are the clouds, more is the grid; `point_index`, `x`, `y`
    raises: InputError   the cloud would be too large or empty
    """
    curve = int(point["curve_number"])
    if action == "remove":
        return curve, without_point(clouds[curve], int(point["point_index"]))
    side = CLICKS.index(action)
    place = np.array([float(point["x"]), float(point["y"])])[: clouds[side].points.shape[1]]
    return side, with_point(clouds[side], place, weight)
