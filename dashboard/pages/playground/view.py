"""What the playground shows: every solver's answer in a table, and the plan of one of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.kit import widgets
from dashboard.kit.figures.large import enlarged
from dashboard.pages.playground import controls
from dashboard.pages.playground.board import board
from dashboard.pages.playground.choices import CHOICES
from dashboard.pages.playground.clouds import Cloud, Solved
from dashboard.pages.playground.figures import plan_matrix

_CHART = {"displaylogo": False, "displayModeBar": False}


def solver() -> None:
    """Whose plan is drawn."""
    widgets.draw(CHOICES, "shown", format_func=str, on_change=None)  # it chooses what is shown, not what the others take


def drawn(clouds: Sequence[Cloud], solved: Sequence[Solved], teacher: bool) -> None:
    """The clouds and the chosen solver's plan, to drag."""
    click = controls.clicks()
    board(clouds, _plan(solved), click, controls.take, tall="max(15rem, calc(100vh - 13rem))" if teacher else "25rem")


def answers(clouds: Sequence[Cloud], solved: Sequence[Solved], teacher: bool) -> None:
    """All answers in numbers, the chosen one as a matrix."""
    name, plan = state.get(CHOICES.key("shown")), _plan(solved)
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("All solvers", anchor=False)
        _table(solved)
    figure = plan_matrix(clouds, plan, name)
    alt = f"The {name} plan as a matrix, {plan.shape[0]} by {plan.shape[1]}."
    right.plotly_chart(enlarged(figure) if teacher else figure, key="pg_matrix", config=_CHART, alt=alt)


def _plan(solved: Sequence[Solved]) -> np.ndarray:
    name = state.get(CHOICES.key("shown"))
    return next(answer.plan.plan for answer in solved if answer.kind == name)


def _table(solved: Sequence[Solved]) -> None:
    rows = [
        {
            "solver": answer.kind,
            "value": answer.plan.value,
            "⟨π, C⟩": answer.plan.transport_cost,
            "mass moved": float(answer.plan.plan.sum()),
            "marginal error": f"{answer.plan.marginal_error:.1e}",
            "iterations": str(answer.plan.iterations or "–"),
            "time (ms)": 1000 * answer.seconds,
            "converged": answer.plan.converged,
        }
        for answer in solved
    ]
    digits = {"value": 4, "⟨π, C⟩": 4, "mass moved": 4, "time (ms)": 2}
    columns = {name: st.column_config.NumberColumn(name, format=f"%.{count}f") for name, count in digits.items()}
    alt = "Every solver's value, cost, moved mass, marginal error and time"
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns, alt=alt)
