"""Unbalanced transport: mass may be left behind at a price."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from otcore.base.choices import Number, choice
from otcore.transport.logarithms import log_sum_exp
from otcore.transport.problem import Plan, Problem
from otcore.transport.solver import EntropicSolver


@dataclass(frozen=True, kw_only=True)
class Unbalanced(EntropicSolver):
    """Entropic, with Kullback–Leibler penalties in place of the marginals.

    penalty: weight of the KL terms, in the unit of ε (relative too where ε is)
    source : Chizat et al. 2018; translation of the potentials Séjourné et al. 2022
    """

    name: ClassVar[str] = "unbalanced"
    label: ClassVar[str] = "unbalanced (KL)"
    rank: ClassVar[int] = 40
    about: ClassVar[str] = "Words without a partner keep their mass, at a price."
    formula: ClassVar[str] = (
        r"\min_{\pi}\ \langle \pi, C \rangle + \varepsilon\,\mathrm{KL}(\pi \,\|\, a \otimes b) "
        r"+ \rho\,\mathrm{KL}(\pi 1 \,\|\, a) + \rho\,\mathrm{KL}(\pi^\top 1 \,\|\, b)"
    )
    reference: ClassVar[str] = "Chizat et al. 2018"
    asks_whether: ClassVar[bool] = True

    penalty: float = choice(
        0.5,
        Number(0, above=True, dial=(0.01, 10.0, 0.01)),
        "KL penalty",
        "What it costs to leave mass behind, in the unit of ε. Small: bad words stay unmatched.",
    )

    def solve(self, problem: Problem) -> Plan:
        """The plan with its potentials; the error is the distance of its marginals from those that the potentials imply."""
        a, b = problem.source_mass, problem.target_mass
        epsilon, penalty = self.epsilon_of(problem), max(self.penalty * self.unit(problem), 1e-12)
        f, g, iterations = self._potentials(problem.cost, a, b, epsilon, penalty)
        plan = a[:, None] * b[None, :] * np.exp((f[:, None] + g[None, :] - problem.cost) / epsilon)
        rows, columns = plan.sum(1), plan.sum(0)
        # at the optimum each marginal is mass · exp(−potential / penalty)
        error = float(np.abs(rows - a * np.exp(-f / penalty)).sum() + np.abs(columns - b * np.exp(-g / penalty)).sum())
        value = float((plan * problem.cost).sum()) + epsilon * _kl(plan, np.outer(a, b)) + penalty * (_kl(rows, a) + _kl(columns, b))
        return Plan(problem, self, plan, value, (f, g), epsilon, iterations, error, error <= self.tolerance)

    def _potentials(
        self, cost: np.ndarray, a: np.ndarray, b: np.ndarray, epsilon: float, penalty: float
    ) -> tuple[np.ndarray, np.ndarray, int]:
        """Log-domain scaling with the translation that settles the total mass at once. Ours, because POT's plain-domain solvers
        overflow at small ε and its stabilised one (0.9.7) diverged there."""
        damping = -penalty / (penalty + epsilon) * epsilon
        with np.errstate(divide="ignore"):
            log_a, log_b = np.log(a)[:, None], np.log(b)[None, :]
        f, g, iteration = np.zeros(len(a)), np.zeros(len(b)), 0
        while iteration < self.max_iterations:
            iteration += 1
            previous = f + 0
            f = damping * log_sum_exp(log_b + (g[None, :] - cost) / epsilon, 1)
            g = damping * log_sum_exp(log_a + (f[:, None] - cost) / epsilon, 0)
            shift = penalty / 2 * np.log((a @ np.exp(-f / penalty)) / (b @ np.exp(-g / penalty)))
            f, g = f + shift, g - shift
            if np.abs(f - previous).max() <= self.tolerance * 1e-2 * min(epsilon, penalty):
                break
        return f, g, iteration


def _kl(p: np.ndarray, q: np.ndarray) -> float:
    """Σ p log(p/q) − p + q, with 0 log 0 = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * np.log(p / q), 0.0)
    return float(terms.sum() - p.sum() + q.sum())


SOLVER = Unbalanced
