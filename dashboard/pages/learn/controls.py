"""The widgets of a lesson: they only set its choices."""

from collections.abc import Callable

import streamlit as st

from dashboard import state
from dashboard.kit import widgets
from dashboard.kit.components import bars
from dashboard.pages.learn.choices import CONTROLS
from dashboard.pages.learn.lessons.kinds import Drawn, Steps, listed
from dashboard.pages.learn.lessons.types import Lesson
from otcore.base.choices import Choice


def has_steps(lesson: Lesson) -> bool:
    """Whether it can be played."""
    return any(isinstance(one.kind, Steps) for one in lesson.controls.values())


def advance(lesson: Lesson) -> bool:
    """One step on; False at the end, where playing stops."""
    name, last = next((name, one.kind.last) for name, one in lesson.controls.items() if isinstance(one.kind, Steps))
    key = CONTROLS[lesson.name].key(name)
    if state.get(key) >= last:
        state.put(play=False)
        return False
    state.put(**{key: state.get(key) + 1})
    return True


def _steps(kind: Steps, one: Choice, key: str, place) -> tuple[Callable, dict]:
    def widget(label: str, **options) -> None:
        place.slider(label, 0, kind.last, **options)
        playing, step = state.get("play"), state.get(key)
        with place.container(horizontal=True):
            st.button("⏸ Stop" if playing else "▶ Play", key=f"play_{key}", on_click=_toggle, args=(key, kind.last))
            stopped = playing or step >= kind.last
            st.button("Step", key=f"step_{key}", disabled=stopped, on_click=state.put, kwargs={key: min(step + 1, kind.last)})
            st.button("Restart", key=f"restart_{key}", on_click=state.put, kwargs={"play": False, key: 0})

    return widget, {}


def _toggle(key: str, last: int) -> None:
    playing = not state.get("play")
    if playing and state.get(key) >= last:
        state.put(**{key: 0})
    state.put(play=playing)


def _drawn(kind: Drawn, one: Choice, key: str, place) -> tuple[Callable, dict]:
    def widget(label: str, **options) -> None:
        place.caption(label)
        numbers = listed(state.get(key))
        if kind.limits:
            rows, columns = (listed(state.get(limit)) for limit in kind.limits)
            bars.cells(key, numbers, label=label, top=kind.top, rows=rows, columns=columns)
        else:
            bars.bars(key, numbers, label=label, top=kind.top, color=kind.color)

    return widget, {}


widgets.register(Steps, _steps)
widgets.register(Drawn, _drawn)
