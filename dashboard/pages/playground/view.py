"""The parts of the playground: two clouds as numbers or as tables, every solver side by side."""

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.kit.explain import explain
from dashboard.kit.theme import BLUE, ORANGE
from dashboard.pages.learn.figures.clouds import Group, cloud
from dashboard.pages.learn.figures.matrices import matrix
from dashboard.pages.playground.clouds import MOST_POINTS, SIDES, Cloud, Solved, cloud_text, read_cloud, solve_all
from dashboard.pages.playground.drawing import drawing
from otcore.base.errors import InputError
from otcore.transport.costs import COSTS
from otcore.transport.solver import EPSILONS
from otcore.transport.solvers import SOLVERS

_CHART = {"displaylogo": False, "displayModeBar": False}
_COSTS = {
    "cosine": "cosine, 1 − cos", "euclidean": "Euclidean, ‖x − y‖", "sqeuclidean": "squared, ½‖x − y‖²", "dot": "dot product, −⟨x, y⟩",
}  # fmt: skip


def page() -> None:
    """Two clouds, the settings, and what every solver makes of them."""
    st.header("Playground", anchor=False)
    st.caption("Two small clouds of weighted points, any cost, all solvers side by side. The lessons say what the words mean.")
    _clouds()
    _settings()
    try:
        first, second = (read_cloud(state.get(key), name) for key, name in SIDES)
        answers = solve_all(
            first, second, state.get("pg_cost"),
            epsilon=state.get("pg_epsilon"), penalty=state.get("pg_penalty"), mass=state.get("pg_mass"),
        )  # fmt: skip
    except InputError as error:
        explain(error)
        return
    _answers(first, second, answers)


def _clouds() -> None:
    st.segmented_control(
        "Enter points as", ["numbers", "table", "drawing"], key="pg_form", required=True,
        help="Numbers: paste “x weight” or “x y weight”, one point a line. Table: edit, add and delete rows. Drawing: click.",
    )  # fmt: skip
    if state.get("pg_form") == "drawing":
        drawing()
        return
    for column, (key, name) in zip(st.columns(2, gap="medium"), SIDES, strict=True):
        with column:
            if state.get("pg_form") == "numbers":
                st.text_area(name, key=key, height=110, max_chars=2_000, help="One point a line or between semicolons, the weight last.")
            else:
                _table(key, name)
            st.button("Random points", key=f"random_{key}", on_click=_random, args=(key,))


def _table(key: str, name: str) -> None:
    """The cloud as rows to edit; what is edited becomes the text, so that the address holds it."""
    try:
        now = read_cloud(state.get(key), name)
    except InputError as error:
        explain(error)
        return
    columns = ["x", "y", "weight"] if now.points.shape[1] == 2 else ["x", "weight"]
    rows = pd.DataFrame(np.column_stack([now.points, now.weights]), columns=columns)
    st.caption(name)
    edited = st.data_editor(rows, num_rows="dynamic", hide_index=True, key=f"table_{key}_{state.get(key)}", height=180).dropna()
    text = cloud_text(edited.to_numpy(dtype=float))
    if text != cloud_text(rows.to_numpy()):
        state.put(**{key: text})
        st.rerun()


def _random(key: str) -> None:
    random = np.random.default_rng()
    points = random.normal(size=(6, 2)).round(2) + (2 if key == "pg_second" else 0)
    state.put(**{key: cloud_text(np.column_stack([points, random.integers(1, 5, 6)]))})


def _settings() -> None:
    columns = st.columns(4)
    columns[0].selectbox("Cost", COSTS, key="pg_cost", format_func=_COSTS.get)
    columns[1].select_slider("ε (mean costs)", EPSILONS, key="pg_epsilon")
    columns[2].slider("KL penalty (mean costs)", 0.01, 10.0, step=0.01, key="pg_penalty")
    columns[3].slider("Mass that partial moves", 0.05, 1.0, step=0.05, key="pg_mass")


def _answers(first: Cloud, second: Cloud, answers: list[Solved]) -> None:
    table = pd.DataFrame(
        {
            "solver": [answer.kind for answer in answers],
            "value": [answer.plan.value for answer in answers],
            "⟨π, C⟩": [answer.plan.transport_cost for answer in answers],
            "mass moved": [float(answer.plan.plan.sum()) for answer in answers],
            "marginal error": [f"{answer.plan.marginal_error:.1e}" for answer in answers],
            "iterations": [str(answer.plan.iterations or "–") for answer in answers],
            "time (ms)": [1000 * answer.seconds for answer in answers],
            "converged": [answer.plan.converged for answer in answers],
        }
    )
    formats = {name: st.column_config.NumberColumn(name, format="%.4f") for name in ("value", "⟨π, C⟩", "mass moved")}
    formats["time (ms)"] = st.column_config.NumberColumn("time (ms)", format="%.2f")
    st.dataframe(table, hide_index=True, column_config=formats, alt="Every solver's value, cost, moved mass, marginal error and time")
    st.segmented_control("Show the plan of", list(SOLVERS), key="pg_shown", required=True)
    shown = next(answer for answer in answers if answer.kind == state.get("pg_shown"))
    left, right = st.columns(2, gap="medium")
    with left:
        st.plotly_chart(
            _picture(first, second, shown), key="pg_cloud", config=_CHART, alt=f"Both clouds with the {shown.kind} plan as lines."
        )
    with right:
        names = [[f"{letter}{k + 1}" for k in range(len(side.points))] for letter, side in (("a", first), ("b", second))]
        figure = matrix(
            shown.plan.plan,
            *names,
            title=f"The {shown.kind} plan",
            unit="mass",
            axes=("first cloud", "second cloud"),
            blank_zero=True,
            height=400,
        )
        st.plotly_chart(
            figure, key="pg_matrix", config=_CHART, alt=f"The {shown.kind} plan as a matrix, {len(names[0])} by {len(names[1])}."
        )


def _picture(first: Cloud, second: Cloud, shown: Solved):
    """The clouds in the plane; clouds on a line are drawn one over the other."""
    places = [
        side.points if side.points.shape[1] == 2 else np.column_stack([side.points, np.full(len(side.points), height)])
        for side, height in ((first, 1.0), (second, 0.0))
    ]
    sizes = [(8 + 26 * np.sqrt(side.masses)).tolist() for side in (first, second)]
    few = max(len(side.points) for side in (first, second)) <= MOST_POINTS // 3
    labels = [[f"{letter}{k + 1}" for k in range(len(side.points) if few else 0)] for letter, side in (("a", first), ("b", second))]
    groups = (
        Group("first cloud", places[0], BLUE, "circle", sizes[0], labels[0]),
        Group("second cloud", places[1], ORANGE, "diamond", sizes[1], labels[1], below=True),
    )
    return cloud(groups, title="Clouds and plan; size is weight, width is mass", plan=(shown.plan.plan, *places))
