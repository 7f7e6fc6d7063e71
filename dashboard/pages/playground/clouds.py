"""The playground's mathematics: points from text, and every solver on the same two clouds, timed. No Streamlit."""

import re
import time
from dataclasses import dataclass

import numpy as np
import torch

from otcore.base.errors import InputError
from otcore.transport.costs import cost_matrix
from otcore.transport.problem import Plan, Problem
from otcore.transport.solvers import SOLVERS, make_solver, solve

MOST_POINTS = 60
SIDES = (("pg_first", "First cloud"), ("pg_second", "Second cloud"))  # where each is kept, and its name
_LARGEST = 1e6
_TOLERANCE = 1e-4  # L1 marginal error: a cloud's transport to itself converges slowly, and the page must answer at once


@dataclass(frozen=True)
class Cloud:
    """points (n, d) with d 1 or 2; weights (n,) as written, masses (n,) the same with sum 1."""

    points: np.ndarray
    weights: np.ndarray

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
    return Cloud(numbers[:, :-1], numbers[:, -1])


def cloud_text(numbers: np.ndarray) -> str:
    """The text of rows (n, d + 1), weights last, as `read_cloud` takes it."""
    return "; ".join(" ".join(f"{value:g}" for value in row) for row in numbers)


def with_point(cloud: Cloud, place: np.ndarray, weight: float) -> Cloud:
    """The cloud with one point more, at a place (d,); where one lies there already its weight grows.

    raises: InputError   it has MOST_POINTS already
    """
    here = np.flatnonzero((np.abs(cloud.points - place) < 1e-9).all(1))
    if len(here):
        weights = cloud.weights.copy()
        weights[here[0]] += weight
        return Cloud(cloud.points, weights)
    if len(cloud.points) >= MOST_POINTS:
        raise InputError(f"The cloud has {MOST_POINTS} points, the most the playground takes; remove one first.")
    return Cloud(np.vstack([cloud.points, place]), np.append(cloud.weights, weight))


def without_point(cloud: Cloud, index: int) -> Cloud:
    """The cloud without one of its points.

    raises: InputError   it has no other with a weight
    """
    left = Cloud(np.delete(cloud.points, index, 0), np.delete(cloud.weights, index))
    if not left.weights.sum() > 0:
        raise InputError("A cloud needs a point with a weight; draw another before this one goes.")
    return left


def solve_all(first: Cloud, second: Cloud, cost: str, *, epsilon: float, penalty: float, mass: float) -> list[Solved]:
    """Every solver on the same problem, ε and the penalty in mean costs.

    raises: InputError   clouds of different dimension, or all costs 0 where ε is counted in them
    """
    if first.points.shape[1] != second.points.shape[1]:
        raise InputError("One cloud lies on a line and the other in the plane; give both the same number of coordinates.")
    x, y = torch.from_numpy(first.points), torch.from_numpy(second.points)
    matrix = cost_matrix(x, y, cost)
    own = [cost_matrix(side, side, cost).numpy() for side in (x, y)]
    answers = []
    for kind in SOLVERS:
        shifted = matrix - matrix.min().clamp(max=0) if kind in ("unbalanced", "partial") else matrix  # a gain has no meaning there
        problem = Problem(shifted.numpy(), first.masses, second.masses, *own)
        if problem.mean_cost <= 0:
            raise InputError("All costs are 0: move a point, or choose another cost.")
        solver = make_solver(kind, epsilon=epsilon, relative=True, penalty=penalty, mass=mass, tolerance=_TOLERANCE, max_iterations=2_000)
        start = time.perf_counter()
        plan = solve(problem, solver)
        answers.append(Solved(kind, plan, time.perf_counter() - start))
    return answers
