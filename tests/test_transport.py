"""Single problems by every solver: agreement with POT, closed forms, laws, and what each plan says of itself."""

import warnings

import numpy as np
import ot
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import problems

from otcore.transport.costs import COSTS, cost_matrix
from otcore.transport.masses import inverse_frequency_masses, norm_masses, uniform_masses
from otcore.transport.problem import Problem
from otcore.transport.solvers import SOLVERS, make_solver, solve


def with_selves(cost, a, b):
    """A problem that every solver takes; the self costs are those of a metric on the line."""
    n, m = cost.shape
    line = lambda k: np.abs(np.arange(k)[:, None] - np.arange(k)[None, :]) / k  # noqa: E731
    return Problem(cost, a, b, line(n), line(m))


@settings(max_examples=60)
@given(problems(14, idle=True), st.sampled_from(list(SOLVERS)), st.sampled_from([0.05, 0.5]))
def test_every_plan_carries_what_it_promises(item, kind, epsilon):
    problem = with_selves(*item)
    plan = solve(problem, make_solver(kind, epsilon=epsilon, relative=True))
    assert plan.plan.shape == problem.cost.shape
    assert (plan.plan >= 0).all()
    assert plan.converged == (plan.marginal_error <= 1e-6)
    assert plan.converged or epsilon == 0.05, "only small ε may need more iterations than it gets"
    assert plan.transport_cost == pytest.approx((plan.plan * problem.cost).sum())
    assert (plan.potentials is None) == (kind == "partial")
    assert ((plan.source_left >= 0) & (plan.source_left <= 1)).all()
    if kind in ("exact", "entropic", "debiased") and plan.converged:
        np.testing.assert_allclose(plan.plan.sum(1), problem.source_mass, atol=1e-6)
        np.testing.assert_allclose(plan.plan.sum(0), problem.target_mass, atol=1e-6)
        assert plan.source_left.max() < 1e-4 or problem.source_mass.min() < 1e-3


@given(problems(15))
def test_exact_is_optimal_and_complementary(item):
    cost, a, b = item
    plan = solve(Problem(cost, a, b), make_solver("exact"))
    assert plan.value == pytest.approx(ot.emd2(a, b, cost), abs=1e-9)
    f, g = plan.potentials
    slack = cost - f[:, None] - g[None, :]
    assert slack.min() > -1e-8
    assert (plan.plan * slack).sum() == pytest.approx(0, abs=1e-8)
    assert f @ a + g @ b == pytest.approx(plan.value, abs=1e-8)


def test_exact_on_the_line_is_the_sorted_matching():
    x, y = np.array([3.0, 1.0, 2.0]), np.array([12.0, 11.0, 13.0])
    plan = solve(Problem(np.abs(x[:, None] - y[None, :]), uniform_masses(3), uniform_masses(3)), make_solver("exact"))
    assert plan.value == pytest.approx(10)


def test_two_by_two_entropic_closed_form():
    """C = [[0, c], [c, 0]] with uniform masses: the off-diagonal mass is ½ / (1 + exp(c/ε))."""
    for ratio in (0.5, 1.0, 3.0):
        plan = solve(
            Problem(np.array([[0, ratio], [ratio, 0.0]]), uniform_masses(2), uniform_masses(2)), make_solver("entropic", epsilon=1.0)
        )
        assert plan.plan[0, 1] == pytest.approx(0.5 / (1 + np.exp(ratio)), abs=1e-7)


@settings(max_examples=25)
@given(problems(12), st.sampled_from([0.1, 0.5]))
def test_entropic_value_is_pots(item, epsilon):
    cost, a, b = item
    plan = solve(Problem(cost, a, b), make_solver("entropic", epsilon=epsilon, tolerance=1e-8))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = ot.solve(cost, a, b, reg=epsilon, max_iter=2_000, tol=1e-9)
    assume(plan.converged and np.abs(other.plan.sum(0) - b).sum() < 1e-7)
    assert plan.value == pytest.approx(other.value, abs=1e-5)
    np.testing.assert_allclose(plan.plan, other.plan, atol=1e-5)
    f, g = plan.potentials
    np.testing.assert_allclose(a[:, None] * b * np.exp((f[:, None] + g - cost) / epsilon), plan.plan, atol=1e-9)


@settings(max_examples=20)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 10_000), st.sampled_from(["cosine", "euclidean", "sqeuclidean", "dot"]))
def test_the_divergence_is_zero_on_itself_and_positive_elsewhere(n, m, seed, kind):
    """Feydy et al. 2019: S_ε(α, α) = 0, S_ε ≥ 0, symmetric."""
    random = np.random.default_rng(seed)
    x, y = (torch.from_numpy(random.normal(size=(k, 5))) for k in (n, m))
    matrix = lambda p, q: cost_matrix(p, q, kind).numpy()  # noqa: E731
    solver = make_solver("debiased", epsilon=0.3, tolerance=1e-7)
    same = solve(Problem(matrix(x, x), uniform_masses(n), uniform_masses(n), matrix(x, x), matrix(x, x)), solver)
    assert same.value == pytest.approx(0, abs=1e-5)
    there = solve(Problem(matrix(x, y), uniform_masses(n), uniform_masses(m), matrix(x, x), matrix(y, y)), solver)
    back = solve(Problem(matrix(y, x), uniform_masses(m), uniform_masses(n), matrix(y, y), matrix(x, x)), solver)
    assert there.value == pytest.approx(back.value, abs=1e-5)
    assert there.value > -1e-5


@settings(max_examples=25)
@given(problems(10))
def test_unbalanced_agrees_with_pot_and_tends_to_balanced(item):
    cost, a, b = item
    plan = solve(Problem(cost, a, b), make_solver("unbalanced", epsilon=0.1, penalty=0.5))
    other = ot.unbalanced.sinkhorn_unbalanced(a, b, cost, 0.1, 0.5, numItermax=5_000, stopThr=1e-12, c=np.outer(a, b))
    np.testing.assert_allclose(plan.plan, other, atol=1e-5)
    tight = solve(Problem(cost, a, b), make_solver("unbalanced", epsilon=0.1, penalty=1e3))
    np.testing.assert_allclose(tight.plan.sum(1), a, atol=1e-2)


@given(problems(12), st.floats(0.05, 1))
def test_partial_moves_the_mass_it_was_told_to(item, mass):
    cost, a, b = item
    plan = solve(Problem(cost, a, b), make_solver("partial", mass=mass))
    assert plan.plan.sum() == pytest.approx(mass, abs=1e-7)
    assert (plan.plan.sum(1) <= a + 1e-8).all()
    assert plan.value <= solve(Problem(cost, a, b), make_solver("exact")).value * mass + 1e-7


@settings(max_examples=40)
@given(problems(12), st.sampled_from(["exact", "entropic", "unbalanced", "partial"]), st.floats(0.2, 20))
def test_relative_strengths_follow_the_unit_of_the_cost(item, kind, factor):
    cost, a, b = item
    solver = make_solver(kind, epsilon=0.2, relative=True)
    one, other = (solve(Problem(scale * cost, a, b), solver) for scale in (1.0, factor))
    assert other.transport_cost == pytest.approx(factor * one.transport_cost, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("constant", [0.0, -2.0, 3.0])
def test_partial_moves_its_mass_also_where_all_costs_are_equal(constant):
    plan = solve(Problem(np.full((3, 4), constant), uniform_masses(3), uniform_masses(4)), make_solver("partial", mass=0.5))
    assert plan.plan.sum() == pytest.approx(0.5, abs=1e-9)
    assert plan.converged


@given(problems(12), st.sampled_from([-5.0, -1.0, 2.0]), st.floats(0.1, 0.9))
def test_partial_takes_a_constant_of_the_cost_for_no_reason_to_move_otherwise(item, constant, mass):
    cost, a, b = item
    one, other = (solve(Problem(cost + shift, a, b), make_solver("partial", mass=mass)) for shift in (0.0, constant))
    assert other.plan.sum() == pytest.approx(mass, abs=1e-7)
    assert other.value == pytest.approx(one.value + constant * mass, abs=1e-6)


@settings(max_examples=30)
@given(st.lists(problems(15), min_size=2, max_size=6), st.sampled_from(["entropic", "debiased", "unbalanced", "exact", "partial"]))
def test_a_problem_gets_the_plan_alone_that_it_gets_among_others(items, kind):
    solver = make_solver(kind, epsilon=0.01, relative=True, max_iterations=400)  # too few to settle, where rounding would show most
    together = [with_selves(*item) for item in items]
    for plan, problem in zip(solver.solve_many(together), together, strict=True):
        np.testing.assert_allclose(plan, solve(problem, solver).plan, atol=1e-6)


@pytest.mark.parametrize("kind", ["exact", "partial", "unbalanced", "entropic"])
def test_many_problems_of_all_sizes_are_solved_together_as_each_alone(kind):
    """More than one batch or chunk of them, so that several threads have some; words without mass too."""
    random, solver, items = np.random.default_rng(0), make_solver(kind, epsilon=0.1), []
    for _ in range(60):
        n, m = random.integers(1, 40, 2)
        a, b = random.random(n), random.random(m)
        a[1:] *= random.random(n - 1) < 0.8
        items.append(Problem(random.random((n, m)), a / a.sum(), b / b.sum()))
    for plan, problem in zip(solver.solve_many(items), items, strict=True):
        np.testing.assert_allclose(plan, solve(problem, solver).plan, atol=1e-9)


def test_a_dot_product_may_be_negative_and_partial_still_works():
    cost = np.array([[-3.0, -1.0], [-1.0, -2.0]])
    plan = solve(Problem(cost, uniform_masses(2), uniform_masses(2)), make_solver("partial", mass=0.5))
    assert plan.value == pytest.approx(-1.5)
    assert plan.plan[0, 0] == pytest.approx(0.5)


@given(problems(10), st.sampled_from([-40.0, -3.0, 5.0]))
def test_exact_adds_a_constant_of_the_cost_to_the_value_only(item, constant):
    cost, a, b = item
    one, other = (solve(Problem(cost + shift, a, b), make_solver("exact")) for shift in (0.0, constant))
    assert other.converged
    assert other.value == pytest.approx(one.value + constant, abs=1e-8)
    f, g = other.potentials
    assert (f[:, None] + g[None, :] <= cost + constant + 1e-8).all()
    assert f @ a + g @ b == pytest.approx(other.value, abs=1e-8)


def test_costs():
    x, y = torch.tensor([[3.0, 4.0], [0.0, 0.0]]), torch.tensor([[3.0, 4.0], [-3.0, -4.0], [0.0, 2.0]])
    assert cost_matrix(x, y, "cosine")[0].tolist() == pytest.approx([0, 2, 0.2])
    assert cost_matrix(x, y, "cosine")[1].tolist() == pytest.approx([1, 1, 1])
    assert cost_matrix(x, y, "euclidean")[0].tolist() == pytest.approx([0, 10, 13**0.5])
    assert cost_matrix(x, y, "sqeuclidean")[0].tolist() == pytest.approx([0, 50, 6.5])
    assert cost_matrix(x, y, "dot")[0].tolist() == pytest.approx([-25, 25, -8])
    for kind in COSTS:
        assert cost_matrix(x[None].expand(2, 2, 2), y[None].expand(2, 3, 2), kind).shape == (2, 2, 3)
    with pytest.raises(ValueError, match="same dimension"):
        cost_matrix(x, torch.ones(2, 3))
    with pytest.raises(ValueError, match="one of"):
        cost_matrix(x, y, "manhattan")


@pytest.mark.parametrize("kind", COSTS)
def test_the_gradient_of_a_cost_is_that_of_its_differences(kind):
    """Both clouds of a batch, one of them shared by it; where two points are one the distance has no gradient, and gets none."""
    x = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64, requires_grad=True)
    y = torch.randn(1, 5, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda p, q: cost_matrix(p, q, kind), (x, y))
    cost_matrix(x, x, kind).sum().backward()
    assert torch.isfinite(x.grad).all()


@settings(max_examples=60)
@given(
    st.integers(0, 10_000),
    st.sampled_from([0.0, 3.0, 1e3]),
    st.sampled_from([1e-4, 1.0, 1e4]),
    st.sampled_from(["far", "near", "equal", "padded"]),
)
def test_single_precision_keeps_the_digits_of_small_distances(seed, shift, scale, kind):
    """Products are quicker than differences and lose what is small beside the lengths: here nothing is lost, wherever the clouds lie."""
    make = torch.Generator().manual_seed(seed)
    x, y = (scale * torch.randn(2, n, 8, generator=make) for n in (6, 9))
    if kind == "near":
        y[:, :6] = x + 1e-3 * y[:, :6]
    elif kind == "equal":
        y[:, 3:9] = x
    elif kind == "padded":
        x[:, 2:], y[:, 3:] = 0, 0
    x, y = (cloud + scale * shift for cloud in (x, y))
    found = cost_matrix(x, y, "euclidean")
    exact = (x.double()[:, :, None] - y.double()[:, None]).norm(dim=-1)
    torch.testing.assert_close(found.double(), exact, rtol=2e-6, atol=0)


def test_masses():
    assert norm_masses(np.array([[3.0, 4.0], [0.0, 15.0]])).tolist() == pytest.approx([0.25, 0.75])
    assert norm_masses(np.zeros((2, 3))).tolist() == [0.5, 0.5]
    weights = inverse_frequency_masses([0.05, 0.0, 0.01])
    assert weights.sum() == pytest.approx(1)
    assert weights[1] > weights[2] > weights[0]
    assert weights[1] / weights[2] == pytest.approx(2)
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        inverse_frequency_masses([2.0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: make_solver("magic"), "one of"),
        (lambda: make_solver("entropic", epsilon=0), "epsilon must be"),
        (lambda: make_solver("entropic", epsilon=float("nan")), "epsilon must be"),
        (lambda: make_solver("partial", mass=1.5), "mass must be"),
        (lambda: make_solver("entropic", max_iterations=0), "max_iterations"),
        (lambda: Problem(np.ones((2, 2)), np.ones(3) / 3, np.ones(2) / 2), "needs 2 and 2 masses"),
        (lambda: Problem(np.full((2, 2), np.nan), np.ones(2) / 2, np.ones(2) / 2), "finite"),
        (lambda: Problem(np.ones((2, 2)), np.ones(2), np.ones(2) / 2), "source masses"),
        (lambda: solve(Problem(np.ones((2, 2)), np.ones(2) / 2, np.ones(2) / 2), make_solver("debiased")), "within each cloud"),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
