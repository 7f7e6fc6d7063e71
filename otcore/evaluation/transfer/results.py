"""What a transfer gave: plain values, their averages over seeds, and over languages as the paper gives them."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.task import ENGLISH

SEEN, UNSEEN, ALL = "seen", "unseen", "all"


@dataclass(frozen=True)
class Score:
    """A figure in [0, 1] of one encoder and seed."""

    encoder: str
    seed: int
    language: str
    measure: str
    value: float


@dataclass(frozen=True)
class Fit:
    """How one encoder and seed was trained: the score on English dev, passes made, seconds, and those all its seeds share."""

    encoder: str
    seed: int
    dev: float | None
    epochs: int
    seconds: float
    prepared: float


@dataclass(frozen=True)
class Average:
    """A figure over seeds: mean, standard deviation (n − 1; 0 for one seed), least and greatest."""

    mean: float
    deviation: float
    low: float
    high: float
    seeds: int

    @staticmethod
    def of(values: Sequence[float]) -> "Average":
        deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        mean = float(np.clip(np.mean(values), min(values), max(values)))  # of equal values their own, rounding aside
        return Average(mean, deviation, min(values), max(values), len(values))


@dataclass(frozen=True)
class Transfer:
    """A finished transfer.

    measures : the main one first
    encoders : the first is the one that the others are compared with
    seen     : languages that were aligned; English belongs to them in the averages, as in the paper
    chance   : language → measure → what no knowledge scores
    seconds  : of work, all together
    notes    : sentences that a reader of the figures must know
    """

    task: str
    measures: tuple[str, ...]
    encoders: tuple[str, ...]
    languages: tuple[str, ...]
    seeds: tuple[int, ...]
    seen: tuple[str, ...]
    scores: tuple[Score, ...]
    fits: tuple[Fit, ...]
    chance: Mapping[str, Mapping[str, float]]
    settings: TransferSettings
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """Averages that are given → their languages: seen and unseen where some were named, and all.

        source: Alqahtani et al. 2021, table 1, whose mean over seen languages counts English (METHOD, "Published results")
        """
        seen = tuple(code for code in self.languages if code in (*self.seen, ENGLISH))
        unseen = tuple(code for code in self.languages if code not in seen)
        parts = {SEEN: seen, UNSEEN: unseen} if self.seen else {}
        return {name: codes for name, codes in {**parts, ALL: self.languages}.items() if codes}

    def average(self, encoder: str, place: str, measure: str) -> Average:
        """Over seeds. `place`: a language, or one of `groups`, whose languages count alike."""
        return Average.of(self._values(encoder, place, measure).mean(1).tolist())

    def change(self, encoder: str, place: str, measure: str) -> Average:
        """From the first encoder to another, seed by seed."""
        found, first = (self._values(name, place, measure) for name in (encoder, self.encoders[0]))
        return Average.of((found - first).mean(1).tolist())

    def _values(self, encoder: str, place: str, measure: str) -> np.ndarray:
        """(seeds, languages) of a place."""
        value = {(s.seed, s.language): s.value for s in self.scores if s.encoder == encoder and s.measure == measure}
        return np.array([[value[seed, code] for code in self.groups.get(place, (place,))] for seed in self.seeds])

    def guess(self, place: str, measure: str) -> float:
        """Chance level of a language or a group."""
        return float(np.mean([self.chance[code][measure] for code in self.groups.get(place, (place,))]))

    def as_dict(self) -> dict[str, Any]:
        """For JSON: settings, every score, averages over seeds by encoder, measure and place, changes, and chance levels."""
        places = (*self.languages, *self.groups)

        def table(figure: Callable[[str, str, str], Average], names: Sequence[str]) -> dict[str, Any]:
            def of(name: str, measure: str) -> dict[str, Any]:
                return {place: dataclasses.asdict(figure(name, place, measure)) for place in places}

            return {name: {measure: of(name, measure) for measure in self.measures} for name in names}

        lists = {name: list(getattr(self, name)) for name in ("measures", "encoders", "languages", "seeds")}
        return {
            "task": self.task,
            **lists,
            "groups": {name: list(codes) for name, codes in self.groups.items()},
            "averages": table(self.average, self.encoders),
            "changes": table(self.change, self.encoders[1:]),
            "chance": {measure: {place: self.guess(place, measure) for place in places} for measure in self.measures},
            "scores": [dataclasses.asdict(score) for score in self.scores],
            "training": [dataclasses.asdict(fit) for fit in self.fits],
            "settings": dataclasses.asdict(self.settings),
            "seconds": round(self.seconds, 3),
            **({"notes": list(self.notes)} if self.notes else {}),
        }
