"""How the playground's clouds are entered, as numbers, as a table or by the mouse, and the solvers' settings."""

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.kit import markup, widgets
from dashboard.pages.playground.choices import CHOICES
from dashboard.pages.playground.clouds import cloud_text, edited, read_cloud, read_clouds
from otcore.base.errors import InputError

_SIDES = ("first", "second")


def clouds(*, readable: bool) -> None:
    """Both clouds, in the chosen form.

    readable: whether they are clouds; what is none can be put right as numbers only
    """
    widgets.draw(CHOICES, "form")
    form = state.get(CHOICES.key("form")) if readable else "numbers"
    for name in _SIDES if form != "drawing" else ():
        if form == "numbers":
            widgets.draw(CHOICES, name, height=78)
        else:
            _table(name)
    with st.container(horizontal=True):
        for name in _SIDES:
            label = f"Random {CHOICES.declared[name].label.lower()}"
            st.button(label, key=f"random_{CHOICES.key(name)}", on_click=_random, args=(name,))


def clicks() -> tuple[str, float]:
    """What a click on the drawing does, and the weight of a new point."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):  # the buttons keep their width, or the last is cut off
        widgets.draw(CHOICES, "click", width="content")
        widgets.draw(CHOICES, "weight", width=150)
    chosen = CHOICES.current()
    return chosen.click, chosen.weight


def take(edit: dict) -> None:
    """Callback of the drawing."""
    if not edit:
        return
    chosen = CHOICES.current()
    try:
        side, changed = edited(read_clouds(chosen.first, chosen.second), edit)
    except InputError as error:
        st.toast(markup.told(error))
        return
    state.put(**{CHOICES.key(_SIDES[side]): cloud_text(changed.rows)})


def settings() -> None:
    """What the solvers share; each takes what it has."""
    for place, name in enumerate(CHOICES.at("settings")):
        if place % 2 == 0:
            columns = st.columns(2)
        widgets.draw(CHOICES, name, columns[place % 2])


def _table(name: str) -> None:
    """The cloud as rows to edit; what is edited becomes the text, so that the address holds it."""
    key, label = CHOICES.key(name), CHOICES.declared[name].label
    now = read_cloud(state.get(key), label)
    columns = ["x", "y", "weight"] if now.points.shape[1] == 2 else ["x", "weight"]
    st.caption(label)
    rows = pd.DataFrame(now.rows, columns=columns)
    edited = st.data_editor(rows, num_rows="dynamic", hide_index=True, key=f"table_{key}_{state.get(key)}", height=180).dropna()
    text = cloud_text(edited.to_numpy(dtype=float))
    if text != cloud_text(now.rows):
        state.put(**{key: text})
        st.rerun()


def _random(name: str) -> None:
    random = np.random.default_rng()
    points = random.normal(size=(6, 2)).round(2) + (2 if name == "second" else 0)
    state.put(**{CHOICES.key(name): cloud_text(np.column_stack([points, random.integers(1, 5, 6)]))})
