"""Which language a file is in, and labelled lines: pairs of sentences for NLI, single texts for topics."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from otcore.base.errors import InputError
from otcore.text.languages import language

_HEADER = {
    "premise": 0, "sentence1": 0, "hypothesis": 1, "hypo": 1, "sentence2": 1, "label": 2, "gold_label": 2, "language": 3,
}  # fmt: skip
_PART = re.compile(r"[a-z]{2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Labelled:
    """One example of a classification: one text, or premise and hypothesis, and its label."""

    texts: tuple[str, ...]
    label: str


def language_files(given: Sequence[str]) -> dict[str, str]:
    """Language → path from `CODE=FILE`, or from the name: `xquad.de.json`, `test-de.tsv`, `de.devtest`.

    raises: InputError   no language in a name, a code that is none, a language twice
    """
    found: dict[str, str] = {}
    for entry in given:
        code, path = _language_file(entry)
        if code in found:
            raise InputError(f"Two files are for {code}: {found[code]} and {path}; give one, or write CODE=FILE.")
        found[code] = path
    return found


def _language_file(entry: str) -> tuple[str, str]:
    code, named, path = entry.partition("=")
    if named and path and re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", code):
        return language(code).code, path
    parts = [part for part in re.split(r"[._-]", Path(entry.split("::", maxsplit=1)[0]).name.lower()) if _PART.fullmatch(part)]
    if not parts:
        raise InputError(f"The name of {entry} does not tell its language; write CODE=FILE, for instance de={entry}.")
    return language(parts[-1]).code, entry


def read_labelled(path: str, texts: int, code: str | None = None) -> list[Labelled]:
    """Examples of a TSV file: `texts` columns of text, then the label. A first line of column names, as XNLI and MultiNLI have,
    is understood for pairs; lines labelled “-” have no label people agreed on and are left out.

    code  : takes only the lines of that language where the file has a column for it
    raises: InputError   unreadable, not UTF-8, too few columns, an empty text, no label, no lines; names file and line
    """
    name, lines = path, _lines(path)
    columns, start = _columns(lines[0].split("\t") if lines else [], texts)
    examples = []
    for number, line in enumerate(lines[start:], start + 1):
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) <= max(columns):
            raise InputError(f"{name}, line {number}: {len(cells)} tab-separated columns, column {max(columns) + 1} is needed.")
        chosen = [cells[column] for column in columns]
        if code is not None and len(chosen) > texts + 1 and chosen[texts + 1] != code:
            continue
        if not all(chosen[: texts + 1]):
            raise InputError(f"{name}, line {number}: a text or the label is empty; complete or remove the line.")
        if chosen[texts] != "-":
            examples.append(Labelled(tuple(chosen[:texts]), chosen[texts]))
    if not examples:
        raise InputError(f"{name} has no example{f' in {code}' if code else ''}; give a file with lines of text and label divided by tabs.")
    return examples


def _lines(path: str) -> list[str]:
    """Lines in NFC. Control characters become spaces: XNLI's Chinese test file has some, and a test set is used whole."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}); check the path and its permissions.") from error
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
