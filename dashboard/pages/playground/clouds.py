"""The playground's mathematics: points from text, and every solver on the same two clouds, timed. No Streamlit."""

import functools
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from otcore.base.errors import InputError
from otcore.transport.costs import cost_matrix
from otcore.transport.problem import Plan, Problem
from otcore.transport.solvers import SOLVERS, make_solver, solve

MOST_POINTS = 60
_LARGEST = 1e6
_SHAPES = {"alpha": 0.5, "rounds": 100}  # the clouds' shapes count as much as their places
_TOLERANCE = 1e-4  # L1 marginal error: a cloud's transport to itself converges slowly, and the page must answer at once


@dataclass(frozen=True)
class Cloud:
    """rows (n, d + 1): points (n, d) with d 1 or 2, then weights (n,) as written; masses (n,) are the same with sum 1."""

    rows: np.ndarray

    @property
    def points(self) -> np.ndarray:
        return self.rows[:, :-1]

    @property
    def weights(self) -> np.ndarray:
        return self.rows[:, -1]

    @property
    def masses(self) -> np.ndarray:
        return self.weights / self.weights.sum()


@dataclass(frozen=True)
class Solved:
    """One solver's answer and the seconds it took."""

    kind: str
    plan: Plan
    seconds: float


def read_cloud(text: str, what: str) -> Cloud:
    """A cloud from one point a line (or between semicolons): “x weight” or “x y weight”.

    raises: InputError   no point, too many, something that is no number, mixed lengths, a weight below 0 or none above 0
    """
    rows = [re.split(r"[\s,]+", line.strip()) for line in re.split(r"[;\n]", text) if line.strip()]
    if not rows:
        raise InputError(f"{what} is empty; write at least one point as “x weight” or “x y weight”.")
    if len(rows) > MOST_POINTS:
        raise InputError(f"{what} has {len(rows)} points; the playground takes up to {MOST_POINTS}.")
    if len({len(row) for row in rows}) > 1 or len(rows[0]) not in (2, 3):
        raise InputError(f"{what} needs two or three numbers a line, the same for all: “x weight” or “x y weight”.")
    try:
        numbers = np.array([[float(cell) for cell in row] for row in rows])
    except ValueError:
        raise InputError(f"{what} holds something that is not a number; write numbers with a point, such as 0.5.") from None
    if not np.isfinite(numbers).all() or np.abs(numbers).max() > _LARGEST:
        raise InputError(f"{what} holds a number that is too large; stay within a million.")
    if (numbers[:, -1] < 0).any() or numbers[:, -1].sum() <= 0:
        raise InputError(f"{what} needs weights from 0 up, at least one above 0.")
    return Cloud(numbers)


def read_clouds(first: str, second: str) -> tuple[Cloud, Cloud]:
    """Both clouds.

    raises: InputError   what `read_cloud` refuses, or clouds of different dimension
    """
    both = read_cloud(first, "First cloud"), read_cloud(second, "Second cloud")
    if both[0].points.shape[1] != both[1].points.shape[1]:
        raise InputError("One cloud lies on a line and the other in the plane; give both the same number of coordinates.")
    return both


def cloud_text(numbers: np.ndarray) -> str:
    """The text of rows (n, d + 1), weights last, as `read_cloud` takes it."""
    return "; ".join(" ".join(f"{value:g}" for value in row) for row in numbers)


def edited(clouds: Sequence[Cloud], edit: Mapping[str, Any]) -> tuple[int, Cloud]:
    """Which cloud an edit by hand changes, and what it becomes.

    edit  : `act`, one of "add", "move", "weigh", "remove"; `side`, 0 or 1; `place` of a point there; `x`, `y`; `weight`
    raises: InputError   the cloud has MOST_POINTS already, or would have no point with a weight
    """
    side, act = int(edit["side"]), edit["act"]
    rows = clouds[side].rows.copy()
    if act == "add":
        return side, _with_point(rows, edit)
    place = int(edit["place"])
    if act == "move":
        rows[place, :-1] = _at(rows, edit)
    elif act == "weigh":
        rows[place, -1] = edit["weight"]
    else:
        rows = np.delete(rows, place, 0)
    if not rows[:, -1].sum() > 0:
        raise InputError("A cloud needs a point with a weight; add another before this one goes.")
    return side, Cloud(rows)


def _with_point(rows: np.ndarray, edit: Mapping[str, Any]) -> Cloud:
    """One point more; where one lies there already its weight grows."""
    here = np.flatnonzero((np.abs(rows[:, :-1] - _at(rows, edit)) < 1e-9).all(1))
    if len(here):
        rows[here[0], -1] += edit["weight"]
        return Cloud(rows)
    if len(rows) >= MOST_POINTS:
        raise InputError(f"The cloud has {MOST_POINTS} points, the most the playground takes; remove one first.")
    return Cloud(np.vstack([rows, [*_at(rows, edit), edit["weight"]]]))


def _at(rows: np.ndarray, edit: Mapping[str, Any]) -> np.ndarray:
    return np.array([float(edit["x"]), float(edit["y"])])[: rows.shape[1] - 1]


def solve_all(first: Cloud, second: Cloud, cost: str, *, epsilon: float, penalty: float, mass: float) -> list[Solved]:
    """Every solver there is on the same problem, ε and the penalty in mean costs; each takes the settings that it has.

    raises: InputError   all costs 0, where ε is counted in them
    """
    import torch

    _load_solvers()
    x, y = torch.from_numpy(first.points), torch.from_numpy(second.points)
    matrix = cost_matrix(x, y, cost)
    own = [cost_matrix(side, side, cost).numpy() for side in (x, y)]
    settings = {"epsilon": epsilon, "relative": True, "penalty": penalty, "mass": mass} | _SHAPES
    answers = []
    for kind in SOLVERS:
        solver = make_solver(kind, **settings, tolerance=_TOLERANCE, max_iterations=2_000)
        shifted = matrix - matrix.min().clamp(max=0) if solver.asks_whether else matrix  # a gain has no meaning there
        problem = Problem(shifted.numpy(), first.masses, second.masses, *own, *own)
        if problem.mean_cost <= 0:
            raise InputError("All costs are 0: move a point, or choose another cost.")
        start = time.perf_counter()
        plan = solve(problem, solver)
        answers.append(Solved(kind, plan, time.perf_counter() - start))
    return answers


@functools.cache
def _load_solvers() -> None:
    """Loads what solvers load when they are first used, which is no part of the time they take."""
    cost = 1 - np.eye(2)
    problem = Problem(cost, np.full(2, 0.5), np.full(2, 0.5), cost, cost)
    for kind in SOLVERS:
        make_solver(kind).solve(problem)
