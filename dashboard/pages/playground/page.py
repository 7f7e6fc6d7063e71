"""Playground: any two small distributions, any cost, every solver."""

import streamlit as st

from dashboard.kit import teaching
from dashboard.kit.explain import explain
from dashboard.pages.playground import controls, view
from dashboard.pages.playground.choices import CHOICES
from dashboard.pages.playground.clouds import read_clouds, solve_all
from otcore.base.errors import InputError


def page() -> None:
    """Two clouds with the plan between them, what can be changed beside it, and what every solver makes of them."""
    teacher = teaching.style()
    head, switch = st.columns([5, 2], vertical_alignment="bottom")
    with head:
        st.title("Playground", anchor=False)
        st.markdown(
            "Drag the points and see the transport follow. Two small clouds, any cost, all solvers; the lessons say what the words mean."
        )
    with switch:
        teaching.toggle()
    drawing, beside = st.columns([3, 2], gap="medium")
    chosen = CHOICES.current()
    try:
        both = read_clouds(chosen.first, chosen.second)
        solved = solve_all(*both, chosen.cost, epsilon=chosen.epsilon, penalty=chosen.penalty, mass=chosen.mass)
    except InputError as error:
        with drawing:
            explain(error)
        both = None
    with beside:
        if both:
            view.solver()
        controls.settings()
        controls.clouds(readable=both is not None)
    if both:
        with drawing:
            view.drawn(both, solved, teacher)
        view.answers(both, solved, teacher)
