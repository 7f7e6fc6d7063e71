"""Problem and plan: frozen values that carry everything needed to judge a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from otcore.transport.solver import Solver


@dataclass(frozen=True)
class Problem:
    """Two weighted clouds and what it costs to move between them.

    cost        : (n, m) float64, finite
    source_mass : (n,) non-negative, sums to 1
    target_mass : (m,) non-negative, sums to 1
    source_self, target_self : (n, n), (m, m) costs within each cloud; only the debiased solver needs them
    source_structure, target_structure : (n, n), (m, m) symmetric, how the points of each cloud lie to each other, in any unit that both
                  share; the fused solver compares them, and makes its own of the points' order where there are none

    >>> from otcore import Problem
    >>> Problem([[0, 1], [1, 0]], [0.5, 0.5], [0.5, 0.5]).mean_cost
    0.5
    """

    cost: np.ndarray
    source_mass: np.ndarray
    target_mass: np.ndarray
    source_self: np.ndarray | None = None
    target_self: np.ndarray | None = None
    source_structure: np.ndarray | None = None
    target_structure: np.ndarray | None = None

    def __post_init__(self) -> None:
        optional = ("source_self", "target_self", "source_structure", "target_structure")
        for name in ("cost", "source_mass", "target_mass", *optional):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), dtype=np.float64))
        n, m = self.cost.shape
        if self.source_mass.shape != (n,) or self.target_mass.shape != (m,):
            raise ValueError(
                f"A cost of shape {self.cost.shape} needs {n} and {m} masses. "
                f"Received {self.source_mass.shape} and {self.target_mass.shape}."
            )
        if not np.isfinite(self.cost).all():
            raise ValueError("The cost must be finite. Received NaN or infinity.")
        for side, mass in (("source", self.source_mass), ("target", self.target_mass)):
            if (mass < 0).any() or not abs(mass.sum() - 1) <= 1.1e-5:
                raise ValueError(f"The {side} masses must be non-negative and sum to 1. Received a sum of {mass.sum()}.")

    @property
    def mean_cost(self) -> float:
        """The cost of the independent plan, ⟨a bᵀ, C⟩ in absolute value: the unit of a relative ε."""
        return float(self.source_mass @ np.abs(self.cost) @ self.target_mass)


@dataclass(frozen=True)
class Plan:
    """A solved problem.

    problem, solver  : what was solved, and how
    plan             : (n, m) non-negative
    value            : what the solver minimises: ⟨π, C⟩ for exact and partial; ⟨π, C⟩ + ε KL(π‖a⊗b) for entropic; the same
                       less half of both self terms for debiased; with the KL penalties for unbalanced; with the structure term for fused
    potentials       : dual variables f (n,) and g (m,), or None where the solver has none; π = a⊗b · exp((f⊕g − C)/ε) for
                       entropic and debiased, and for fused with the cost of its last round; up to a constant moved from f to g
    epsilon          : the absolute ε used, 0 for exact and partial
    iterations       : of the solver; 0 where it does not count them
    marginal_error   : L1 distance of the plan's marginals from what the problem asks for: the masses; for partial, mass above
                       them and total mass missed; for unbalanced, the marginals the potentials imply
    converged        : marginal_error is at most the tolerance, and the solver said nothing else
    """

    problem: Problem
    solver: Solver
    plan: np.ndarray
    value: float
    potentials: tuple[np.ndarray, np.ndarray] | None
    epsilon: float
    iterations: int
    marginal_error: float
    converged: bool

    @property
    def transport_cost(self) -> float:
        """⟨π, C⟩, without any regularisation."""
        return float((self.plan * self.problem.cost).sum())

    @property
    def source_left(self) -> np.ndarray:
        """(n,) share of each source word's mass that stays unmoved, in [0, 1]; nearly 0 for balanced solvers."""
        return _left(self.plan.sum(1), self.problem.source_mass)

    @property
    def target_left(self) -> np.ndarray:
        """(m,) the same for the target words."""
        return _left(self.plan.sum(0), self.problem.target_mass)


def marginal_error(plan: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    """‖π1 − a‖₁ + ‖πᵀ1 − b‖₁."""
    return float(np.abs(plan.sum(1) - a).sum() + np.abs(plan.sum(0) - b).sum())


def _left(moved: np.ndarray, mass: np.ndarray) -> np.ndarray:
    return np.clip(1 - np.divide(moved, mass, out=np.ones_like(mass), where=mass > 0), 0, 1)
