"""What a transfer task is, and what comes out of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from otcore.base.progress import Teller
from otcore.corpora.types import SentencePair
from otcore.encoders.encoder import Encoder
from otcore.evaluation.transfer.settings import TransferSettings

ENGLISH = "en"
Scores = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Outcome:
    """One run of a task.

    scores : language → measure → value, in [0, 1], higher is better
    dev    : the main measure on English dev, in [0, 1], at the epoch that was kept; None where nothing is trained
    epochs : how many were made; 0 where nothing is trained
    """

    scores: Scores
    dev: float | None = None
    epochs: int = 0


@dataclass(frozen=True)
class PairRetrieval:
    """What retrieval tasks share: nothing is trained, and translations are looked for to and from English. `pairs` by language."""

    pairs: Mapping[str, Sequence[SentencePair]]
    measures: tuple[str, ...] = ("p@1", "to english", "from english")
    trained: bool = False

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.pairs)


Run = Callable[[int, Teller], Outcome]


class Task(Protocol):
    """A task with its data read, the same for every encoder.

    name     : key of TASKS
    measures : the main one first
    languages: that are tested, in order
    trained  : whether a head is trained, so that seeds matter
    """

    name: str
    measures: tuple[str, ...]
    languages: tuple[str, ...]
    trained: bool

    def chance(self, settings: TransferSettings) -> Scores:
        """What no knowledge at all would score."""

    def prepare(self, encoder: Encoder, settings: TransferSettings, tell: Teller) -> Run:
        """Does what all seeds share, such as encoding once. What comes back takes a seed and a teller.

        settings: settled for this task
        raises  : Stopped, InputError
        """
