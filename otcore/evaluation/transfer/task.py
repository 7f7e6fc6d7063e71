"""What a transfer task is, and what comes out of it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from otcore.base.progress import Teller
from otcore.evaluation.published import Published
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import Sources

if TYPE_CHECKING:
    from otcore.encoders.encoder import Encoder
else:  # its module loads torch, and tasks are listed before any is run
    Encoder = Any

ENGLISH = "en"
Scores = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Outcome:
    """One run of a task.

    scores : language → measure → value, in [0, 1], higher is better
    dev    : the main measure on English dev, in [0, 1], at the epoch that was kept; None where nothing is trained
    epochs : how many were made; 0 where nothing is trained
    notes  : sentences that a reader of the figures must know
    """

    scores: Scores
    dev: float | None = None
    epochs: int = 0
    notes: tuple[str, ...] = ()


Run = Callable[[int, Teller], Outcome]


class Task(ABC):
    """A task with its data read, the same for every encoder; a subclass says what it is called and needs.

    name, label: in files and addresses, and for people; `rank`: its place in lists
    about      : one line on what is asked
    measures   : key → name, the main one first; all in [0, 1]
    trained    : whether a head is trained in English, so that seeds matter
    roles      : the files it takes, keys of ROLES; `needs_files`: whether there is nothing to do without, else it takes the bundled
                 collection
    formats    : what people read about its files
    own        : its choice where a setting is None: "train", and by what is trained the others
    in_english : whether it is measured in English too
    in_figures : whether a comparison has the same figures, with intervals
    published  : what the paper published of it, and the measure that it published
    """

    name: ClassVar[str]
    label: ClassVar[str]
    rank: ClassVar[int]
    about: ClassVar[str]
    measures: ClassVar[Mapping[str, str]]
    trained: ClassVar[bool] = False
    roles: ClassVar[tuple[str, ...]] = ()
    needs_files: ClassVar[bool] = False
    formats: ClassVar[str] = ""
    own: ClassVar[Mapping[str, Any]] = {}
    in_english: ClassVar[bool] = True
    in_figures: ClassVar[bool] = False
    published: ClassVar[tuple[Published, str] | None] = None

    @classmethod
    @abstractmethod
    def read(cls, sources: Sources) -> "Task":
        """The task with its data, from files where there are any.

        raises: InputError   what cannot be read
        """

    @property
    @abstractmethod
    def languages(self) -> tuple[str, ...]:
        """That are tested, in order."""

    @abstractmethod
    def chance(self, settings: TransferSettings) -> Scores:
        """What no knowledge at all would score."""

    @abstractmethod
    def prepare(self, encoder: Encoder, settings: TransferSettings, tell: Teller) -> Run:
        """Does what all seeds share, such as encoding once. What comes back takes a seed and a teller.

        settings: settled for this task
        raises  : Stopped, InputError
        """


@dataclass(frozen=True)
class LearntTask(Task):
    """English examples to learn from and to stop early on, and examples of each language to be tested on."""

    trained = True
    roles = ("train", "dev", "tests")

    train: Sequence[Any]
    dev: Sequence[Any]
    tests: Mapping[str, Sequence[Any]]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.tests)
