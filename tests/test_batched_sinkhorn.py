"""The batched solver against POT and against the laws every entropic plan obeys."""

import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import ot
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import problems

from otcore.transport.batched import relative_epsilon, sinkhorn, sinkhorn_each
from otcore.transport.compiled import code, solving
from otcore.transport.costs import cost_matrix


@pytest.fixture(autouse=True, params=["compiled", "torch"], scope="module")
def engine(request):
    """Every law holds for both."""
    if request.param == "compiled":
        assert code.ready(wait=True), "the kernel could not be made"
        yield
    else:
        kept, solving.ready = solving.ready, lambda: None
        yield
        solving.ready = kept


def batch(items, dtype=torch.float64, width=None):
    """Problems padded into one batch; the padding holds NaN, which must never be read."""
    n, m = width or (max(len(a) for _, a, _ in items), max(len(b) for _, _, b in items))
    cost = torch.full((len(items), n, m), torch.nan, dtype=dtype)
    a, b = torch.zeros(len(items), n, dtype=dtype), torch.zeros(len(items), m, dtype=dtype)
    for k, (c, p, q) in enumerate(items):
        cost[k, : len(p), : len(q)] = torch.from_numpy(c)
        a[k, : len(p)], b[k, : len(q)] = torch.from_numpy(p), torch.from_numpy(q)
    return cost, a, b


@st.composite
def clouds(draw):
    """(cost (n, n), a, a) of a cloud onto itself: cosine, Euclidean or minus the product of its points."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = random.normal(size=(draw(st.integers(1, 25)), 6))
    kind = draw(st.sampled_from(["cosine", "euclidean", "dot"]))
    a = np.exp(random.normal(size=len(x)))
    return cost_matrix(torch.from_numpy(x), torch.from_numpy(x), kind).numpy(), a / a.sum(), a / a.sum()


def by_pot(cost, a, b, epsilon):
    rows, columns = a > 0, b > 0
    plan = np.zeros_like(cost)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        inner, log = ot.sinkhorn(
            a[rows], b[columns], cost[np.ix_(rows, columns)], epsilon,
            method="sinkhorn_log", numItermax=30_000, stopThr=1e-10, log=True,
        )  # fmt: skip
    plan[np.ix_(rows, columns)] = inner
    return plan, log["err"][-1] < 1e-8


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(problems(idle=True), min_size=1, max_size=4), st.sampled_from([0.005, 0.01, 0.03, 0.1, 0.3, 1.0]))
def test_plans_agree_with_pot(items, relative):
    cost, a, b = batch(items)
    epsilon = relative_epsilon(cost, a, b, relative)
    plans = sinkhorn(cost, a, b, epsilon, tolerance=1e-10, max_iterations=100_000)
    for k, (c, p, q) in enumerate(items):
        expected, settled = by_pot(c, p, q, float(epsilon[k]))
        if settled and plans.converged[k]:
            np.testing.assert_allclose(plans.plan[k, : len(p), : len(q)].numpy(), expected, atol=1e-5)
        else:  # at 0.005 mean costs a few problems need more iterations than is sensible: both must say so
            assert relative <= 0.01


@settings(max_examples=25)
@given(st.lists(problems(40), min_size=1, max_size=4), st.sampled_from([0.03, 0.1, 1.0]))
def test_single_precision_agrees_too(items, relative):
    cost, a, b = batch(items, torch.float32)
    plans = sinkhorn(cost, a, b, relative_epsilon(cost, a, b, relative), tolerance=3e-6, max_iterations=50_000)
    exact_cost, exact_a, exact_b = batch(items)
    exact = sinkhorn(
        exact_cost, exact_a, exact_b, relative_epsilon(exact_cost, exact_a, exact_b, relative), tolerance=1e-9, max_iterations=50_000
    )
    np.testing.assert_allclose(plans.plan.double().numpy(), exact.plan.numpy(), atol=1e-5)


@given(st.lists(problems(30, idle=True), min_size=1, max_size=5), st.sampled_from([0.02, 0.1, 0.5]))
def test_marginals_and_what_is_said_of_them(items, relative):
    cost, a, b = batch(items)
    plans = sinkhorn(cost, a, b, relative_epsilon(cost, a, b, relative), tolerance=1e-8, max_iterations=20_000)
    # where subsets of the masses have equal sums the error falls like 1 / iterations, as POT's does: then it must say so
    assert (plans.converged | (plans.iterations == 20_000)).all()
    error = (plans.plan.sum(2) - a).abs().sum(1) + (plans.plan.sum(1) - b).abs().sum(1)
    assert torch.allclose(error, plans.marginal_error, atol=1e-12)
    assert ((error <= 1e-8) == plans.converged).all(), "converged says what it means: at most the tolerance"
    assert (error <= 1e-3).all()
    assert (plans.plan >= 0).all()
    assert (plans.plan[(a == 0)] == 0).all()
    gibbs = torch.einsum(
        "bn,bm,bnm->bnm", a, b, ((plans.f[:, :, None] + plans.g[:, None] - cost.nan_to_num()) / plans.epsilon[:, None, None]).exp()
    )
    assert torch.allclose(gibbs.where(plans.plan > 0, torch.zeros(())), plans.plan, atol=1e-9)


@given(problems(25), st.sampled_from([0.05, 0.3]))
def test_value_is_primal_and_dual(item, relative):
    cost, a, b = batch([item])
    epsilon = relative_epsilon(cost, a, b, relative)
    plans = sinkhorn(cost, a, b, epsilon, tolerance=1e-10, max_iterations=100_000)
    plan = plans.plan[0]
    independent = a[0, :, None] * b[0]
    kl = torch.special.xlogy(plan, plan / independent).sum()
    assert plans.value[0].item() == pytest.approx(((plan * cost[0]).sum() + epsilon[0] * kl).item(), abs=1e-7)
    assert plans.value[0].item() == pytest.approx((a @ plans.f[0] + b @ plans.g[0]).item(), abs=1e-7)
    assert plans.transport_cost[0].item() == pytest.approx((plan * cost[0]).sum().item(), abs=1e-9)


@given(problems(25), st.floats(0.1, 50), st.sampled_from([0.05, 0.3]))
def test_scaling_the_cost_and_epsilon_leaves_the_plan(item, factor, relative):
    cost, a, b = batch([item])
    options = {"tolerance": 1e-9, "max_iterations": 100_000}
    epsilon = relative_epsilon(cost, a, b, relative)
    one, other = sinkhorn(cost, a, b, epsilon, **options), sinkhorn(factor * cost, a, b, factor * epsilon, **options)
    assert torch.allclose(one.plan, other.plan, atol=1e-6)
    assert other.value.item() == pytest.approx(factor * one.value.item(), rel=1e-5, abs=1e-6)


@given(problems(25), st.floats(-3, 3))
def test_a_constant_moves_the_value_and_not_the_plan(item, shift):
    cost, a, b = batch([item])
    one, other = (sinkhorn(c, a, b, 0.1, tolerance=1e-9, max_iterations=50_000) for c in (cost, cost + shift))
    assert torch.allclose(one.plan, other.plan, atol=1e-6)
    assert other.value.item() == pytest.approx(one.value.item() + shift, abs=1e-6)


@given(problems(25))
def test_the_other_direction_is_the_transpose(item):
    cost, a, b = batch([item])
    options = {"tolerance": 1e-10, "max_iterations": 50_000}
    there, back = sinkhorn(cost, a, b, 0.1, **options), sinkhorn(cost.transpose(1, 2), b, a, 0.1, **options)
    assert torch.allclose(there.plan, back.plan.transpose(1, 2), atol=1e-6)


@given(st.lists(problems(20), min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_order_padding_and_company_do_not_matter(items, shuffler):
    alone = [sinkhorn(*batch([item]), 0.1, tolerance=1e-10, max_iterations=10_000) for item in items]
    order = list(range(len(items)))
    shuffler.shuffle(order)
    together = sinkhorn(*batch([items[k] for k in order], width=(37, 41)), 0.1, tolerance=1e-10, max_iterations=10_000)
    for place, k in enumerate(order):
        n, m = items[k][0].shape
        assert torch.allclose(together.plan[place, :n, :m], alone[k].plan[0], atol=1e-6)
        assert together.plan[place].sum() == pytest.approx(1)


@settings(max_examples=30)
@given(st.lists(clouds(), min_size=1, max_size=4), st.sampled_from([0.05, 0.3]))
def test_a_cloud_onto_itself_has_the_symmetric_plan_that_it_has_anyway(items, relative):
    cost, a, b = batch(items)
    epsilon = relative_epsilon(cost, a, b, relative) + 1e-3
    options = {"tolerance": 1e-9, "max_iterations": 3_000}
    plain = sinkhorn(cost, a, b, epsilon, **options)
    alike = sinkhorn(cost, a, b, epsilon, alike=torch.ones(len(items), dtype=torch.bool), **options)
    assert alike.converged[plain.converged].all()
    both = plain.converged
    assert torch.allclose(alike.plan[both], alike.plan[both].transpose(1, 2), atol=1e-6)
    assert torch.allclose(alike.plan[both], plain.plan[both], atol=1e-6)
    assert torch.allclose(alike.value[both], plain.value[both], atol=1e-6)
    error = (alike.plan.sum(2) - a).abs().sum(1) + (alike.plan.sum(1) - b).abs().sum(1)
    assert torch.allclose(error, alike.marginal_error, atol=1e-12)


@given(problems(20))
def test_large_epsilon_tends_to_independence_and_small_to_the_optimum(item):
    cost, a, b = batch([item])
    vague = sinkhorn(cost, a, b, 1e4, tolerance=1e-9)
    assert torch.allclose(vague.plan[0], a[0, :, None] * b[0], atol=1e-4)
    exact = ot.emd2(item[1], item[2], item[0])
    sharp = sinkhorn(cost, a, b, 0.01, tolerance=1e-6, max_iterations=20_000)
    smoothing = 0.01 * float(np.log(max(item[0].shape))) * 2 + 1e-3 * item[0].max()
    assert exact - 1e-3 <= sharp.transport_cost.item() <= exact + smoothing


def test_one_word_on_a_side():
    cost, a, b = batch([(np.array([[3.0]]), np.ones(1), np.ones(1)), (np.array([[1.0, 2.0]]), np.ones(1), np.array([0.25, 0.75]))])
    plans = sinkhorn(cost, a, b, 0.05)
    assert plans.plan[0, 0, 0] == pytest.approx(1)
    assert plans.plan[1, 0].tolist() == pytest.approx([0.25, 0.75])


def test_it_says_when_it_did_not_get_there():
    random = np.random.default_rng(0)
    item = (random.random((30, 30)), np.full(30, 1 / 30), np.full(30, 1 / 30))
    plans = sinkhorn(*batch([item]), 1e-4, tolerance=1e-9, max_iterations=5)
    assert not plans.converged.item()
    assert plans.iterations.item() == 5
    assert torch.isfinite(plans.plan).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"a": torch.tensor([[0.5, 0.6]])}, "sum to 1"),
        ({"a": torch.tensor([[1.5, -0.5]])}, "non-negative"),
        ({"b": torch.ones(1, 3) / 3}, "does not fit"),
        ({"epsilon": 0.0}, "positive"),
        ({"epsilon": float("nan")}, "positive"),
        ({"cost": torch.ones(1, 2, 2, dtype=torch.float16)}, "float32 or float64"),
    ],
)
def test_what_it_refuses(change, message):
    arguments = {"cost": torch.ones(1, 2, 2), "a": torch.ones(1, 2) / 2, "b": torch.ones(1, 2) / 2, "epsilon": 0.1} | change
    with pytest.raises(ValueError, match=message):
        sinkhorn(**arguments)


def test_problems_of_any_sizes_are_solved_as_each_alone_and_by_whom_does_not_matter():
    random = np.random.default_rng(5)
    items = [(random.random((n, m)), np.full(n, 1 / n), np.full(m, 1 / m)) for n, m in random.integers(1, 50, (120, 2))]
    options = {"tolerance": 1e-7, "max_iterations": 3_000}
    together = sinkhorn_each(items, [0.1] * len(items), **options)
    with ThreadPoolExecutor(4) as callers:  # as sessions of the app do, all at once and each with much to solve
        beside = list(callers.map(lambda _: sinkhorn_each(items, [0.1] * len(items), **options), range(6)))
    for k, item in enumerate(items):
        (alone,) = sinkhorn_each([item], [0.1], **options)
        assert alone.plan.shape == item[0].shape
        assert np.abs(together[k].plan - alone.plan).max() <= 1e-7
        for other in beside:
            assert np.array_equal(other[k].plan, together[k].plan)


def test_nothing_to_solve():
    assert sinkhorn(torch.ones(0, 2, 3), torch.ones(0, 2), torch.ones(0, 3), 0.1).plan.shape == (0, 2, 3)
    assert sinkhorn_each([], [], tolerance=1e-6, max_iterations=10) == []
