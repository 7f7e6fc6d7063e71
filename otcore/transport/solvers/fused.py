"""Fused Gromov–Wasserstein: transport that also keeps neighbours together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from otcore.base.choices import Number, choice
from otcore.transport.problem import Plan, Problem
from otcore.transport.solver import Dial
from otcore.transport.solvers.entropic import Entropic, settled_masses
from otcore.transport.structure import agreement, constant, distortion, neighbourhood

if TYPE_CHECKING:
    from otcore.transport.batched import Solution

ALPHAS = (0.0, 0.02, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_BETWEEN = 1e-3  # tolerance of the rounds before the last where they are few: the next one makes the plan anew
_FEW = 10


@dataclass(frozen=True, kw_only=True)
class Fused(Entropic):
    """The entropic plan whose cost is lowered where neighbours send mass to neighbours, in rounds: each solves with the cost that the
    plan before it implies, the first without structure. Few rounds are the linearised form; with many the plan settles in a stationary
    point of the whole problem, by projected gradient steps as POT's `ot.gromov.entropic_fused_gromov_wasserstein` takes them.

    alpha : weight of the structure, from 0, the entropic plan itself, to 1, structure alone
    reach : places over which being a neighbour fades, where the structure is the order of the points
    rounds: most rounds after the first; a plan that has settled ends them
    source: Vayer et al. 2020; Peyré, Cuturi & Solomon 2016 for the steps
    """

    name: ClassVar[str] = "fused"
    label: ClassVar[str] = "fused Gromov–Wasserstein"
    rank: ClassVar[int] = 25
    about: ClassVar[str] = "The entropic plan, cheaper where a word's neighbours go to its partner's neighbours."
    formula: ClassVar[str] = (
        r"\min_{\pi}\ (1-\alpha)\langle \pi, C \rangle + \alpha \textstyle\sum (D_{ik} - E_{jl})^2 \pi_{ij}\pi_{kl} "
        r"+ \varepsilon\,\mathrm{KL}(\pi \,\|\, a \otimes b)"
    )
    reference: ClassVar[str] = "Vayer et al. 2020"

    dials: ClassVar[Mapping[str, Dial]] = Entropic.dials | {
        "alpha": Dial("α", "how much neighbours count", ("words alone", "order alone"), ALPHAS, ALPHAS)
    }

    alpha: float = choice(
        0.07,
        Number(0, 1, dial=(0.0, 1.0, 0.01)),
        "α, weight of structure",
        "0: words alone decide. Larger: a word rather goes where its neighbours go; at 1 only the order of the words counts.",
    )
    reach: float = choice(
        2.0,
        Number(0, above=True, dial=(0.1, 5.0, 0.1)),
        "Reach of neighbours",
        "Over how many places being a neighbour fades: small for the words next to it alone.",
    )
    rounds: int = choice(
        2,
        Number(1, 1000, whole=True, offered=(1, 2, 3, 5, 10, 100)),
        "Rounds",
        "How often the cost is recomputed from the plan; with 100 nearly every plan has settled.",
    )

    def _together(self, problems: Sequence[Problem], epsilon: Sequence[float]) -> list[Solution]:
        """Every round for all problems at once; what has settled is left out of the rounds that follow."""
        from otcore.transport.batched import sinkhorn_each

        if not self.alpha:
            return super()._together(problems, epsilon)
        few = self.rounds < _FEW
        between = max(self.tolerance, _BETWEEN) if few else self.tolerance
        masses, linear = [settled_masses(one) for one in problems], [(1 - self.alpha) * one.cost for one in problems]
        shapes, left = [self._shapes(one) for one in problems], list(range(len(problems)))

        def solved(costs: Sequence[np.ndarray], tolerance: float) -> list[Solution]:
            parts = [(cost, *masses[k]) for k, cost in zip(left, costs, strict=True)]
            return sinkhorn_each(parts, [epsilon[k] for k in left], tolerance=tolerance, max_iterations=self.max_iterations)

        found = solved([one.cost for one in problems], between)
        for done in range(1, self.rounds + 1):
            costs = [linear[k] - 4 * self.alpha * shapes[k][2] * agreement(*shapes[k][:2], found[k].plan) for k in left]
            moving = []
            for k, new in zip(left, solved(costs, self.tolerance if done == self.rounds else between), strict=True):
                if few or np.abs(new.plan - found[k].plan).sum() > self.tolerance:
                    moving.append(k)
                found[k] = replace(new, iterations=new.iterations + found[k].iterations)
            left = moving
        return found

    def _plan(self, problem: Problem, epsilon: float, found: Solution) -> Plan:
        """With what the whole objective comes to: a round's own value is that of its linearised cost."""
        both = np.outer(problem.source_mass, problem.target_mass)
        live = found.plan > 0
        divergence = float((found.plan[live] * np.log(found.plan[live] / both[live])).sum())
        torn = distortion(*self.structures(problem), found.plan)
        value = (1 - self.alpha) * float((found.plan * problem.cost).sum()) + self.alpha * torn + epsilon * divergence
        # the rounds left out what depends on a row or a column alone, which moves the potentials and no plan
        sides = zip(self.structures(problem), (problem.source_mass, problem.target_mass), (found.f, found.g), strict=True)
        f, g = (potential + 2 * self.alpha * (shape * shape) @ mass for shape, mass, potential in sides)
        return super()._plan(problem, epsilon, replace(found, value=value, f=f, g=g))

    def structures(self, problem: Problem) -> tuple[np.ndarray, np.ndarray]:
        """(n, n), (m, m): those of the problem itself, or of the order of its points: there a word whose neighbours all go to its partner's
        neighbours is cheaper by α mean costs for each of them, however long the sentences are."""
        d, e, squared = self._shapes(problem)
        return np.sqrt(squared) * d, np.sqrt(squared) * e

    def _shapes(self, problem: Problem) -> tuple[np.ndarray, np.ndarray, float]:
        """The structures, and the square of what they have to be multiplied by."""
        if problem.source_structure is not None and problem.target_structure is not None:
            return problem.source_structure, problem.target_structure, 1.0
        n, m = problem.cost.shape
        return neighbourhood(n, self.reach), neighbourhood(m, self.reach), np.sqrt(n * m) * problem.mean_cost / 4

    def derivative(self, problem: Problem, plan: np.ndarray) -> np.ndarray:
        """(n, m) of the objective without its entropic term, at a plan: what the next round takes for its cost, but for what depends on the
        row or the column alone."""
        d, e = self.structures(problem)
        fixed = constant(d, e, problem.source_mass, problem.target_mass)
        return (1 - self.alpha) * problem.cost + 2 * self.alpha * (fixed - 2 * agreement(d, e, plan))


SOLVER = Fused
