"""Budgets that fit an encoder's size: smaller batches for large ones, on the command line and on the page alike."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from otcore.cli import _options
from otcore.commands.finetune import _settings
from otcore.encoders import parameters_of
from otcore.runs.settings import PRESETS, FinetuneSettings


@pytest.fixture
def large(tmp_path) -> str:
    """A folder with as many numbers as count as many; nothing of it is loaded."""
    (tmp_path / "config.json").write_text('{"model_type": "bert", "num_hidden_layers": 12, "hidden_size": 384}')
    (tmp_path / "tokenizer.json").write_text("{}")
    save_file({"weight": np.zeros((4_000, 8_001), np.float16)}, tmp_path / "model.safetensors")
    return str(tmp_path)


def settings(encoder: str, languages: str, *more: str) -> FinetuneSettings:
    return _settings(_options(["finetune", "--languages", languages, "--encoder", encoder, *more]))


def test_a_large_encoder_has_small_batches_where_there_are_many_languages(large):
    assert parameters_of(large) == 4_000 * 8_001
    assert parameters_of("base") < 32_000_000
    many, few = "ar,cs,de,es,fr,hi,ja,ro,ru,tr,zh", "de,fr,es"
    assert settings(large, many, "--preset", "five-minutes").batch == 8
    assert settings(large, few, "--preset", "five-minutes").batch == 24
    assert settings("base", many, "--preset", "five-minutes").batch == 24
    assert settings(large, many, "--preset", "five-minutes", "--batch", "32").batch == 32, "what is said is done"
    assert settings(large, many, "--steps", "9").batch == FinetuneSettings(("de",), steps=1).batch == 24


def test_every_budget_keeps_its_time_whatever_the_size():
    for preset in PRESETS.values():
        for parameters in (None, 1_000, 10**9):
            for languages in (1, 11, 100):
                found = preset.fitting(parameters, languages)
                assert found["minutes"] == preset.minutes
                assert 4 <= found.get("batch", 24) <= 24
