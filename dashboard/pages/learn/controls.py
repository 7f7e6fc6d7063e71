"""The widgets of a lesson: they only set its values."""

import streamlit as st

from dashboard import state
from dashboard.kit.components import bars
from dashboard.kit.theme import BLUE, ORANGE
from dashboard.pages.learn.lessons.controls import Choice, Control, Flag, Numbers, Slider, Steps, is_shown, listed
from dashboard.pages.learn.lessons.types import Lesson, Values


def values_of(lesson: Lesson) -> Values:
    """The lesson's choices as they stand."""
    return {control.name: state.get(lesson.key(control.name)) for control in lesson.controls}


def controls(lesson: Lesson) -> None:
    """All controls that have a place while the values are what they are."""
    values, drawn = values_of(lesson), 0
    for control in lesson.controls:
        if is_shown(control, values):
            _widget(lesson, control, values, drawn)
            drawn += isinstance(control, Numbers) and control.shape == "bars"


def steps_of(lesson: Lesson) -> Steps | None:
    """The control that can be played, where there is one."""
    return next((control for control in lesson.controls if isinstance(control, Steps)), None)


def advance(lesson: Lesson, steps: Steps) -> bool:
    """One step on; False at the end, where playing stops."""
    key = lesson.key(steps.name)
    if state.get(key) >= steps.last:
        state.put(play=False)
        return False
    state.put(**{key: state.get(key) + steps.stride})
    return True


def _widget(lesson: Lesson, control: Control, values: Values, drawn: int) -> None:
    key, shared = lesson.key(control.name), {"help": control.help or None}
    if isinstance(control, Slider):
        st.slider(control.label, control.low, control.high, step=control.step, key=key, **shared)
    elif isinstance(control, Steps):
        _steps(lesson, control, key)
    elif isinstance(control, Flag):
        st.toggle(control.label, key=key, **shared)
    elif isinstance(control, Numbers):
        _numbers(control, key, values, drawn)
    else:
        _choice(control, key, shared)


def _choice(control: Choice, key: str, shared: dict) -> None:
    options, label = list(control.options), control.options.get
    if control.scale:
        st.select_slider(control.label, options, key=key, format_func=label, **shared)
    elif control.row:
        st.segmented_control(control.label, options, key=key, format_func=label, required=True, **shared)
    else:
        st.selectbox(control.label, options, key=key, format_func=label, **shared)


def _numbers(control: Numbers, key: str, values: Values, drawn: int) -> None:
    st.caption(control.label)
    if control.shape == "bars":
        bars.bars(key, listed(values[control.name]), label=control.label, top=control.top, color=(BLUE, ORANGE)[drawn % 2])
    else:
        rows, columns = (listed(values[name]) for name in control.limits)
        bars.cells(key, listed(values[control.name]), label=control.label, top=control.top, rows=rows, columns=columns)


def _steps(lesson: Lesson, control: Steps, key: str) -> None:
    st.slider(control.label, 0, control.last, key=key, help=control.help or None)
    playing = state.get("play")
    with st.container(horizontal=True):
        st.button("⏸ Stop" if playing else "▶ Play", key=f"play_{lesson.slug}", on_click=_toggle, args=(key, control))
        st.button(
            "Step", key=f"step_{lesson.slug}", disabled=playing or state.get(key) >= control.last,
            on_click=lambda: state.put(**{key: min(state.get(key) + control.stride, control.last)}),
        )  # fmt: skip
        st.button("Restart", key=f"restart_{lesson.slug}", on_click=lambda: state.put(play=False, **{key: 0}))


def _toggle(key: str, control: Steps) -> None:
    playing = not state.get("play")
    if playing and state.get(key) >= control.last:
        state.put(**{key: 0})
    state.put(play=playing)
