"""A run of pre-training: its folders and how an edition leaves it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from transformers import XLMRobertaModel

from otcore.base.errors import InputError
from otcore.pretraining.model import save_edition
from otcore.pretraining.recipe import Recipe
from otcore.pretraining.training import Place, choose_device, write_log

_MAX_EDITION_BYTES = 25_000_000


@dataclass(frozen=True)
class Run:
    """A run's folders, recipe and progress callback; ``work`` keeps what a resumed run need not do again."""

    corpora: Path
    out: Path
    recipe: Recipe
    progress: Callable[[str], None]

    @property
    def work(self) -> Path:
        """Everything a resumed run reads: tokenizer, pairs, vectors, links, checkpoints."""
        return self.out / "work"

    @property
    def log_file(self) -> Path:
        """The JSON-lines log."""
        return self.out / "log.jsonl"

    @property
    def tokenizer(self) -> Path:
        """The folder of the finished tokenizer."""
        return self.work / "tokenizer"

    def place(self) -> Place:
        """Where a stage of this run trains and reports."""
        return Place(self.work, self.log_file, choose_device(), self.progress)


def finish_edition(run: Run, encoder: XLMRobertaModel, target: Path, layer: int, sentence_map: np.ndarray | None = None) -> None:
    """Save an edition that aligns best at ``layer``, log its size and fingerprint. Raises ``InputError`` if it is above 25 MB."""
    encoder.config.alignment_layer = layer
    size = save_edition(encoder, run.tokenizer, target, sentence_map)
    digest = hashlib.sha256((target / "model.safetensors").read_bytes()).hexdigest()
    write_log(run.log_file, {"event": "edition", "name": target.name, "layer": layer, "bytes": size, "sha256": digest})
    run.progress(f"{target.name} is ready: {size / 1e6:.1f} MB in {target}")
    if size > _MAX_EDITION_BYTES:
        raise InputError(f"{target} is {size / 1e6:.1f} MB, above 25 MB; lower the vocabulary of the recipe.")


def load_weights(folder: Path) -> XLMRobertaModel:
    """Return the encoder of an edition in float32, ready for further training."""
    encoder = XLMRobertaModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    encoder.pooler = None
    return encoder
