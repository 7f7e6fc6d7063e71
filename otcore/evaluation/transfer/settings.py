"""The settings of zero-shot transfer."""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from otcore.base.errors import InputError
from otcore.base.names import TRAINED


@dataclass(frozen=True)
class TransferSettings:
    """What decides how a task is learnt in English and measured elsewhere. None stands for the task's own choice, `settled`.

    train       : "head", on the vectors of the encoder as it is, or "encoder", the head with a copy of the encoder
    epochs      : passes over the English training data at most, ≥ 1
    patience    : epochs without a better score on English dev after which training ends, ≥ 1
    batch       : examples a step, ≥ 1
    head_rate   : highest learning rate of the head, > 0
    encoder_rate: of the encoder, > 0
    warmup      : share of the steps in which both rates rise, in [0, 1); then they fall linearly to 0
    hidden      : width of the head's hidden layer, ≥ 1
    dropout     : on the hidden layer, in [0, 1)
    top_layers  : of the encoder, train so many below and at `layer`, ≥ 1; None trains all
    embeddings  : train the encoder's embeddings too; they are most of a multilingual encoder's weights, and what English alone moves
                  in them is not moved in other languages
    train_examples, dev_examples, test_examples: most examples used (test: of each language), drawn once, the same for every
                  seed, ≥ 1; None for all
    length      : longest input of premise with hypothesis or question with context, in pieces, ≥ 16; the encoder's limit holds too
    stride      : pieces of context that two windows of a question share, ≥ 0
    answer      : longest answer in pieces, ≥ 1
    top         : sentences of a search that are looked at, ≥ 1
    layer       : whose vectors the head reads, or None for the encoder's layer for sentences
    raises      : InputError   a value out of range
    """

    train: str | None = None
    epochs: int | None = None
    patience: int | None = None
    batch: int | None = None
    head_rate: float | None = None
    encoder_rate: float | None = None
    warmup: float = 0.1
    hidden: int = 256
    dropout: float = 0.1
    top_layers: int | None = None
    embeddings: bool = False
    train_examples: int | None = None
    dev_examples: int | None = None
    test_examples: int | None = None
    length: int | None = None
    stride: int = 64
    answer: int = 30
    top: int = 10
    layer: int | None = None

    def __post_init__(self) -> None:
        if self.train not in (None, *TRAINED):
            raise InputError(f"What is trained must be one of {', '.join(TRAINED)}, not {self.train!r}.")
        whole = {
            "epochs": 1, "patience": 1, "batch": 1, "hidden": 1, "top_layers": 1, "train_examples": 1, "dev_examples": 1,
            "test_examples": 1, "length": 16, "stride": 0, "answer": 1, "top": 1, "layer": 0,
        }  # fmt: skip
        for name, least in whole.items():
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
                raise InputError(f"{name} must be a whole number from {least} up, not {value!r}.")
        for name in ("head_rate", "encoder_rate"):
            value = getattr(self, name)
            if value is not None and not (_is_number(value) and value > 0):
                raise InputError(f"{name} must be a number above 0, not {value!r}.")
        if self.embeddings and self.top_layers is not None:
            raise InputError("Embeddings lie below all layers; leave out either top_layers or embeddings.")
        for name in ("warmup", "dropout"):
            value = getattr(self, name)
            if not (_is_number(value) and 0 <= value < 1):
                raise InputError(f"{name} must be a number from 0 up and below 1, not {value!r}.")

    def settled(self, task: str) -> "TransferSettings":
        """The same with the task's own choice in place of every None that has one."""
        chosen = _CHOICES.get(task, {})
        train = self.train or chosen.get("train", "head")
        choices = {"train": train} | chosen.get(train, {})
        return dataclasses.replace(self, **{name: value for name, value in choices.items() if getattr(self, name) is None})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


# Usual values for encoders of this size, not swept. With the bundled base (tests/benchmarks/transfer.py) English dev comes to an
# accuracy of .474 in XNLI and an F1 of .310 in XQuAD, and a seed takes some 12 minutes of one core.
_CHOICES: dict[str, dict[str, Any]] = {
    "xnli": {
        "train": "encoder",
        "head": {"epochs": 30, "patience": 4, "batch": 64, "head_rate": 1e-3, "encoder_rate": 1e-4, "length": 128},
        "encoder": {"epochs": 4, "patience": 2, "batch": 32, "head_rate": 1e-3, "encoder_rate": 3e-4, "length": 128},
    },
    "xquad": {
        "train": "encoder",
        "head": {"epochs": 10, "patience": 3, "batch": 16, "head_rate": 1e-3, "encoder_rate": 1e-4, "length": 256},
        "encoder": {"epochs": 4, "patience": 2, "batch": 16, "head_rate": 1e-3, "encoder_rate": 3e-4, "length": 256},
    },
    "topics": {
        "train": "head",
        "head": {"epochs": 60, "patience": 10, "batch": 32, "head_rate": 1e-3, "encoder_rate": 1e-4, "length": 128},
        "encoder": {"epochs": 10, "patience": 3, "batch": 32, "head_rate": 1e-3, "encoder_rate": 1e-4, "length": 128},
    },
}
