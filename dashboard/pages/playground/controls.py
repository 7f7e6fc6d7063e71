"""How the playground's clouds are entered, as numbers, as a table or by the mouse, and the solvers' settings."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.kit import markup, widgets
from dashboard.kit.explain import explain
from dashboard.pages.playground.choices import CHOICES
from dashboard.pages.playground.clouds import Cloud, clicked, cloud_text, read_cloud, read_clouds
from dashboard.pages.playground.figures import canvas
from otcore.base.errors import InputError

_SIDES = ("first", "second")


def clouds() -> None:
    """Both clouds, in the chosen form."""
    widgets.draw(CHOICES, "form")
    form = state.get(CHOICES.key("form"))
    if form == "drawing":
        _drawing()
        return
    for column, name in zip(st.columns(2, gap="medium"), _SIDES, strict=True):
        with column:
            if form == "numbers":
                widgets.draw(CHOICES, name, height=110)
            else:
                _table(name)
            st.button("Random points", key=f"random_{CHOICES.key(name)}", on_click=_random, args=(name,))


def settings() -> None:
    """What the solvers share; each takes what it has."""
    names = CHOICES.at("settings")
    for column, name in zip(st.columns(len(names)), names, strict=True):
        widgets.draw(CHOICES, name, column)


def _table(name: str) -> None:
    """The cloud as rows to edit; what is edited becomes the text, so that the address holds it."""
    key, label = CHOICES.key(name), CHOICES.declared[name].label
    try:
        now = read_cloud(state.get(key), label)
    except InputError as error:
        explain(error)
        return
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


def _drawing() -> None:
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    widgets.draw(CHOICES, "click", left)
    widgets.draw(CHOICES, "weight", right)
    try:
        both = _both()
    except InputError as error:
        explain(error)
        return
    click = state.get(CHOICES.key("click"))
    key = f"pg_draw_{click}_{'|'.join(cloud_text(side.rows) for side in both)}"  # another picture after each click: none stays chosen
    figure, alt = canvas(both, removing=click == "remove"), "Both clouds; a click adds a point or takes one away"
    bare = {"displaylogo": False, "displayModeBar": False}
    st.plotly_chart(figure, key=key, config=bare, on_select=partial(_take, key), selection_mode="points", alt=alt)
    st.caption("A click on a point of the chosen cloud adds to its weight. Tables and numbers show the same clouds.")


def _take(key: str) -> None:
    """Callback of the picture."""
    point, chosen = state.clicked_point(key), CHOICES.current()
    if point is None:
        return
    try:
        side, changed = clicked(_both(), chosen.click, chosen.weight, point)
    except InputError as error:
        st.toast(markup.escape_markdown(str(error)))
        return
    state.put(**{CHOICES.key(_SIDES[side]): cloud_text(changed.rows)})


def _both() -> tuple[Cloud, Cloud]:
    chosen = CHOICES.current()
    return read_clouds(chosen.first, chosen.second)
