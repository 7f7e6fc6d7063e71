"""The drawing of the playground: points to drag, the plan between them."""

import json
from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.kit.components.declaring import component
from dashboard.pages.playground.clouds import Cloud
from dashboard.pages.playground.figures import places_of, span_of

_HINT = (
    "Drag a point. A click elsewhere adds one to the {} cloud, a click on one of its points adds weight. By keyboard: Tab, arrows, + and −."
)
_REMOVING = "Drag a point, or click one to take it away. By keyboard: Tab, arrows, + and −, Delete."

_component = component(
    __file__, "board", "board.js", html='<div class="board"><svg role="group"></svg><p class="hint"></p></div>', css="board.css"
)


def board(clouds: Sequence[Cloud], plan: np.ndarray, click: tuple[str, float], take: Callable[[dict], None], *, tall: str) -> None:
    """Draws both clouds with a plan.

    plan : (n, m)
    click: what a click does, and the weight of a new point
    take : what is done with an edit, such as {"act": "move", "side": 0, "place": 2, "x": 1.0, "y": 0.5}
    tall : height, as CSS has it
    """
    name, weight = click
    places, masses = places_of(clouds), [side.masses for side in clouds]
    points = [
        [
            {"x": x, "y": y, "weight": w, "mass": mass}
            for (x, y), w, mass in zip(at.tolist(), side.weights.tolist(), own.tolist(), strict=True)
        ]
        for at, side, own in zip(places, clouds, masses, strict=True)
    ]
    data = {
        "clouds": points,
        "plan": [[int(i), int(j), float(plan[i, j])] for i, j in np.argwhere(plan > 0)],
        "span": span_of(clouds),
        "flat": clouds[0].points.shape[1] == 1,
        "click": name,
        "weight": weight,
        "label": "Two clouds of points and the plan between them",
        "hint": _REMOVING if name == "remove" else _HINT.format(name),
    }
    st.html(f"<style>.st-key-pg_board{{--tall:{tall}}}</style>")
    _component(data=data, key="pg_board", on_edit_change=lambda: take(json.loads(state.told("pg_board", "edit") or "{}")))
