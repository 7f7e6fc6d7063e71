"""Encoding in eight bits: near float32 by a bound, of every row alone, and asked for by name."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import BertConfig, BertModel

from otcore.alignment import workers
from otcore.alignment.aligner import align_many
from otcore.alignment.scores import score
from otcore.alignment.settings import AlignSettings
from otcore.base.errors import InputError
from otcore.cli import main
from otcore.corpora.collection import load_collection
from otcore.encoders import int8, load_encoder
from otcore.encoders.int8 import Dense, Int8Dense, Ranges, quantise

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.skipif(not int8.can_quantise(), reason="this processor has no such products")


@pytest.fixture(scope="module")
def quantised():
    encoder = load_encoder("aligned")
    encoder.quantise(workers.usual_sentences())
    return encoder


def measured(dense: Dense, x: torch.Tensor) -> Ranges:
    ranges = Ranges(dense)
    ranges(x)
    return ranges


@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 70), st.integers(1, 70), st.floats(0, 3))
@settings(max_examples=60, deadline=None)
def test_a_product_is_as_near_as_its_rounding_allows(seed, rows, wide, out, spread):
    """Each vector and each weight is half a step away at most, on scales that are known; coordinates may be of very different widths."""
    chosen = torch.Generator().manual_seed(seed)
    x = torch.randn(rows, wide, generator=chosen) * torch.exp(spread * torch.randn(wide, generator=chosen))
    dense = Dense(torch.randn(out, wide, generator=chosen), torch.randn(out, generator=chosen))
    ranges = measured(dense, x)
    product = Int8Dense(ranges)
    weight, given_there = dense.weight / product._shrink, x * product._shrink
    steps = product._scale, weight.abs().amax(1).clamp(min=1e-4) / 127
    # the zero of the vectors is a whole number too, so that the ends of their range may be cut off by another half step
    bound = weight.abs().sum(1) * steps[0] + (given_there.abs() + steps[0]).sum(1, keepdim=True) * steps[1] / 2
    assert ((product(x) - dense(x)).abs() <= bound * 1.001 + 1e-4).all()


def test_what_lies_outside_the_range_that_was_measured_is_cut_off():
    dense = Dense(torch.eye(3), torch.zeros(3))
    product = Int8Dense(measured(dense, torch.tensor([[-1.0, 0.5, 2.0], [1.0, -2.0, 0.0]])))
    assert product(torch.full((1, 3), 500.0)).max() < 8


def test_vectors_do_not_depend_on_what_is_read_beside_them(quantised):
    pairs = load_collection().pairs("en", "ja", "test")[:12]
    words = [side.words for pair in pairs for side in (pair.source, pair.target)]
    together = quantised.encode(words)
    for alone, one in zip(words, together, strict=True):
        np.testing.assert_allclose(quantised.encode([alone])[0].subwords, one.subwords, atol=2e-2)


def test_words_stay_where_they_were_and_links_nearly_all(quantised):
    usual, pairs = load_encoder("aligned"), [pair for code in ("de", "ja", "ar") for pair in load_collection().pairs("en", code, "test")]
    links = [[one.pairs for one in align_many(encoder, pairs, AlignSettings())] for encoder in (usual, quantised)]
    vectors = [
        np.concatenate([one.subwords for one in encoder.encode([pair.target.words for pair in pairs])]) for encoder in (usual, quantised)
    ]
    cosines = (vectors[0] * vectors[1]).sum(1) / np.linalg.norm(vectors[0], axis=1) / np.linalg.norm(vectors[1], axis=1)
    assert cosines.mean() > 0.998
    assert cosines.min() > 0.98
    both = sum(len(set(one) & set(other)) for one, other in zip(*links, strict=True))
    assert both / sum(map(len, links[0])) > 0.97
    errors = [score(found, [pair.gold for pair in pairs]).aer for found in links]
    assert errors[1] == pytest.approx(errors[0], abs=0.005)
    assert not np.array_equal(*vectors)


def test_whoever_asks_for_the_model_gets_it_as_it_was(xlm_roberta):
    words = [["cat", "Katze"], ["red"]]
    encoder, usual = load_encoder(str(xlm_roberta)), load_encoder(str(xlm_roberta))
    encoder.quantise(words * 4)
    assert not np.array_equal(encoder.encode(words)[0].subwords, usual.encode(words)[0].subwords)
    assert encoder.model.training is False
    np.testing.assert_allclose(encoder.encode(words)[0].subwords, usual.encode(words)[0].subwords, atol=1e-5)
    with pytest.raises(InputError, match="cannot be computed in eight bits: that takes BERT or XLM-R"):
        encoder.quantise(words)


def test_a_processor_without_such_products_is_told(xlm_roberta, monkeypatch):
    monkeypatch.setattr(int8, "can_quantise", lambda: False)
    with pytest.raises(InputError, match="this processor has no such products; leave int8 out"):
        load_encoder(str(xlm_roberta)).quantise([["cat"]])


def test_a_model_of_transformers_is_quantised_where_it_is_used():
    torch.manual_seed(0)
    sizes = {"vocab_size": 60, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48}
    model, ids = BertModel(BertConfig(**sizes)).eval().requires_grad_(False), torch.randint(5, 60, (6, 9))
    before = model(ids).last_hidden_state
    quantise(model, lambda: model(ids).last_hidden_state)
    assert isinstance(model.encoder.layer[1].output.dense, Int8Dense)
    after = model(ids).last_hidden_state
    assert torch.cosine_similarity(before, after, dim=-1).min() > 0.99
    assert not torch.equal(before, after)


def test_only_layers_that_are_reached_are_quantised():
    reached, other = torch.nn.Linear(4, 4), torch.nn.Linear(4, 4)
    model = torch.nn.ModuleDict({"reached": reached, "other": other})
    quantise(model, lambda: model["reached"](torch.ones(2, 4)))
    assert isinstance(model["reached"], Int8Dense)
    assert model["other"] is other


def test_the_command_gives_the_same_lines_with_workers(xlm_roberta, tmp_path):
    path = tmp_path / "pairs.txt"
    path.write_text(
        "".join(f"the {colour} cat ||| die {colour} Katze schläft\n" for colour in ("red", "rot", "the") * 11), encoding="utf-8"
    )
    asked = ["align", str(path), "--encoder", str(xlm_roberta), "--source-lang", "en", "--target-lang", "de", "--int8", "--output"]
    assert main([*asked, str(tmp_path / "one")]) == 0
    other = [sys.executable, "-m", "otcore", *asked, str(tmp_path / "two"), "--workers", "2"]
    subprocess.run(other, cwd=ROOT, check=True, capture_output=True)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert (tmp_path / "one").read_bytes().count(b"\n") == 33
