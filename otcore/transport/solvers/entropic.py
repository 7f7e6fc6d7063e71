"""Entropic transport: Sinkhorn's iterations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from otcore.transport.problem import Plan, Problem
from otcore.transport.solver import EntropicSolver

if TYPE_CHECKING:
    from otcore.transport.batched import Solution


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
        return [found.plan for found in self._together(problems, [self.epsilon_of(one) for one in problems])]

    def sweep(self, problem: Problem, name: str, values: Sequence[float]) -> list[np.ndarray]:
        """Those at several ε together, as one batch."""
        if name != "epsilon":
            return super().sweep(problem, name, values)
        strengths = [replace(self, epsilon=one).epsilon_of(problem) for one in values]
        return [found.plan for found in self._together([problem] * len(strengths), strengths)]

    def solved(self, problems: Sequence[Problem], epsilon: float) -> list[Plan]:
        """Problems solved together at an absolute ε, whole."""
        every = zip(problems, self._together(problems, [epsilon] * len(problems)), strict=True)
        return [self._plan(problem, epsilon, found) for problem, found in every]

    def _together(self, problems: Sequence[Problem], epsilon: Sequence[float]) -> list[Solution]:
        from otcore.transport.batched import sinkhorn_each

        parts = [(one.cost, *settled_masses(one)) for one in problems]
        return sinkhorn_each(parts, epsilon, tolerance=self.tolerance, max_iterations=self.max_iterations)

    def _plan(self, problem: Problem, epsilon: float, found: Solution) -> Plan:
        numbers = (epsilon, found.iterations, found.marginal_error, found.converged)
        return Plan(problem, self, found.plan, found.value, (found.f, found.g), *numbers)


def settled_masses(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Both masses with a sum of 1: they are given to 1e-6, which is more than some tolerances."""
    return problem.source_mass / problem.source_mass.sum(), problem.target_mass / problem.target_mass.sum()


SOLVER = Entropic
