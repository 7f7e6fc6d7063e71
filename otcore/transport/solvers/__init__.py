"""Solvers of one transport problem, one a file; `SOLVERS` finds them. A solver is a frozen dataclass of its settings."""

from typing import Any

from otcore.base.choices import member
from otcore.base.registry import Registry
from otcore.transport.problem import Plan, Problem
from otcore.transport.solver import Solver

SOLVERS = Registry(__name__, "SOLVER")


def make_solver(name: str, **settings: Any) -> Solver:
    """A solver by name; settings that it does not have are left out, so that solvers can be compared under one set of them.

    raises: InputError   no solver of that name, or a value out of range
    """
    return member(SOLVERS, name, settings)


def solve(problem: Problem, solver: Solver) -> Plan:
    """Solves one problem.

    raises: ValueError   what the solver needs is not in the problem
    """
    return solver.solve(problem)
