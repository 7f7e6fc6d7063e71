"""The plan-weighted contrast against POT and loops, against the contrast of word pairs, and its laws."""

import dataclasses

import numpy as np
import ot
import pytest
import torch
from test_objectives import evaluate, make_clouds, two_pairs
from torch.nn.functional import normalize
from training_runs import losses

from otcore.finetuning.data import Preparation, read_corpus
from otcore.finetuning.run import carry_out
from otcore.objectives import OBJECTIVES, read_objective
from otcore.runs.store import create_run, open_run

TIGHT = {"tolerance": 1e-11, "iterations": 5_000, "anchor": 0.0}
BARE = {"within": 0.0} | TIGHT


def plan_of(x, y, a, b, epsilon):
    """POT's plan between live points under the cosine cost, ε in mean costs."""
    cost = 1 - normalize(x, dim=-1).numpy() @ normalize(y, dim=-1).numpy().T
    plan = ot.sinkhorn(a, b, cost, epsilon * (a @ cost @ b), method="sinkhorn_log", numItermax=20_000, stopThr=1e-13)
    return torch.from_numpy(plan)


def slow_loss(clouds, *, temperature, targets, strong, within, epsilon):
    """The same loss with one loop over words and POT's plans, which autograd takes for constants."""
    sides = [
        [(p[m > 0], t[m > 0], m[m > 0].numpy()) for p, t, m in zip(points, types, masses, strict=True)]
        for points, types, masses in (
            (clouds.source, clouds.source_types, clouds.source_mass),
            (clouds.target, clouds.target_types, clouds.target_mass),
        )
    ]
    plans = [plan_of(x.detach(), y.detach(), a, b, epsilon) for (x, _, a), (y, _, b) in zip(*sides, strict=True)]
    total = 0
    for own, other, plan in ((*sides, plans), (sides[1], sides[0], [plan.T for plan in plans])):
        losses, weights = [], []
        for k, (points, types, _) in enumerate(own):
            words = set(other[k][1].tolist())
            for i, (x, kind) in enumerate(zip(points, types, strict=True)):
                row = plan[k][i]
                if targets == "agreement":
                    row = row / row.sum() * row / plan[k].sum(0)
                weights.append(row.sum())
                share = row / row.sum()
                inside = [torch.cosine_similarity(x, y, dim=0) / temperature for y in other[k][0]]
                rivals = [
                    torch.cosine_similarity(x, y, dim=0) / temperature
                    for place, (others, kinds, _) in enumerate(other)
                    for y, its in zip(others, kinds.tolist(), strict=True)
                    if place != k and its not in words
                ]
                if strong:
                    rivals += [
                        torch.cosine_similarity(x, y, dim=0) / temperature
                        for others, kinds, _ in own
                        for y, its in zip(others, kinds, strict=True)
                        if its != kind
                    ]
                expected = (share * torch.stack(inside)).sum()
                losses.append(torch.stack(inside + rivals).logsumexp(0) - expected)
                losses[-1] = losses[-1] + within * (torch.stack(inside).logsumexp(0) - expected)
        total = total + (torch.stack(losses) * torch.stack(weights)).sum() / sum(weights) / 2
    return total


@pytest.mark.parametrize(
    ("targets", "strong", "within"),
    [("shares", True, 0.0), ("agreement", False, 0.5), ("agreement", True, 0.3)],
)
def test_loss_and_gradient_are_those_of_a_loop_over_words_with_constant_plans(targets, strong, within):
    made = {"temperature": 0.2, "targets": targets, "strong": strong, "within": within, "epsilon": 0.2}
    clouds = make_clouds(3, pairs=3)
    loss, gradients = evaluate("plan-contrast", clouds, **made, **TIGHT)
    free = dataclasses.replace(clouds, source=clouds.source.clone().requires_grad_(), target=clouds.target.clone().requires_grad_())
    expected = slow_loss(free, **made)
    expected.backward()
    assert loss.total.item() == pytest.approx(expected.item(), rel=1e-8)
    for ours, theirs in zip(gradients["de"], (free.source.grad, free.target.grad), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-7, rtol=1e-6)


def one_to_one(seed=0, pairs=4, words=5, d=16):
    """Pairs whose words each have one clear partner, in another order, all words different; linked."""
    random = np.random.default_rng(seed)
    clouds = make_clouds(seed, pairs, words, d)
    order = np.stack([random.permutation(words) for _ in range(pairs)])
    x = random.normal(size=(pairs, words, d))
    y = np.take_along_axis(x, order[:, :, None], 1) + 0.05 * random.normal(size=x.shape)
    mass = torch.full((pairs, words), 1 / words, dtype=torch.float64)
    types = torch.arange(pairs * words).view(pairs, words)
    links = torch.tensor([(k, order[k, j], j) for k in range(pairs) for j in range(words)])
    points = [torch.from_numpy(side) for side in (x, y)]
    return dataclasses.replace(
        clouds, source=points[0], target=points[1], source_mass=mass, target_mass=mass, anchor=None,
        source_types=types, target_types=types, links=links,
    )  # fmt: skip


@pytest.mark.parametrize("targets", ["agreement", "shares"])
@pytest.mark.parametrize(("strong", "kind"), [(True, "contrastive-strong"), (False, "contrastive-weak")])
def test_with_one_clear_partner_each_it_is_the_contrast_of_those_word_pairs(targets, strong, kind):
    clouds = one_to_one()
    found, gradients = evaluate("plan-contrast", clouds, epsilon=0.01, targets=targets, strong=strong, temperature=0.3, **BARE)
    expected, theirs = evaluate(kind, clouds, temperature=0.3, anchor=0.0)
    assert found.total.item() == pytest.approx(expected.total.item(), rel=1e-6)
    for ours, other in zip(gradients["de"], theirs["de"], strict=True):
        torch.testing.assert_close(ours, other, atol=1e-6, rtol=1e-5)


def test_by_mass_it_is_the_transport_cost_and_what_holds_the_space_apart():
    clouds, temperature = one_to_one(1), 0.3
    objective = read_objective({"kind": "plan-contrast", "targets": "shares", "strong": False, "temperature": temperature} | BARE)
    plan, error = objective.plans(clouds)
    assert error < 1e-5
    cost = objective.costs(clouds.source, clouds.target)
    words = [normalize(side.flatten(0, 1), dim=-1) for side in (clouds.source, clouds.target)]
    apart = [(own @ other.T / temperature).logsumexp(1).mean() for own, other in (words, words[::-1])]
    expected = ((plan * cost).sum((1, 2)).mean() - 1) / temperature + sum(apart) / 2
    assert objective({"de": clouds}).total.item() == pytest.approx(expected.item(), rel=1e-5)


def test_a_pair_that_comes_twice_is_told_apart_from_nothing_more():
    one = make_clouds(4, pairs=1)
    twice = dataclasses.replace(one, **{k: v.repeat(2, *[1] * (v.dim() - 1)) for k, v in vars(one).items() if k != "links"})
    options = TIGHT | {"strong": False}
    single, double = (evaluate("plan-contrast", clouds, **options)[0].total.item() for clouds in (one, twice))
    assert double == pytest.approx(single, rel=1e-9)
    other = dataclasses.replace(twice, source_types=twice.source_types.clone(), target_types=twice.target_types.clone())
    other.source_types[1, 0] = other.target_types[1, 0] = 99  # equal vectors, but said to be other words
    assert evaluate("plan-contrast", other, **options)[0].total.item() > single + 0.05


def test_a_word_elsewhere_that_equals_one_of_the_translation_is_not_pushed_away():
    """The second pair has a word of each side of the first: where its target lies is nothing to the first one's source word that it has."""
    clouds = two_pairs(target_types=torch.tensor([[1, 2], [2, -1]]), source_types=torch.tensor([[1, 2], [1, -1]]))
    far = dataclasses.replace(clouds, target=clouds.target.clone())
    far.target[1, 0] = torch.tensor([5.0, -1.0])
    options = BARE | {"strong": False, "targets": "shares", "masses": "uniform"}
    known, moved = (evaluate("plan-contrast", one, **options)[1]["de"][0][0, 0] for one in (clouds, far))
    torch.testing.assert_close(known, moved)
    apart, moved = (
        evaluate("plan-contrast", dataclasses.replace(one, target_types=torch.tensor([[1, 2], [7, -1]])), **options)[1]["de"][0][0, 0]
        for one in (clouds, far)
    )
    assert not torch.allclose(apart, moved)


@pytest.mark.parametrize("changes", [{}, {"null_point": True, "null_price": 0.3}, {"targets": "shares"}, {"epsilon": 1e-3}])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_one_word_sentences_and_equal_words_give_finite_gradients(changes, dtype):
    clouds = make_clouds(2, pairs=3, dtype=dtype)
    mass = torch.zeros_like(clouds.source_mass)
    mass[:, 0] = 1
    types = torch.zeros_like(clouds.source_types)
    single = dataclasses.replace(clouds, source_mass=mass, target_mass=mass.clone(), source_types=types)
    same = dataclasses.replace(clouds, source=clouds.source[:1, :1].expand_as(clouds.source), source_types=types)
    for made in (single, same):
        loss, gradients = evaluate("plan-contrast", made, **changes)
        assert torch.isfinite(loss.total)
        assert all(torch.isfinite(gradient).all() for gradient in gradients["de"])


def test_a_null_point_takes_what_costs_more_than_its_price():
    clouds = one_to_one(5)
    lost = clouds.target.clone()
    lost[:, 0] = torch.randn(lost[:, 0].shape, generator=torch.Generator().manual_seed(1), dtype=lost.dtype)  # a word of no partner
    clouds = dataclasses.replace(clouds, target=lost)
    options = {"epsilon": 0.02, "null_point": True} | TIGHT
    plans = [read_objective({"kind": "plan-contrast", "null_price": price} | options).plans(clouds)[0] for price in (0.5, 50.0)]
    balanced = read_objective({"kind": "plan-contrast"} | options | {"null_point": False}).plans(clouds)[0]
    torch.testing.assert_close(plans[1], balanced, atol=1e-6, rtol=1e-4)
    moved = plans[0].sum(1) / clouds.target_mass
    assert (moved[:, 0] < 0.05).all()
    assert (moved[:, 1:] > 0.9).all()
    assert (plans[0].sum((1, 2)) <= plans[1].sum((1, 2)) + 1e-9).all()


def test_its_points_are_words_or_subwords_as_those_of_the_paper(settings, encoder):
    corpus = read_corpus(settings)
    for unit, kind in (("subword", "sub-ot"), ("word", "contrastive-ot")):
        chosen = {"plan-contrast": {"unit": unit, "masses": "uniform"}, kind: {}}
        ours, theirs = (
            Preparation(dataclasses.replace(settings, objective=OBJECTIVES[name](**more)), encoder, 2, corpus).pairs()["de"]
            for name, more in chosen.items()
        )
        for pair, other in zip(ours, theirs, strict=True):
            for field in dataclasses.fields(pair.source):
                assert np.array_equal(getattr(pair.source, field.name), getattr(other.source, field.name)), (unit, field.name)


def test_a_run_between_subwords_with_a_null_point_learns_and_is_written_down(settings):
    objective = OBJECTIVES["plan-contrast"](unit="subword", null_point=True, null_price=1.5)
    run = carry_out(create_run(dataclasses.replace(settings, objective=objective, steps=12, batch=16, evaluate_every=0)))
    assert run.state == "finished"
    assert open_run(run.folder).settings.objective == objective
    assert np.mean(losses(run)[-3:]) < np.mean(losses(run)[:3])
