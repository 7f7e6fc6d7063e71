"""Fused Gromov–Wasserstein: agreement with POT's, its two ends, and what it does to sentences."""

import warnings

import numpy as np
import ot
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import problems

from otcore.transport.masses import uniform_masses
from otcore.transport.problem import Problem
from otcore.transport.solvers import make_solver, solve
from otcore.transport.structure import distortion, neighbourhood


def shaped(cost, a, b, seed: int) -> Problem:
    """With distances of random points on each side for a structure."""
    random = np.random.default_rng(seed)
    sides = [random.random((count, 2)) for count in cost.shape]
    return Problem(cost, a, b, None, None, *(np.linalg.norm(side[:, None] - side[None], axis=2) for side in sides))


@settings(max_examples=60, deadline=None)
@given(problems(12), st.integers(0, 999), st.floats(0.01, 0.99), st.sampled_from([0.2, 0.5, 1.0]))
def test_the_objective_is_that_of_pots_entropic_fused_gromov_wasserstein(item, seed, alpha, epsilon):
    problem = shaped(*item, seed)
    a, b = problem.source_mass, problem.target_mass
    start = solve(problem, make_solver("entropic", epsilon=epsilon, tolerance=1e-9)).plan
    plan = solve(problem, make_solver("fused", alpha=alpha, epsilon=epsilon, rounds=300, tolerance=1e-9))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # POT says so where it has failed
        try:
            other, log = ot.gromov.entropic_fused_gromov_wasserstein(
                *(problem.cost, problem.source_structure, problem.target_structure, a, b),
                *("square_loss", epsilon, True, alpha, start),
                max_iter=300,
                tol=1e-10,
                log=True,
                numItermax=5_000,
                stopThr=1e-10,
            )
        except UserWarning:
            assume(False)
    own = plan.value - epsilon * float((plan.plan * np.log(plan.plan / np.outer(a, b))).sum())
    assert own == pytest.approx(log["fgw_dist"], abs=1e-4)
    np.testing.assert_allclose(plan.plan, other, atol=1e-4)


@settings(max_examples=40)
@given(problems(14, idle=True), st.sampled_from([0.05, 0.5]))
def test_without_weight_it_is_the_entropic_plan(item, epsilon):
    problem = Problem(*item)
    fused, plain = (solve(problem, make_solver(name, alpha=0.0, epsilon=epsilon, relative=True)) for name in ("fused", "entropic"))
    np.testing.assert_array_equal(fused.plan, plain.plan)
    assert fused.value == pytest.approx(plain.value, abs=1e-6)


@settings(max_examples=40)
@given(problems(12), st.floats(0.01, 1), st.integers(1, 4))
def test_it_moves_all_mass_and_many_are_as_one(item, alpha, rounds):
    problem, solver = Problem(*item), make_solver("fused", alpha=alpha, rounds=rounds, epsilon=0.2, relative=True)
    plan = solve(problem, solver)
    assert plan.converged
    np.testing.assert_allclose(plan.plan.sum(1), problem.source_mass, atol=1e-6)
    np.testing.assert_allclose(plan.plan.sum(0), problem.target_mass, atol=1e-6)
    for other in solver.solve_many([problem, Problem(problem.cost.T, problem.target_mass, problem.source_mass), problem])[::2]:
        np.testing.assert_array_equal(other, plan.plan)


@settings(max_examples=30)
@given(problems(10), st.floats(0.02, 0.98))
def test_the_plan_is_stationary_and_its_potentials_are_of_the_whole_derivative(item, alpha):
    """Where the rounds have settled, π = a⊗b · exp((f⊕g − derivative)/ε) for the derivative at π itself."""
    problem, solver = Problem(*item), make_solver("fused", alpha=alpha, rounds=500, epsilon=1.0, relative=True, tolerance=1e-8)
    plan = solve(problem, solver)
    f, g = plan.potentials
    implied = np.outer(problem.source_mass, problem.target_mass) * np.exp(
        (f[:, None] + g - solver.derivative(problem, plan.plan)) / plan.epsilon
    )
    assert np.abs(implied - plan.plan).sum() < 1e-6


def test_structure_alone_finds_the_order():
    """A sentence against itself: whatever the words cost, at α 1 the plan that keeps distances is the identity or its mirror image."""
    apart = np.abs(np.subtract.outer(np.arange(6), np.arange(6))) / 6
    mass = np.array([1, 2, 3, 4, 5, 6]) / 21  # which tells the two ends apart
    problem = Problem(np.ones((6, 6)), mass, mass, None, None, apart, apart)
    plan = solve(problem, make_solver("fused", alpha=1.0, epsilon=0.001, rounds=1000, max_iterations=100_000))
    assert plan.plan.argmax(1).tolist() == list(range(6))
    assert distortion(apart, apart, np.diag(mass)) == pytest.approx(0, abs=1e-12)


def test_the_distortion_is_the_sum_over_pairs_of_cells():
    random = np.random.default_rng(0)
    d, e = (side + side.T for side in (random.random((3, 3)), random.random((4, 4))))
    plan = random.random((3, 4))
    every = np.ndindex(3, 4, 3, 4)
    assert distortion(d, e, plan) == pytest.approx(sum((d[i, k] - e[j, h]) ** 2 * plan[i, j] * plan[k, h] for i, j, k, h in every))


def test_neighbours_decide_between_equal_words():
    """“the … the”: one word twice on each side, with vectors alike; its neighbours say which is whose."""
    cost = np.full((4, 4), 0.8)
    cost[0, 0], cost[2, 2] = 0.1, 0.1  # two content words, each before its particle
    cost[1, 1] = cost[1, 3] = cost[3, 1] = cost[3, 3] = 0.2
    problem = Problem(cost, uniform_masses(4), uniform_masses(4))
    plain, fused = (solve(problem, make_solver(name, epsilon=0.1, alpha=0.2, relative=True)).plan for name in ("entropic", "fused"))
    assert plain[1, 1] == pytest.approx(plain[1, 3])
    assert fused[1, 1] > 1.2 * fused[1, 3]
    assert fused[3, 3] > 1.2 * fused[3, 1]


def test_nearness_falls_by_e_over_the_reach():
    near = neighbourhood(5, 2.0)
    assert near[0].tolist() == pytest.approx([0, 1, np.exp(-0.5), np.exp(-1), np.exp(-1.5)])
    np.testing.assert_array_equal(near, near.T)
