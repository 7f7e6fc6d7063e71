"""Optimal transport between two weighted clouds of vectors: costs, masses, and a plan by one of five solvers."""

from otcore.transport.batched import Plans, relative_epsilon, sinkhorn
from otcore.transport.costs import cost_matrix
from otcore.transport.masses import inverse_frequency_masses, norm_masses, uniform_masses
from otcore.transport.problem import Plan, Problem, Solver
from otcore.transport.single import solve

__all__ = [
    "Plan",
    "Plans",
    "Problem",
    "Solver",
    "cost_matrix",
    "inverse_frequency_masses",
    "norm_masses",
    "relative_epsilon",
    "sinkhorn",
    "solve",
    "uniform_masses",
]
