"""Partial transport: only a share of the mass moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from otcore.base.choices import Number, choice
from otcore.transport.problem import Plan, Problem
from otcore.transport.solver import Solver
from otcore.transport.threads import on_threads, quietly


@dataclass(frozen=True, kw_only=True)
class Partial(Solver):
    """Exact transport of a share of the mass; the rest stays where it is cheapest to leave it.

    mass  : share of the mass that moves, in (0, 1]
    source: Chapel et al. 2020, through POT's dummy points
    """

    name: ClassVar[str] = "partial"
    label: ClassVar[str] = "partial"
    rank: ClassVar[int] = 50
    about: ClassVar[str] = "A fixed share of the mass moves, as cheaply as can be."
    formula: ClassVar[str] = r"\min_{\pi \ge 0}\ \langle \pi, C \rangle \quad \pi 1 \le a,\ \pi^\top 1 \le b,\ 1^\top \pi 1 = s"
    reference: ClassVar[str] = "Chapel et al. 2020"
    asks_whether: ClassVar[bool] = True

    mass: float = choice(
        0.8,
        Number(0, 1, above=True, dial=(0.05, 1.0, 0.05)),
        "Mass that moves",
        "Share of all mass; the rest stays where it is cheapest to leave it.",
    )

    def solve(self, problem: Problem) -> Plan:
        """The plan, without potentials; the error is mass above the masses, and total mass missed."""
        with quietly():
            return self._solved(problem)

    def solve_many(self, problems: Sequence[Problem]) -> list[np.ndarray]:
        """The plans of all problems, on the threads that are free."""
        return on_threads(self._solved, problems)

    def _solved(self, problem: Problem) -> Plan:
        import ot

        a, b = problem.source_mass, problem.target_mass
        mass = min(self.mass, a.sum(), b.sum())
        # POT's dummy points are free, and pairs of them cost a little more than the dearest cell: costs must be above 0 for that to
        # mean anything. A common shift changes the value by shift · mass and the plan not at all.
        span = float(np.ptp(problem.cost))
        shift = float(problem.cost.min()) - (span if span > 0 else 1.0)
        plan, log = ot.partial.partial_wasserstein(a, b, problem.cost - shift, m=mass, nb_dummies=5, log=True)
        over = np.clip(plan.sum(1) - a, 0, None).sum() + np.clip(plan.sum(0) - b, 0, None).sum()
        error = float(over + abs(plan.sum() - mass))
        fine = log.get("warning") is None and error <= max(self.tolerance, 1e-9)
        return Plan(problem, self, plan, float((plan * problem.cost).sum()), None, 0.0, 0, error, fine)


SOLVER = Partial
