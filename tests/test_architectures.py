"""One tiny random checkpoint of each architecture, from loading to a reloaded fine-tuned encoder: nothing is assumed of any of them."""

import dataclasses

import numpy as np
import pytest
from checkpoints import ARCHITECTURES
from safetensors.numpy import load_file
from training_runs import losses, quick_settings

from otcore.alignment.aligner import align_pair
from otcore.alignment.settings import AlignSettings
from otcore.corpora.types import Sentence, SentencePair
from otcore.encoders import load_encoder
from otcore.encoders.trunk import Trunk
from otcore.finetuning import run as running
from otcore.runs.store import create_run

WORDS = ("die", "Katze", "schläft", "auf", "dem", "roten", "Stuhl", ".")
ENGLISH = ("the", "cat", "sleeps", "on", "the", "red", "chair", ".")


@pytest.fixture(scope="module", params=list(ARCHITECTURES))
def checkpoint(request, tmp_path_factory):
    return ARCHITECTURES[request.param](tmp_path_factory.mktemp("checkpoint"))


def test_it_loads_and_aligns(checkpoint):
    encoder = load_encoder(str(checkpoint))
    assert (encoder.layers, encoder.dimension, encoder.default_layer) == (3, 32, 2)
    assert encoder.max_pieces == 64
    pair = SentencePair(Sentence("de", " ".join(WORDS), WORDS), Sentence("en", " ".join(ENGLISH), ENGLISH))
    for layer in (None, 0, 3):
        found = align_pair(encoder, pair, AlignSettings(layer=layer))
        assert found.plan.plan.shape == (len(found.source.pieces), len(found.target.pieces))
        assert {*found.source.piece_words} == {*range(len(WORDS))}
        assert found.plan.plan.sum() == pytest.approx(1, abs=1e-6)
        assert found.alignment.pairs
    pair = SentencePair(pair.source, pair.source)
    words = {(k, k) for k in range(len(WORDS))}
    assert align_pair(encoder, pair, AlignSettings(layer=3)).alignment.pairs == words, "a sentence is aligned with itself word by word"


def test_a_word_has_the_pieces_it_has_in_running_text(checkpoint):
    encoder = load_encoder(str(checkpoint))
    text = encoder.tokenizer(" " + " ".join(ENGLISH[:-1]), add_special_tokens=False)
    running_text = encoder.tokenizer.convert_ids_to_tokens(text.input_ids)
    assert list(encoder.encode([ENGLISH[:-1]])[0].pieces) == running_text


@pytest.mark.parametrize("layer", [2, 3])
def test_layers_above_the_trained_one_are_not_computed(checkpoint, layer):
    encoder = load_encoder(str(checkpoint))
    trunk = Trunk(encoder, layer)
    assert trunk.short
    names = set(trunk.select(encoder, None))
    assert {name for name in names if "norm" in name.lower() and name.startswith("final")} == (
        {"final_norm.weight"} if encoder.architecture == "modernbert" and layer == 3 else set()
    )
    assert names > set(trunk.select(encoder, 1))
    kept = list(names - set(trunk.select(encoder, None, "keep")))
    assert [tuple(encoder.model.get_parameter(name).shape) for name in kept] == [tuple(encoder.model.get_input_embeddings().weight.shape)]
    assert set(trunk.select(encoder, None, "learn")) == names


def test_three_steps_are_learnt_saved_and_reloaded_to_the_same_vectors(checkpoint, german, runs, monkeypatch):
    settings = dataclasses.replace(quick_settings(checkpoint, german), steps=3, evaluate_every=0, snapshot_every=0)
    trained, export = [], running.export
    monkeypatch.setattr(running, "export", lambda encoder, target: (trained.append(encoder), export(encoder, target)))
    run = running.carry_out(create_run(settings))
    assert (run.state, run.step, len(losses(run))) == ("finished", 3, 3)

    reloaded = load_encoder(f"run:{run.name}")
    reloaded.model.set_attn_implementation(trained[0].model.config._attn_implementation)  # kernels differ in the last digit
    for one, other in zip(*(encoder.encode_layers([WORDS, ENGLISH]) for encoder in (trained[0], reloaded)), strict=True):
        for layer, vectors in enumerate(one):
            np.testing.assert_array_equal(vectors.subwords, other[layer].subwords)
            assert vectors.pieces == other[layer].pieces

    before, after = load_file(checkpoint / "model.safetensors"), load_file(run.folder / "encoder" / "model.safetensors")
    assert before.keys() == after.keys()
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert any(".0." in name for name in changed)
    assert any(".1." in name for name in changed)
    assert not [name for name in changed if ".2." in name or "pooler" in name or "final_norm" in name]
