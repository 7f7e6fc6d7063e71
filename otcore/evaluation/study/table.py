"""A study's folder, and what stands in its table so far.

study.json   what it is of: plan, encoder, settings, parts, rows, seeds
table.jsonl  one JSON object a line: a finished cell, or a training; replaced whole, under a lock, by whoever finishes one
locks/       one file a row and seed, held by the process that works on it
runs/        the fine-tuning runs
"""

import contextlib
import json
import math
import os
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from otcore.base.errors import InputError
from otcore.base.names import is_text, shown
from otcore.base.places import studies_folder
from otcore.evaluation.bootstrap import Difference
from otcore.evaluation.study.plan import UNTUNED, Study, same
from otcore.evaluation.transfer.results import ALL, SEEN, UNSEEN, Average
from otcore.evaluation.transfer.task import ENGLISH
from otcore.text.writing import why, write_bytes

DESCRIPTION, TABLE = "study.json", "table.jsonl"
TRAINING = "training"  # in place of a part: what a line says of a fine-tuning


@dataclass(frozen=True)
class Cell:
    """A line of the table.

    part   : name of a part, or TRAINING
    scores : language → measure → value; chance the same; both empty for a training
    seconds: of work; `state`: of a training how it ended; notes: sentences a reader must know
    """

    row: str
    seed: int
    part: str
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    chance: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    seconds: float = 0.0
    state: str = "finished"
    notes: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, int, str]:
        return self.row, self.seed, self.part


EXAMPLES = Path(__file__).resolve().parents[3] / "data" / "results" / "studies"
_LOOK = {"timeout": 0.01, "poll_interval": 0.002}  # a look of another process holds a lock for much less, work for much longer


def studies() -> dict[str, Path]:
    """Name → folder of the studies below OTCORE_STUDIES, the one last changed first, and of those that come with the project."""
    found = sorted(studies_folder().glob(f"[!.]*/{DESCRIPTION}"), key=_changed, reverse=True)
    examples = sorted(EXAMPLES.glob(f"*/{DESCRIPTION}"))
    names = {path.parent.name: path.parent for path in found if is_text(path.parent.name)}
    return names | {f"{path.parent.name} (example)": path.parent for path in examples}


def _changed(description: Path) -> tuple[int, str]:
    table = description.with_name(TABLE)
    return (table if table.is_file() else description).stat().st_mtime_ns, description.parent.name


def at_work(folder: Path) -> list[str]:
    """The units, as "row-seed", that processes of this or another machine work on now; none in a folder that is not ours to write."""
    held = []
    for path in sorted((folder / "locks").glob("*")):
        if path.name != "table" and os.access(path, os.W_OK):
            with contextlib.suppress(OSError):
                try:
                    with FileLock(path, **_LOOK):
                        pass
                except Timeout:
                    held.append(path.name)
    return held


def begin(folder: Path, study: Study) -> None:
    """Makes the folder of a study, or goes on with it; rows and seeds may have been added.

    raises: InputError   the folder holds another study, or cannot be written
    """
    described = json.loads(json.dumps(study.described()))
    try:
        (folder / "locks").mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "locks" / "table"):
            if (folder / DESCRIPTION).is_file():
                known = _description(folder)
                if not same(known, described):
                    raise InputError(f"{shown(folder)} holds another study (another encoder, data or settings); choose another folder.")
                described["rows"] = known["rows"] | described["rows"]
                described["seeds"] = sorted({*known["seeds"], *described["seeds"]})
            write_bytes(folder / DESCRIPTION, (json.dumps(described, ensure_ascii=False, indent=1) + "\n").encode())
    except OSError as error:
        raise InputError(f"The folder {shown(folder)} cannot be written ({why(error)}); choose another place.") from error


def keep(folder: Path, cell: Cell) -> None:
    """One more line, in the place of one there may be of the same cell; raises InputError where it cannot be written."""
    with FileLock(folder / "locks" / "table"):
        lines = [one for one in cells(folder) if one.place != cell.place] + [cell]
        text = "".join(json.dumps(vars(one), ensure_ascii=False) + "\n" for one in lines)
        write_bytes(folder / TABLE, text.encode())


def cells(folder: Path) -> list[Cell]:
    """The lines of the table, none where there is none yet.

    raises: InputError   it cannot be read
    """
    try:
        text = (folder / TABLE).read_text(encoding="utf-8")
        return [Cell(**value | {"notes": tuple(value["notes"])}) for value in map(json.loads, text.splitlines())]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{shown(folder / TABLE)} cannot be read ({shown(error)}); remove its damaged lines, they are made again."
        ) from error


def open_table(folder: Path) -> "Table":
    """A study as it stands.

    raises: InputError   there is none in the folder, or its files are damaged
    """
    return Table(_description(folder), cells(folder))


def _description(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        if not {"plan", "label", "about", "encoder", "weights", "tuning", "parts", "rows", "seeds"} <= found.keys():
            raise ValueError("not a study's")
        return found
    except FileNotFoundError:
        raise InputError(f"{shown(folder)} is not a study (no {DESCRIPTION} in it); choose the folder of one.") from None
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(f"The study in {shown(folder)} cannot be read ({shown(error)}); start it in another folder.") from error


class Table:
    """The finished cells of a study, their averages over seeds, and changes from the encoder that is not tuned, paired by seed."""

    def __init__(self, described: Mapping[str, Any], lines: Iterable[Cell]) -> None:
        self.described = described
        self.rows: dict[str, str] = described["rows"]
        self.seeds: list[int] = described["seeds"]
        self.parts: dict[str, dict[str, Any]] = {one["name"]: one for one in described["parts"]}
        self.trainings = {(one.row, one.seed): one for one in lines if one.part == TRAINING}
        self._cells = {one.place: one for one in lines if one.part in self.parts}

    @property
    def seen(self) -> tuple[str, ...]:
        return tuple(self.described["tuning"]["languages"])

    @property
    def wanted(self) -> int:
        """Cells of the whole grid, without those of rows whose training did not end well."""
        failed = {place for place, one in self.trainings.items() if one.state != "finished"}
        places = [(row, seed) for row in self.rows for seed in self.seeds if (row, seed) not in failed]
        return sum(row != UNTUNED or seed == self.seeds[0] or one["trained"] for row, seed in places for one in self.parts.values())

    @property
    def finished(self) -> int:
        return len(self._cells)

    def has(self, row: str) -> bool:
        """Whether a row has a finished cell."""
        return any(place[0] == row for place in self._cells)

    def cell(self, row: str, seed: int, part: str) -> Cell | None:
        """A finished cell; where nothing is trained, the encoder that is not tuned has one for all seeds."""
        alone = row == UNTUNED and not self.parts[part]["trained"]
        return self._cells.get((row, self.seeds[0] if alone else seed, part))

    def languages(self, part: str) -> tuple[str, ...]:
        return next((tuple(one.scores) for place, one in self._cells.items() if place[2] == part), ())

    def groups(self, part: str) -> dict[str, tuple[str, ...]]:
        """Means that are given → their languages, English among those seen, as in the paper."""
        codes = self.languages(part)
        seen = tuple(code for code in codes if code in (*self.seen, ENGLISH))
        found = {SEEN: seen, UNSEEN: tuple(code for code in codes if code not in seen), ALL: codes}
        return {name: some for name, some in found.items() if some}

    def values(self, row: str, part: str, place: str, measure: str) -> dict[int, float]:
        """Seed → figure of a language or a group, of the seeds that are there."""
        codes, found = self.groups(part).get(place, (place,)), {}
        for seed in self.seeds:
            one = self.cell(row, seed, part)
            if one is not None and all(code in one.scores for code in codes):
                found[seed] = float(np.mean([one.scores[code][measure] for code in codes]))
        alone = row == UNTUNED and not self.parts[part]["trained"]
        return dict(list(found.items())[:1]) if alone else found

    def average(self, row: str, part: str, place: str, measure: str) -> Average | None:
        values = self.values(row, part, place, measure)
        return Average.of(list(values.values())) if values else None

    def change(self, row: str, part: str, place: str, measure: str) -> Difference | None:
        """From the encoder that is not tuned, with the interval of Student's t over the seeds that both have; none for one seed.

        source: Student 1908; its p is two-sided
        """
        now, before = self.values(row, part, place, measure), self._first(part, place, measure)
        found = [now[seed] - before[seed] for seed in now if seed in before]
        return _interval(found) if found else None

    def chance(self, part: str, place: str, measure: str) -> float | None:
        """What no knowledge would score, where that is known."""
        codes = self.groups(part).get(place, (place,))
        known = next((one.chance for (_, _, name), one in self._cells.items() if name == part and one.chance), None)
        return float(np.mean([known[code][measure] for code in codes])) if known and all(code in known for code in codes) else None

    def print(self) -> int:
        """Changes with every cell."""
        return zlib.crc32(repr((self.rows, sorted(self._cells), sorted(self.trainings))).encode())

    def _first(self, part: str, place: str, measure: str) -> dict[int, float]:
        values = self.values(UNTUNED, part, place, measure)
        return values if self.parts[part]["trained"] else dict.fromkeys(self.seeds, *values.values()) if values else {}


def _interval(values: list[float]) -> Difference:
    from scipy import stats

    mean, count = float(np.mean(values)), len(values)
    if count < 2:
        return Difference(mean, math.nan, math.nan, 1.0)
    error = float(np.std(values, ddof=1)) / math.sqrt(count)
    if error == 0:
        return Difference(mean, mean, mean, 1.0 if mean == 0 else 0.0)
    width = float(stats.t.ppf(0.975, count - 1)) * error
    return Difference(mean, mean - width, mean + width, float(2 * stats.t.sf(abs(mean) / error, count - 1)))
