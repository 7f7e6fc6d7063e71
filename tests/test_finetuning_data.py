"""What a run is trained on: nothing of what is held out, every pair once an epoch, points that are the encoder's own vectors."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from otcore.finetuning.batches import choose
from otcore.finetuning.data import Preparation, read_corpus
from otcore.objectives import OBJECTIVES
from otcore.runs.settings import FinetuneSettings


def test_held_out_pairs_share_no_sentence_with_training(settings, german):
    corpus = read_corpus(settings)
    assert len(corpus.held_out["de"]) == 7
    for side in ("source", "target"):
        held_out, training = ({getattr(pair, side).words for pair in part["de"]} for part in (corpus.held_out, corpus.training))
        assert held_out
        assert not held_out & training
    other = read_corpus(dataclasses.replace(settings, seed=1))
    assert [pair.id for pair in corpus.held_out["de"]] != [pair.id for pair in other.held_out["de"]]


def test_the_bundled_collection_holds_out_its_gold_sentences():
    corpus = read_corpus(FinetuneSettings(("de", "zh"), steps=1))
    assert corpus.gold
    for code in ("de", "zh"):
        assert all(pair.gold is not None for pair in corpus.held_out[code])
        held_out = {pair.source.text for pair in corpus.held_out[code]} | {pair.target.text for pair in corpus.held_out[code]}
        assert not held_out & {side.text for pair in corpus.training[code] for side in (pair.source, pair.target)}


def test_an_epoch_has_every_pair_once_and_processes_share_it():
    pairs = list(range(12))
    epoch = [pair for number in range(3) for pair in choose(pairs, 4, number, seed=0)]
    assert sorted(epoch) == pairs
    assert epoch != [pair for number in range(3, 6) for pair in choose(pairs, 4, number, seed=0)]
    assert choose(pairs, 4, 7, seed=0) == choose(pairs, 4, 7, seed=0)
    halves = [choose(pairs, 2, 1, 0, (rank, 2)) for rank in (0, 1)]
    assert halves[0] + halves[1] == choose(pairs, 4, 1, 0)
    assert len(choose(pairs, 50, 0, 0)) == 12


@settings_of_hypothesis(max_examples=200)
@given(st.integers(1, 20), st.integers(1, 8), st.integers(1, 9), st.integers(0, 30))
def test_every_process_has_pairs_and_together_they_have_the_batch(count, size, processes, number):
    pairs = list(range(count))
    shares = [choose(pairs, size, number, 0, (rank, processes)) for rank in range(processes)]
    assert all(shares), "a step without pairs has no loss"
    assert {pair for share in shares for pair in share} == set(choose(pairs, size * processes, number, 0))
    assert sum(map(len, shares)) == max(min(size * processes, count), processes)


@pytest.mark.parametrize(("kind", "pooling"), [("word-ot", "last"), ("contrastive-ot", "mean"), ("sub-ot", None)])
@pytest.mark.parametrize("masses", ["uniform", "norm", "inverse-frequency"])
def test_clouds_are_the_encoders_own_vectors(settings, encoder, kind, pooling, masses):
    from otcore.encoders.trunk import Trunk
    from otcore.finetuning.batches import encode_sides, make_clouds

    wanted = dataclasses.replace(settings, objective=OBJECTIVES[kind](masses=masses))
    corpus = read_corpus(wanted)
    pairs = Preparation(wanted, encoder, 2, corpus).pairs()["de"][:5]
    trunk = Trunk(encoder, 2)
    assert trunk.short
    encoded = encode_sides([side for pair in pairs for side in (pair.source, pair.target)], trunk, 1, torch.device("cpu"))
    clouds = make_clouds(pairs, encoded, None, masses)
    for row, pair in enumerate(corpus.training["de"][:5]):
        vectors = encoder.encode([pair.source.words], 2)[0]
        expected = vectors.subwords if pooling is None else vectors.pooled(pooling)
        np.testing.assert_allclose(clouds.source[row, : len(expected)].detach(), expected, atol=1e-5)
        assert clouds.source_live[row].sum() == len(expected)
        types = vectors.piece_words if pooling is None else range(len(expected))
        assert len(types) == (clouds.source_types[row] >= 0).sum()
    torch.testing.assert_close(clouds.source_mass.sum(1), torch.ones(5))
    torch.testing.assert_close(clouds.target_mass.sum(1), torch.ones(5))
