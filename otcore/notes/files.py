"""Notes as CSV and JSON, there and back, and how far two annotators agree."""

import csv
import io
import json
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from otcore.base.errors import InputError
from otcore.notes.store import Note

_COLUMNS = ("uid", "corpus", "pair", "source", "target", "author", "tag", "comment", "written")
_GIVE = "give a file of notes that was exported here"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


@dataclass(frozen=True)
class Agreement:
    """Two annotators on the places that both have tagged."""

    first: str
    second: str
    places: int  # how many those are
    share: float | None  # of them with the same tag; None where there are none
    kappa: float | None  # Cohen's κ in [−1, 1]; None where it is not defined: no place, or both used one and the same tag throughout


def agreement(notes: Sequence[Note], first: str, second: str) -> Agreement:
    """Cohen's κ over pairs and links that both annotators tagged; of several tags of one person on one place the last counts.

    source: Cohen 1960; scikit-learn's cohen_kappa_score
    """
    from sklearn.metrics import cohen_kappa_score

    tagged = [note for note in sorted(notes, key=lambda note: note.written) if note.tag]
    tags = [{note.place: note.tag for note in tagged if note.author == author} for author in (first, second)]
    both = sorted(tags[0].keys() & tags[1].keys(), key=repr)
    if not both:
        return Agreement(first, second, 0, None, None)
    sides = [[side[place] for place in both] for side in tags]
    share = sum(a == b for a, b in zip(*sides, strict=True)) / len(both)
    with warnings.catch_warnings(action="ignore"):  # of few places with many tags
        kappa = float(cohen_kappa_score(*sides)) if len({*sides[0], *sides[1]}) > 1 else None
    return Agreement(first, second, len(both), share, kappa)


def to_json(notes: Sequence[Note]) -> str:
    """All notes as they are."""
    return json.dumps({"notes": [asdict(note) for note in notes]}, ensure_ascii=False, indent=1)


def to_csv(notes: Sequence[Note]) -> str:
    """One row a note; a cell a spreadsheet would take for a formula gets an apostrophe in front, which reading takes off again."""
    file = io.StringIO()
    csv.writer(file).writerows([_COLUMNS, *([_safe(getattr(note, name)) for name in _COLUMNS] for note in notes)])
    return file.getvalue()


def read_notes(content: bytes, name: str) -> list[Note]:
    """Notes from a file that `to_json` or `to_csv` wrote, by the end of its name.

    raises: InputError   not UTF-8, not that format, or a note that cannot be one; names the file and the note
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is not UTF-8; save it as UTF-8.") from error
    readers = {".json": _json_rows, ".csv": _csv_rows}
    reader = next((read for end, read in readers.items() if name.lower().endswith(end)), None)
    if reader is None:
        raise InputError(f"{name} ends in neither .json nor .csv; {_GIVE}.")
    return [_note(row, f"{name}, note {number}") for number, row in enumerate(reader(text, name), 1)]


def _safe(value: object) -> object:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _json_rows(text: str, name: str) -> list[dict]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} is not JSON ({error}); {_GIVE}.") from error
    rows = content.get("notes") if isinstance(content, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError(f"{name} has no list “notes”; {_GIVE}.")
    return rows


def _csv_rows(text: str, name: str) -> list[dict]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    absent = [column for column in _COLUMNS[1:] if column not in (reader.fieldnames or ())]
    if absent:
        raise InputError(f"{name} has no column “{absent[0]}”; {_GIVE}.")
    try:
        return [{key: _unsafe(value) for key, value in row.items() if key in _COLUMNS} for row in reader]
    except csv.Error as error:
        raise InputError(f"{name} cannot be read as CSV ({error}); export it again.") from error


def _unsafe(value: str | None) -> str:
    value = value or ""
    return value[1:] if value.startswith("'") and value[1:].startswith(_FORMULA) else value


def _note(row: dict, where: str) -> Note:
    try:
        places = [None if row.get(side) in (None, "") else int(row[side]) for side in ("source", "target")]
        written = float(row.get("written") or 0)
        texts = {key: str(row.get(key) or "") for key in ("corpus", "pair", "author", "tag", "comment", "uid")}
        return Note(source=places[0], target=places[1], written=written, **texts)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    except (ValueError, TypeError) as error:
        raise InputError(f"{where}: a place or time in it is no number; export the notes again.") from error
