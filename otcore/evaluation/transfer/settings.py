"""The settings of zero-shot transfer."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from otcore.base.choices import Flag, Maybe, Number, OneOf, check, choice
from otcore.base.errors import InputError

TRAINED = {"head": "a head only", "encoder": "head and encoder"}
_COUNT = Number(1, whole=True)
_RATE = Number(0, above=True)
_SHARE = Number(0, 1, below=True)


@dataclass(frozen=True)
class TransferSettings:
    """What decides how a task is learnt in English and measured elsewhere. None stands for the task's own choice, `settled`, or for
    all examples, all layers, and the encoder's layer for sentences.

    Rates rise linearly over the share `warmup` of the steps and then fall to 0. Examples are drawn once, the same for every seed. What
    English alone moves in the embeddings, most of a multilingual encoder's weights, is not moved in other languages.

    raises: InputError   a value out of range, or top_layers with embeddings
    """

    train: str | None = choice(
        None,
        Maybe(OneOf(TRAINED), blank="task", label="the task's own choice"),
        "Trained in English",
        "A head on the encoder's vectors as they are, or a copy of the encoder with it, which takes minutes.",
        flag="fit",
    )
    epochs: int | None = choice(None, Maybe(_COUNT), help="Passes over the training data at most.")
    patience: int | None = choice(None, Maybe(_COUNT), help="Passes without a better score on English dev, then training ends.")
    batch: int | None = choice(None, Maybe(_COUNT), help="Examples a step.")
    head_rate: float | None = choice(None, Maybe(_RATE), help="Highest learning rate of the head.")
    encoder_rate: float | None = choice(None, Maybe(_RATE), help="Highest learning rate of the encoder.")
    warmup: float = choice(0.1, _SHARE, flag=None)
    hidden: int = choice(256, Number(1, 2**16, whole=True), help="Width of the head's hidden layer.")
    dropout: float = choice(0.1, _SHARE, help="On the head's hidden layer.")
    top_layers: int | None = choice(None, Maybe(_COUNT), help="Train only so many layers of the encoder.")
    embeddings: bool = choice(False, Flag(), help="Train the encoder's embeddings too.")
    train_examples: int | None = choice(None, Maybe(_COUNT), help="Most training examples used.")
    dev_examples: int | None = choice(None, Maybe(_COUNT), help="Most dev examples used.")
    test_examples: int | None = choice(None, Maybe(_COUNT), help="Most test examples used of each language.")
    length: int | None = choice(None, Maybe(Number(16, whole=True)), help="Longest input of two texts, in pieces.")
    stride: int = choice(64, Number(0, whole=True), help="Pieces that two windows of a long context share.")
    answer: int = choice(30, _COUNT, help="Longest answer in pieces.")
    top: int = choice(10, _COUNT, help="Sentences of a search that are looked at.")
    layer: int | None = choice(
        None,
        Maybe(Number(0, whole=True)),
        help="Layer that is read; without it the encoder's for sentences, for words its alignment layer.",
    )

    def __post_init__(self) -> None:
        check(self)
        if self.embeddings and self.top_layers is not None:
            raise InputError("Embeddings lie below all layers; leave out either top_layers or embeddings.")

    @property
    def frozen(self) -> bool:
        """Whether the encoder stays as it is."""
        return self.train != "encoder"

    def settled(self, own: Mapping[str, Any]) -> "TransferSettings":
        """The same with a task's own choice in place of every None that has one.

        own: "train", and by what is trained the others by name; see `Task.own`
        """
        train = self.train or own.get("train", "head")
        choices = {"train": train} | own.get(train, {})
        return dataclasses.replace(self, **{name: value for name, value in choices.items() if getattr(self, name) is None})
