"""Labelled lines of TSV files: pairs of sentences for NLI, single texts for topics."""

import re
import unicodedata
from dataclasses import dataclass

from otcore.base.errors import InputError
from otcore.text.packed import opened

_NAMES = (("premise", "sentence1"), ("hypothesis", "hypo", "sentence2"), ("label", "gold_label"), ("language",))
_HEADER = {name: place for place, names in enumerate(_NAMES) for name in names}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Labelled:
    """One example of a classification: one text, or premise and hypothesis, and its label."""

    texts: tuple[str, ...]
    label: str


def read_labelled(path: str, texts: int, code: str | None = None) -> list[Labelled]:
    """Examples of a TSV file: `texts` columns of text, then the label. A first line of column names, as XNLI and MultiNLI have,
    is understood for pairs; lines labelled “-” have no label people agreed on and are left out.

    code  : takes only the lines of that language where the file has a column for it
    raises: InputError   unreadable, not UTF-8, too few columns, an empty text, no label, no lines; names file and line
    """
    lines = _lines(path)
    columns, start = _columns(lines[0].split("\t") if lines else [], texts)
    examples = []
    for number, line in enumerate(lines[start:], start + 1):
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) <= max(columns):
            raise InputError(f"{path}, line {number}: {len(cells)} tab-separated columns, column {max(columns) + 1} is needed.")
        chosen = [cells[column] for column in columns]
        if code is not None and len(chosen) > texts + 1 and chosen[texts + 1] != code:
            continue
        if not all(chosen[: texts + 1]):
            raise InputError(f"{path}, line {number}: a text or the label is empty; complete or remove the line.")
        if chosen[texts] != "-":
            examples.append(Labelled(tuple(chosen[:texts]), chosen[texts]))
    if not examples:
        raise InputError(f"{path} has no example{f' in {code}' if code else ''}; give a file with lines of text and label divided by tabs.")
    return examples


def _lines(path: str) -> list[str]:
    """Lines in NFC. Control characters become spaces: XNLI's Chinese test file has some, and a test set is used whole."""
    with opened(path, path) as file:
        content = file.read()
    found = []
    for number, line in enumerate(content.removesuffix(b"\n").split(b"\n") if content else [], 1):
        try:
            text = line.removesuffix(b"\r").decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise InputError(f"{path}, line {number}: byte {error.start + 1} is not UTF-8; save the file as UTF-8.") from error
        found.append(unicodedata.normalize("NFC", _CONTROL.sub(" ", text)))
    return found


def _columns(first: list[str], texts: int) -> tuple[list[int], int]:
    """Columns of the texts, the label and, where there is one, the language; and the first line of examples."""
    places = {_HEADER[cell.strip()]: column for column, cell in enumerate(first) if cell.strip() in _HEADER}
    if texts == 2 and {0, 1, 2} <= places.keys():
        return [places[key] for key in sorted(places)], 1
    return list(range(texts + 1)), 0
