"""Learn: optimal transport in twelve lessons, one screen each."""

from functools import partial

import streamlit as st

from dashboard import state
from dashboard.pages.learn import controls, view
from dashboard.pages.learn.choices import CHOICES, OVERVIEW
from dashboard.pages.learn.lessons import LESSONS

_TICK = 0.6  # seconds between two steps of a play


def page() -> None:
    """The chosen lesson, or the list of all."""
    chosen = CHOICES.current()
    view.style(chosen.teacher)
    view.bar(chosen.lesson, chosen.teacher)
    if chosen.lesson == OVERVIEW:
        view.overview()
        return
    lesson = LESSONS[chosen.lesson]
    if chosen.play and controls.has_steps(lesson):
        st.fragment(partial(view.playing, lesson, chosen.teacher), run_every=_TICK)()
    else:
        state.put(play=False)
        view.screen(lesson, chosen.teacher)
