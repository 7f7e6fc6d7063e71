"""Unbalanced transport: mass may be left behind at a price."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from otcore.base.choices import Number, choice
from otcore.transport.logarithms import log_sum_exp
from otcore.transport.problem import Plan, Problem
from otcore.transport.solver import EntropicSolver

_CELLS = 1 << 14  # numbers of a padded batch, of which a step holds a few copies


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
        return self._plan(problem, *self._together([problem])[0])

    def solve_many(self, problems: Sequence[Problem]) -> list[np.ndarray]:
        """The plans of all problems, those of like size solved together; each is the plan that the problem gets alone."""
        every = zip(problems, self._together(problems), strict=True)
        return [_moved(problem, f, g, self.epsilon_of(problem)) for problem, (f, g, _) in every]

    def _penalty(self, problem: Problem) -> float:
        return max(self.penalty * self.unit(problem), 1e-12)

    def _plan(self, problem: Problem, f: np.ndarray, g: np.ndarray, iterations: int) -> Plan:
        a, b = problem.source_mass, problem.target_mass
        epsilon, penalty = self.epsilon_of(problem), self._penalty(problem)
        plan = _moved(problem, f, g, epsilon)
        rows, columns = plan.sum(1), plan.sum(0)
        # at the optimum each marginal is mass · exp(−potential / penalty)
        error = float(np.abs(rows - a * np.exp(-f / penalty)).sum() + np.abs(columns - b * np.exp(-g / penalty)).sum())
        value = float((plan * problem.cost).sum()) + epsilon * _kl(plan, np.outer(a, b)) + penalty * (_kl(rows, a) + _kl(columns, b))
        return Plan(problem, self, plan, value, (f, g), epsilon, iterations, error, error <= self.tolerance)

    def _together(self, problems: Sequence[Problem]) -> list[tuple[np.ndarray, np.ndarray, int]]:
        """f, g and iterations of each problem, in order."""
        found = {}
        ordered = sorted(range(len(problems)), key=lambda k: problems[k].cost.shape)
        for part in _parts(ordered, problems):
            some = [problems[k] for k in part]
            batch = _Batch.of(some, [self.epsilon_of(one) for one in some], [self._penalty(one) for one in some])
            found |= dict(zip(part, batch.potentials(self.tolerance * 1e-2, self.max_iterations), strict=True))
        return [found[k] for k in range(len(problems))]


def _parts(ordered: list[int], problems: Sequence[Problem]) -> list[list[int]]:
    """Places in order, as many together as the second-level cache holds when padded."""
    parts: list[list[int]] = []
    rows = columns = 0
    for place in ordered:
        n, m = problems[place].cost.shape
        rows, columns = max(rows, n), max(columns, m)
        if parts and (len(parts[-1]) + 1) * rows * columns <= _CELLS:
            parts[-1].append(place)
        else:
            parts.append([place])
            rows, columns = n, m
    return parts


@dataclass
class _Batch:
    """P problems padded to n × m by words without mass, and what is fixed for each.

    cost (P, n, m); a (P, n, 1), b (P, 1, m); real: which of the rows are no padding (P, n, 1), of the columns (P, 1, m);
    epsilon, penalty (P, 1, 1); sizes (P, 2); place (P,): of each in the list that they were given in
    """

    cost: np.ndarray
    a: np.ndarray
    b: np.ndarray
    real: tuple[np.ndarray, np.ndarray]
    epsilon: np.ndarray
    penalty: np.ndarray
    sizes: np.ndarray
    place: np.ndarray

    @classmethod
    def of(cls, problems: Sequence[Problem], epsilon: list[float], penalty: list[float]) -> "_Batch":
        sizes = np.array([one.cost.shape for one in problems])
        n, m = sizes.max(0)
        cost, a, b = np.zeros((len(problems), n, m)), np.zeros((len(problems), n, 1)), np.zeros((len(problems), 1, m))
        for k, (one, (rows, columns)) in enumerate(zip(problems, sizes, strict=True)):
            cost[k, :rows, :columns], a[k, :rows, 0], b[k, 0, :columns] = one.cost, one.source_mass, one.target_mass
        real = np.arange(n)[:, None] < sizes[:, :1, None], np.arange(m) < sizes[:, 1:, None]
        strengths = (np.array(one)[:, None, None] for one in (epsilon, penalty))
        return cls(cost, a, b, real, *strengths, sizes, np.arange(len(problems)))

    def potentials(self, still: float, most: int) -> list[tuple[np.ndarray, np.ndarray, int]]:
        """f, g and iterations of each problem, until f moves by at most `still` of the lesser of ε and the penalty, in `most` iterations.

        Log-domain scaling with the translation that settles the total mass at once. Ours, because POT's plain-domain solvers
        overflow at small ε and its stabilised one (0.9.7) diverged there.
        """
        found: list = [None] * len(self.place)
        f, g, iteration = np.zeros_like(self.a), np.zeros_like(self.b), 0
        while len(self.place):
            iteration += 1
            previous = f
            f, g = self._step(g)
            done = np.abs(f - previous).max((1, 2)) <= still * np.minimum(self.epsilon, self.penalty)[:, 0, 0]
            if iteration == most:
                done[:] = True
            if done.any():
                for k in np.flatnonzero(done):
                    n, m = self.sizes[k]
                    found[self.place[k]] = f[k, :n, 0].copy(), g[k, 0, :m].copy(), iteration
                self._keep(~done)
                f, g = f[~done], g[~done]
        return found

    def _step(self, g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        damping = -self.penalty / (self.penalty + self.epsilon) * self.epsilon
        with np.errstate(divide="ignore"):
            log_a, log_b = np.log(self.a), np.log(self.b)
        rows, columns = self.real
        f = np.where(rows, damping * log_sum_exp(log_b + (g - self.cost) / self.epsilon, 2)[:, :, None], 0.0)
        g = np.where(columns, damping * log_sum_exp(log_a + (f - self.cost) / self.epsilon, 1)[:, None, :], 0.0)
        left, right = (self.a * np.exp(-f / self.penalty)).sum((1, 2)), (self.b * np.exp(-g / self.penalty)).sum((1, 2))
        shift = self.penalty / 2 * np.log(left / right)[:, None, None]
        return np.where(rows, f + shift, 0.0), np.where(columns, g - shift, 0.0)

    def _keep(self, some: np.ndarray) -> None:
        for name in ("cost", "a", "b", "epsilon", "penalty", "sizes", "place"):
            setattr(self, name, getattr(self, name)[some])
        self.real = self.real[0][some], self.real[1][some]


def _moved(problem: Problem, f: np.ndarray, g: np.ndarray, epsilon: float) -> np.ndarray:
    """The plan of potentials."""
    masses = problem.source_mass[:, None] * problem.target_mass[None, :]
    return masses * np.exp((f[:, None] + g[None, :] - problem.cost) / epsilon)


def _kl(p: np.ndarray, q: np.ndarray) -> float:
    """Σ p log(p/q) − p + q, with 0 log 0 = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * np.log(p / q), 0.0)
    return float(terms.sum() - p.sum() + q.sum())


SOLVER = Unbalanced
