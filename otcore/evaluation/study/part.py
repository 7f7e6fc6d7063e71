"""What a study measures of every encoder: links against hand-made ones, or a transfer task."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otcore.base.progress import Teller
from otcore.corpora.collection import load_collection
from otcore.corpora.types import SentencePair
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import Sources
from otcore.evaluation.transfer.task import ENGLISH, Scores, Task
from otcore.evaluation.transfer.tasks import TASKS, read_task

if TYPE_CHECKING:
    from otcore.encoders.encoder import Encoder


@dataclass(frozen=True)
class Measured:
    """language → measure → value in [0, 1], what no knowledge would score where that is known, and sentences a reader must know."""

    scores: Scores
    chance: Scores = dataclasses.field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Part(ABC):
    """One column of a study.

    name, label: in the table, and for people
    measures   : key → name, the main one first
    better     : "higher" or "lower"
    trained    : whether something is trained in English, so that the seed matters to an encoder that is not tuned too
    """

    name: str
    label: str
    measures: Mapping[str, str]
    better: str = "higher"
    trained: bool = False

    @abstractmethod
    def measure(self, encoder: "Encoder", seed: int, tell: Teller) -> Measured:
        """raises: Stopped; InputError   what cannot be read"""

    @abstractmethod
    def told(self) -> dict[str, Any]:
        """What decides the figures, as plain JSON; files by their names, as folders differ between machines."""

    def described(self) -> dict[str, Any]:
        """All that a reader of the table must know of it, as plain JSON."""
        names = ("name", "label", "better", "trained")
        return {name: getattr(self, name) for name in names} | {"measures": dict(self.measures), "of": self.told()}


class TaskPart(Part):
    """A task of the registry with its settings and files, or the bundled collection."""

    def __init__(self, task: str, settings: TransferSettings, sources: Sources, label: str = "") -> None:
        self.kind: type[Task] = TASKS[task]
        self.name, self.label = task, label or self.kind.label
        self.measures, self.trained = self.kind.measures, self.kind.trained
        self._settings, self._sources = settings.settled(self.kind.own), sources

    @cached_property
    def _task(self) -> Task:
        return read_task(self.name, self._sources)

    def measure(self, encoder: "Encoder", seed: int, tell: Teller) -> Measured:
        from otcore.evaluation.transfer.running import transfer

        found = transfer(self._task, [encoder], self._settings, [seed], tell=tell)
        scores: dict[str, dict[str, float]] = {}
        for score in found.scores:
            scores.setdefault(score.language, {})[score.measure] = score.value
        return Measured(scores, found.chance, found.notes)

    def told(self) -> dict[str, Any]:
        files = (*self._sources.train, *self._sources.dev, *self._sources.tests.values(), *filter(None, [self._sources.english]))
        return {
            "settings": dataclasses.asdict(self._settings),
            "languages": list(self._sources.languages),
            "files": [Path(file).name for file in files],
        }


class LinksPart(Part):
    """AER of the default links, on the collection's test part or on files of pairs and links."""

    measures: Mapping[str, str] = {"aer": "AER"}
    better = "lower"

    def __init__(self, name: str, label: str, languages: Sequence[str], files: Mapping[str, tuple[Path, Path]] | None = None) -> None:
        self.name, self.label, self._languages, self._files = name, label, tuple(languages), files

    @cached_property
    def _pairs(self) -> dict[str, list[SentencePair]]:
        if self._files is None:
            return {code: load_collection().pairs(code, ENGLISH, "test") for code in self._languages}
        return {code: _with_gold(code, *self._files[code]) for code in self._languages}

    def measure(self, encoder: "Encoder", seed: int, tell: Teller) -> Measured:
        from otcore.alignment.aligner import align_many
        from otcore.alignment.scores import score
        from otcore.alignment.settings import AlignSettings

        scores = {}
        for (code, pairs), part in tell.each(self._pairs.items()):
            found = align_many(encoder, pairs, AlignSettings())
            scores[code] = {"aer": score([one.pairs for one in found], [pair.gold for pair in pairs]).aer}
            part(1, f"{code}: {len(pairs)} pairs aligned")
        return Measured(scores)

    def told(self) -> dict[str, Any]:
        files = [path.name for code in self._languages for path in self._files[code]] if self._files else []
        return {"languages": list(self._languages), "files": files}


def _with_gold(code: str, pairs: Path, links: Path) -> list[SentencePair]:
    """Pairs of a file whose name says on which side English stands (`enfr`, `roen`), turned so that it is the target; links from 1."""
    from otcore.corpora.parallel import read_bitext
    from otcore.corpora.pharaoh import read_links

    first = pairs.name.startswith(ENGLISH)
    found = read_bitext(pairs, *((ENGLISH, code) if first else (code, ENGLISH)), presplit=True)
    gold = read_links(links, base=1, pairs=found)
    both = zip(found, gold, strict=True)
    if not first:
        return [SentencePair(pair.source, pair.target, one, pair.id) for pair, one in both]
    return [SentencePair(pair.target, pair.source, one.reversed(), pair.id) for pair, one in both]
