"""Playground: any two small distributions, any cost, every solver."""

import streamlit as st

from dashboard.pages.playground import controls, view
from dashboard.pages.playground.choices import CHOICES
from dashboard.pages.playground.clouds import read_clouds, solve_all


def page() -> None:
    """Two clouds, the settings, and what every solver makes of them."""
    st.header("Playground", anchor=False)
    st.caption("Two small clouds of weighted points, any cost, all solvers side by side. The lessons say what the words mean.")
    controls.clouds()
    controls.settings()
    chosen = CHOICES.current()
    both = read_clouds(chosen.first, chosen.second)
    view.answers(both, solve_all(*both, chosen.cost, epsilon=chosen.epsilon, penalty=chosen.penalty, mass=chosen.mass))
