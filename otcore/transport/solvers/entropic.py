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
        plans = self._together(problems, [self.epsilon_of(one) for one in problems]).plan.numpy()
        return [plan[: one.cost.shape[0], : one.cost.shape[1]] for plan, one in zip(plans, problems, strict=True)]

    def solved(self, problems: Sequence[Problem], epsilon: float) -> list[Plan]:
        """Problems solved together at an absolute ε, whole."""
        found = self._together(problems, [epsilon] * len(problems))
        return [self._plan(problem, found, k) for k, problem in enumerate(problems)]

    def _together(self, problems: Sequence[Problem], epsilon: list[float]) -> Plans:
        """Problems of different sizes, padded into one batch in float64."""
        import torch

        from otcore.transport.batched import sinkhorn

        pad = torch.nn.utils.rnn.pad_sequence
        a, b = (pad([torch.from_numpy(getattr(one, side)) for one in problems], True) for side in ("source_mass", "target_mass"))
        cost = a.new_zeros(len(problems), a.shape[1], b.shape[1])
        for row, one in zip(cost, problems, strict=True):
            row[: one.cost.shape[0], : one.cost.shape[1]] = torch.from_numpy(one.cost)
        # masses are given to 1e-6, which is more than some tolerances
        a, b = a / a.sum(1, keepdim=True), b / b.sum(1, keepdim=True)
        settings = {"tolerance": self.tolerance, "max_iterations": self.max_iterations}
        return sinkhorn(cost, a, b, torch.tensor(epsilon, dtype=cost.dtype), **settings)

    def _plan(self, problem: Problem, found: Plans, k: int) -> Plan:
        n, m = problem.cost.shape
        potentials = (found.f[k, :n].numpy(), found.g[k, :m].numpy())
        numbers = (float(found.epsilon[k]), int(found.iterations[k]), float(found.marginal_error[k]), bool(found.converged[k]))
        return Plan(problem, self, found.plan[k, :n, :m].numpy(), float(found.value[k]), potentials, *numbers)


SOLVER = Entropic
