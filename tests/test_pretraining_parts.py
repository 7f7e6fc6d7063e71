"""The parts of pre-training: storage, vectors, batches, losses, figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from otcore.base.errors import InputError
from otcore.pretraining.batches import Buckets, MaskedBatches
from otcore.pretraining.contrastive import pair_batch, sentence_loss, word_loss
from otcore.pretraining.evaluation import mutual_links
from otcore.pretraining.recipe import MaskedSettings, Recipe
from otcore.pretraining.store import EncodedPairs, LinkedText, Ragged, load_pairs, save_pairs
from otcore.pretraining.training import Plan, rate_at
from otcore.pretraining.vectors import initial_vectors, token_pair_matrix


def encoded(rows: list[tuple[list[int], list[int]]], held_out: int = 0) -> EncodedPairs:
    return EncodedPairs("de", Ragged.of([r[0] for r in rows]), Ragged.of([r[1] for r in rows]), held_out)


def test_encoded_pairs_survive_the_disk(tmp_path: Path) -> None:
    text = encoded([([5, 6], [7]), ([8], [9, 10, 11])], held_out=1)
    save_pairs(tmp_path / "pairs.npz", text)
    back = load_pairs(tmp_path / "pairs.npz", "de")
    assert len(back) == 2
    assert back.held_out == 1
    assert back.other[1].tolist() == [9, 10, 11]


def test_initial_vectors_bring_translations_together() -> None:
    rng = np.random.default_rng(0)
    rows = [((10 + w).tolist(), (40 + w).tolist()) for w in (rng.permutation(20)[:4] for _ in range(400))]
    matrix = token_pair_matrix([encoded(rows)], 70, limit=400)
    vectors = initial_vectors(matrix, 16, seed=0)
    assert np.array_equal(vectors, initial_vectors(matrix, 16, seed=0))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    nearest = (vectors[10:30] @ vectors[40:60].T).argmax(axis=1)
    assert (nearest == np.arange(20)).mean() > 0.9


def test_buckets_draw_distinct_rows_of_similar_length() -> None:
    lengths = np.repeat([4, 40], 50)
    buckets = Buckets(lengths, np.full(100, 0.01), parts=4)
    rows = buckets.draw(np.random.default_rng(0), tokens=200, extra=0, most=50)
    assert len(set(rows.tolist())) == len(rows)
    assert lengths[rows].max() * len(rows) <= 200


def test_masked_batch_hides_only_content() -> None:
    texts = [encoded([([10, 11, 12], [20, 21]), ([13, 14], [22, 23, 24])] * 20)]
    batches = MaskedBatches(texts, MaskedSettings(tokens=200, sampled=10), vocabulary=30, seed=0)
    for step in range(10):
        batch, again = batches.batch(step), batches.batch(step)
        assert torch.equal(batch.ids, again.ids)
        wanted = batch.candidates[batch.targets]
        assert (wanted >= 10).all()
        assert len(batch.candidates.unique()) == len(batch.candidates)
        assert batch.positions.max() < 258
        assert batch.targets.max() < batch.sure


def test_pair_batch_points_at_linked_subwords() -> None:
    text = encoded([([10, 11, 12], [20, 21]), ([13], [22, 23, 24])])
    linked = LinkedText(text, Ragged.of([[0, 1, 2, 0], [0, 2]]))
    batch = pair_batch(linked, np.array([1, 0]))
    half = len(batch.ids) // 2
    left, right = batch.ids[:half].flatten()[batch.left], batch.ids[half:].flatten()[batch.right]
    found = [(int(left[i]), int(right[j])) for i, j in batch.links]
    assert found == [(13, 24), (10, 21), (12, 20)]


def test_losses_prefer_the_right_partners_and_forgive_repeats() -> None:
    vectors = torch.eye(4)
    links = torch.tensor([[i, i] for i in range(4)])
    apart, number = torch.arange(4), torch.arange(4)
    right, _ = word_loss((vectors, vectors), (apart, apart), (number, number), links, 0.05)
    wrong, _ = word_loss((vectors, vectors.flip(0)), (apart, apart), (number, number), links, 0.05)
    assert right < 0.01 < wrong
    blurred = torch.ones(4, 4) / 2
    alike = torch.zeros(4, dtype=torch.long)
    assert word_loss((blurred, blurred), (alike, alike), (number, number), links, 0.05)[0] < 1e-4
    ids = torch.tensor([[1], [2], [1], [2]])
    assert sentence_loss(torch.eye(2), torch.eye(2), ids, 0.05) < sentence_loss(torch.eye(2), torch.eye(2).flip(0), ids, 0.05)


def test_the_loss_within_a_pair_sees_that_pair_only() -> None:
    links = torch.tensor([[0, 0], [1, 1]])
    kinds = torch.arange(4)
    blurred = torch.ones(4, 4) / 2
    for numbers, candidates in ((torch.tensor([0, 0, 1, 1]), 2), (torch.zeros(4, dtype=torch.long), 4)):
        _, within = word_loss((blurred, blurred), (kinds, kinds), (numbers, numbers), links, 0.05)
        assert float(within) == pytest.approx(np.log(candidates), rel=1e-5)


def test_mutual_links_are_nearest_both_ways() -> None:
    left = np.eye(3, dtype=np.float32)
    assert mutual_links(left, left[[2, 0, 1]]) == {(0, 1), (1, 2), (2, 0)}


def test_minutes_fix_the_steps() -> None:
    assert Recipe.for_minutes(80).masked_steps == 2 * Recipe.for_minutes(40).masked_steps
    assert Recipe.for_minutes(5).vocabulary < Recipe.for_minutes(90).vocabulary
    with pytest.raises(InputError, match="minutes must be between 1"):
        Recipe.for_minutes(0)
    plan = Plan("x", steps=100, rate=1.0, warmup=10)
    assert rate_at(plan, 0) == pytest.approx(0.1)
    assert rate_at(plan, 10) == 1.0
    assert rate_at(plan, 99) < 0.02
