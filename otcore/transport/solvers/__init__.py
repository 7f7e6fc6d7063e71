"""Solvers of one transport problem, one a file; `SOLVERS` finds them. A solver is a frozen dataclass of its settings."""

from typing import Any

from otcore.base.choices import member
from otcore.base.registry import Registry
from otcore.transport.problem import Plan, Problem
from otcore.transport.solver import Dial, Solver

SOLVERS = Registry(__name__, "SOLVER")


def make_solver(name: str, **settings: Any) -> Solver:
    """A solver by name; settings that it does not have are left out, so that solvers can be compared under one set of them.

    raises: InputError   no solver of that name, or a value out of range

    >>> from otcore import make_solver
    >>> make_solver("entropic", epsilon=0.1).epsilon
    0.1
    """
    return member(SOLVERS, name, settings)


def dials() -> dict[str, Dial]:
    """The dials of all solvers, by name."""
    return {name: dial for solver in SOLVERS.values() for name, dial in solver.dials.items()}


def solve(problem: Problem, solver: Solver) -> Plan:
    """Solves one problem.

    raises: ValueError   what the solver needs is not in the problem

    >>> from otcore import Problem, make_solver, solve
    >>> plan = solve(Problem([[0, 1], [1, 0]], [0.5, 0.5], [0.25, 0.75]), make_solver("exact"))
    >>> plan.plan.tolist(), plan.value
    ([[0.25, 0.25], [0.0, 0.5]], 0.25)
    """
    return solver.solve(problem)
