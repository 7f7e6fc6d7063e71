"""A run of pre-training: its folders, its log, and where it computes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from otcore.pretraining.recipe import Recipe
from otcore.runs.store import append_log


@dataclass(frozen=True)
class Run:
    """A run's folders, recipe and progress callback.

    work     : everything that a resumed run need not do again: tokenizer, pairs, vectors, links, checkpoints
    tokenizer: the folder of the finished one
    device   : CUDA if there is one, else the CPU
    """

    corpora: Path
    out: Path
    recipe: Recipe
    progress: Callable[[str], None]

    work = property(lambda self: self.out / "work")
    tokenizer = property(lambda self: self.work / "tokenizer")
    device = property(lambda self: torch.device("cuda" if torch.cuda.is_available() else "cpu"))

    def log(self, **entry: Any) -> None:
        """One more entry of the JSON-lines log, with the time in seconds since 1970."""
        append_log(self.out / "log.jsonl", {"time": round(time.time(), 1), **entry})
