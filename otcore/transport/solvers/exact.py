"""Exact transport: the linear programme."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from otcore.transport.problem import Plan, Problem, marginal_error
from otcore.transport.solver import Solver
from otcore.transport.threads import on_threads, quietly


@dataclass(frozen=True, kw_only=True)
class Exact(Solver):
    """The cheapest plan there is, by network simplex.

    source: Bonneel et al. 2011, through POT's `ot.emd`
    """

    name: ClassVar[str] = "exact"
    label: ClassVar[str] = "exact (linear programme)"
    rank: ClassVar[int] = 10
    about: ClassVar[str] = "The cheapest plan there is; few cells carry mass."
    formula: ClassVar[str] = r"\min_{\pi \ge 0}\ \langle \pi, C \rangle \quad \pi 1 = a,\ \pi^\top 1 = b"
    reference: ClassVar[str] = "Bonneel et al. 2011"

    def solve(self, problem: Problem) -> Plan:
        """The plan with its dual potentials; a constant added to the cost changes no plan."""
        with quietly():
            return self._solved(problem)

    def solve_many(self, problems: Sequence[Problem]) -> list[np.ndarray]:
        """The plans of all problems, on the threads that are free."""
        return on_threads(self._solved, problems)

    def _solved(self, problem: Problem) -> Plan:
        import ot

        a, b = problem.source_mass, problem.target_mass
        shift = min(problem.cost.min(), 0.0)  # POT gives an empty plan where all costs are below 0
        plan, log = ot.emd(a, b / b.sum() * a.sum(), problem.cost - shift, numItermax=1_000_000, log=True)
        error = marginal_error(plan, a, b)
        fine = log["warning"] is None and error <= max(self.tolerance, 1e-9)
        value = float((plan * problem.cost).sum())
        return Plan(problem, self, plan, value, (log["u"] + shift, log["v"]), 0.0, 0, error, fine)


SOLVER = Exact
