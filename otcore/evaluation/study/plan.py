"""What a study is: rows, seeds and parts, whose product is its cells."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from otcore.base.errors import InputError
from otcore.base.registry import Registry
from otcore.encoders import fetch_encoder, source_of
from otcore.evaluation.study.part import Part
from otcore.objectives import OBJECTIVES
from otcore.runs.settings import FinetuneSettings

UNTUNED = "untuned"


@dataclass(frozen=True)
class Unit:
    """What one process does at a time: a row with a seed, trained once and measured in every part."""

    row: str
    seed: int

    @property
    def name(self) -> str:
        return f"{self.row}-{self.seed}"


@dataclass(frozen=True)
class Study:
    """A plan with its data at hand.

    plan   : name of the plan; label and about for people
    encoder: where every row starts
    tuning : settings of every fine-tuning run, by name; objective, encoder and seed come from the cell
    parts  : what is measured
    rows   : UNTUNED and names of objectives; `seeds`
    """

    plan: str
    label: str
    about: str
    encoder: str
    tuning: Mapping[str, Any]
    parts: tuple[Part, ...]
    rows: tuple[str, ...]
    seeds: tuple[int, ...]

    def units(self) -> Iterator[Unit]:
        """All of one seed before the next, so that the table tells something early."""
        return (Unit(row, seed) for seed in self.seeds for row in self.rows)

    def parts_of(self, unit: Unit) -> list[Part]:
        """What is measured of a unit: an encoder that is not tuned is the same for every seed, where nothing is trained on it either."""
        again = unit.row != UNTUNED or unit.seed == self.seeds[0]
        return [part for part in self.parts if again or part.trained]

    def settings(self, unit: Unit) -> FinetuneSettings:
        """Of the fine-tuning of a unit; raises InputError where they do not fit together."""
        return FinetuneSettings(objective=OBJECTIVES[unit.row](), encoder=self.encoder, seed=unit.seed, **self.tuning)

    def described(self) -> dict[str, Any]:
        """As plain JSON: what a page needs to show the table, and what tells one study from another."""
        tuning = {name: value for name, value in self.tuning.items() if name != "files"}
        tuning["files"] = [Path(file.path).name for file in self.tuning.get("files", ())]
        labels = {row: OBJECTIVES[row].label if row in OBJECTIVES else UNTUNED for row in self.rows}
        told = {name: getattr(self, name) for name in ("plan", "label", "about", "encoder")}
        told["weights"] = weights_of(self.encoder)
        return told | {"tuning": tuning, "parts": [one.described() for one in self.parts], "rows": labels, "seeds": list(self.seeds)}


class Plan:
    """Base of the plans; each is a file in `otcore/evaluation/study/plans` that sets `PLAN`.

    encoder: it starts from, where nobody says another; `seeds` how many
    data   : what people read about the folder of data it needs, or "" where it needs none
    """

    name: ClassVar[str]
    label: ClassVar[str]
    rank: ClassVar[int]
    about: ClassVar[str]
    encoder: ClassVar[str]
    seeds: ClassVar[int] = 3
    steps: ClassVar[int]
    data: ClassVar[str] = ""

    def parts(self, data: Path | None) -> tuple[Part, ...]:
        raise NotImplementedError

    def tuning(self, data: Path | None) -> dict[str, Any]:
        """Settings of fine-tuning, `languages` among them."""
        raise NotImplementedError

    def study(self, data: Path | None = None, **other: Any) -> Study:
        """The plan with its data, and `other` values of encoder, rows, seeds (their number) or steps where they are not None.

        raises: InputError   no data where some is needed, or a row that is no objective
        """
        if self.data and (data is None or not data.is_dir()):
            raise InputError(f"The plan {self.name} needs a folder of data: {self.data}")
        given = {name: value for name, value in other.items() if value is not None}
        rows = tuple(given.get("rows", (UNTUNED, *OBJECTIVES)))
        if unknown := [row for row in rows if row != UNTUNED and row not in OBJECTIVES]:
            raise InputError(f"A row of a study is {UNTUNED} or one of {', '.join(OBJECTIVES)}, not {unknown[0]!r}.")
        tuning = {"evaluate_every": 0, "snapshot_every": 0, "checkpoint_every": 50} | self.tuning(data)
        tuning |= {"steps": given.get("steps", self.steps)}
        seeds = tuple(range(given.get("seeds", self.seeds)))
        return Study(self.name, self.label, self.about, given.get("encoder", self.encoder), tuning, self.parts(data), rows, seeds)


PLANS = Registry("otcore.evaluation.study.plans", "PLAN")


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two descriptions are of one study: it may have grown by rows and seeds."""
    names = ("plan", "weights", "tuning", "parts")
    return all(one.get(name) == other.get(name) for name in names)


def weights_of(name: str) -> str:
    """The first digits of the SHA-256 of an encoder's weights, fetched where they are not here: its name may mean others elsewhere.

    raises: InputError   the encoder cannot be had
    """
    fetch_encoder(name)
    whole = hashlib.sha256()
    for path in sorted(source_of(name).folder(name).glob("*.safetensors")):
        with open(path, "rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()[:16]
