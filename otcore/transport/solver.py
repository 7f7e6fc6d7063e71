"""What every solver has in common."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from otcore.base.choices import Flag, Number, check, choice
from otcore.transport.problem import Plan, Problem

# ε on a logarithmic slider, three steps a factor of about two
EPSILONS = tuple(float(f"{10 ** (k / 10):.2g}") for k in range(-30, 11))


@dataclass(frozen=True)
class Dial:
    """A setting of a solver over which a plan is followed.

    sign  : of the setting; label: what moving it does; ends: what its least and its greatest value are, in a word
    swept : values of a curve over it, in order; filmed: of a film, some of the range that the eye can tell apart
    ratios: whether its values lie apart by ratio, not by difference
    """

    sign: str
    label: str
    ends: tuple[str, str]
    swept: tuple[float, ...]
    filmed: tuple[float, ...]
    ratios: bool = False


@dataclass(frozen=True, kw_only=True)
class Solver(ABC):
    """How a problem is solved. A subclass adds its settings as choices and says what people read about it.

    name, label : in files and addresses, and for people; `rank`: its place in lists
    about       : one line on what it does; formula: LaTeX of what it minimises; reference: where it is from
    needs_self_costs : whether the problem must bring the costs within each cloud
    asks_whether     : whether it weighs moving against leaving, so that a cost below 0 has no meaning: such costs are shifted up to 0
    has_epsilon      : whether it is entropic
    dials            : name → dial of the settings that a plan can be followed over
    tolerance        : L1 marginal error at which the iterations stop
    max_iterations   : where they stop all the same, with `converged` False
    """

    name: ClassVar[str]
    label: ClassVar[str]
    rank: ClassVar[int]
    about: ClassVar[str]
    formula: ClassVar[str]
    reference: ClassVar[str]
    needs_self_costs: ClassVar[bool] = False
    asks_whether: ClassVar[bool] = False
    has_epsilon: ClassVar[bool] = False
    dials: ClassVar[Mapping[str, Dial]] = {}

    tolerance: float = 1e-6
    max_iterations: int = 10_000

    def __post_init__(self) -> None:
        check(self)
        if not (math.isfinite(self.tolerance) and self.tolerance > 0 and self.max_iterations >= 1):
            given = f"{self.tolerance} and {self.max_iterations}"
            raise ValueError(f"tolerance must be above 0 and max_iterations at least 1. Received {given}.")

    @abstractmethod
    def solve(self, problem: Problem) -> Plan:
        """The plan of one problem."""

    def solve_many(self, problems: Sequence[Problem]) -> list[np.ndarray]:
        """The plans (n, m) of many problems, in order; a solver that can solve them at once does so here."""
        return [self.solve(problem).plan for problem in problems]

    def sweep(self, problem: Problem, name: str, values: Sequence[float]) -> list[np.ndarray]:
        """The plans (n, m) of one problem at several values of one of the solver's settings."""
        return [replace(self, **{name: value}).solve(problem).plan for value in values]


@dataclass(frozen=True, kw_only=True)
class EntropicSolver(Solver):
    """What solvers with an entropic term share: ε, and the unit it is counted in."""

    has_epsilon: ClassVar[bool] = True
    dials: ClassVar[Mapping[str, Dial]] = {
        "epsilon": Dial("ε", "how far words spread", ("sharp", "spread"), EPSILONS[::4], EPSILONS[10:31], ratios=True)
    }

    epsilon: float = choice(
        0.05,
        Number(0, above=True, stops=EPSILONS),
        "ε, entropic strength",
        "Small: sharp and slow. Large: every word goes a little everywhere.",
    )
    relative: bool = choice(
        False,
        Flag(),
        "ε in mean costs",
        "ε and the KL penalty are counted in mean costs of this pair; otherwise in the unit of the cost.",
    )

    def unit(self, problem: Problem) -> float:
        """What 1 stands for in ε and the penalty, in the unit of the cost."""
        return problem.mean_cost if self.relative else 1.0

    def epsilon_of(self, problem: Problem) -> float:
        """The absolute ε of a problem, never below 1e-12."""
        return max(self.epsilon * self.unit(problem), 1e-12)
