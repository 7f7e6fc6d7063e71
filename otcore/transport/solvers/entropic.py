"""Entropic transport: Sinkhorn's iterations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from otcore.transport.problem import Plan, Problem
from otcore.transport.solver import EntropicSolver

if TYPE_CHECKING:
    from otcore.transport.batched import Plans


@dataclass(frozen=True, kw_only=True)
class Entropic(EntropicSolver):
    """The cheapest plan among those that are not too sharp.

    source: Cuturi 2013; one problem and many are solved alike, by `otcore.transport.batched`
    """

    name: ClassVar[str] = "entropic"
    label: ClassVar[str] = "entropic (Sinkhorn)"
    rank: ClassVar[int] = 20
    about: ClassVar[str] = "A soft plan: every word sends a little everywhere, the more the larger ε."
    formula: ClassVar[str] = r"\min_{\pi}\ \langle \pi, C \rangle + \varepsilon\,\mathrm{KL}(\pi \,\|\, a \otimes b)"
    reference: ClassVar[str] = "Cuturi 2013"

    def solve(self, problem: Problem) -> Plan:
        """The plan with its potentials."""
        return self.solved([problem], self.epsilon_of(problem))[0]

    def solve_many(self, problems: Sequence[Problem]) -> list[np.ndarray]:
        """The plans of all problems, solved together; each is the plan that the problem gets alone."""
        from otcore.transport.batched import solve_problems

        plans = solve_problems(problems, [self.epsilon_of(one) for one in problems], self.tolerance, self.max_iterations).plan.numpy()
        return [plan[: one.cost.shape[0], : one.cost.shape[1]] for plan, one in zip(plans, problems, strict=True)]

    def solved(self, problems: Sequence[Problem], epsilon: float) -> list[Plan]:
        """Problems solved together at an absolute ε, whole."""
        from otcore.transport.batched import solve_problems

        found = solve_problems(problems, [epsilon] * len(problems), self.tolerance, self.max_iterations)
        return [self._plan(problem, found, k) for k, problem in enumerate(problems)]

    def _plan(self, problem: Problem, found: Plans, k: int) -> Plan:
        n, m = problem.cost.shape
        potentials = (found.f[k, :n].numpy(), found.g[k, :m].numpy())
        numbers = (float(found.epsilon[k]), int(found.iterations[k]), float(found.marginal_error[k]), bool(found.converged[k]))
        return Plan(problem, self, found.plan[k, :n, :m].numpy(), float(found.value[k]), potentials, *numbers)


SOLVER = Entropic
