"""Pairs as plain text, whatever the format and however broken: what the readers of `otcore.corpora` refuse is let through and counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from otcore.base.errors import InputError
from otcore.corpora.parallel import SEPARATOR
from otcore.corpora.tmx import is_tmx, missing, tmx_units
from otcore.text.files import display_name, read_lines, write_lines
from otcore.text.languages import clean, language


@dataclass(frozen=True)
class TextPair:
    """Two sides on one line each, perhaps empty, and the line of the file they begin on."""

    source: str
    target: str
    line: int


def read_texts(
    path: str | Path, languages: tuple[str, str], *, target_path: str | Path | None = None, columns: tuple[int, int] = (1, 2)
) -> list[TextPair]:
    """The pairs of a TMX or TSV file (by its name), one with lines `source ||| target`, or with `target_path` two line-parallel files.

    languages: codes of source and target, by which the segments of a TMX file are found
    columns  : of a TSV file, from 1: that of the source and that of the target
    raises   : InputError   unreadable, two files of unequal length, or a TMX file without one of the languages
    """
    if target_path is not None:
        return _line_parallel(path, target_path)
    if is_tmx(path):
        return _units(path, languages)
    cut = _columns(columns) if ".tsv" in str(path).lower() else _sides
    return [TextPair(*(side.strip() for side in cut(line)), number) for number, line in enumerate(read_lines(path), 1)]


def write_texts(path: str | Path, pairs: Iterable[TextPair]) -> None:
    """Two tab-separated columns, atomically.

    raises: InputError   the folder is absent or may not be written
    """
    write_lines(path, ("\t".join(" ".join(side.split()) for side in (pair.source, pair.target)) for pair in pairs))


def _line_parallel(path: str | Path, target_path: str | Path) -> list[TextPair]:
    left, right = read_lines(path), read_lines(target_path)
    if len(left) != len(right):
        raise InputError(
            f"{display_name(path)} has {len(left)} lines and {display_name(target_path)} has {len(right)}; "
            "line-parallel files need the same number."
        )
    return [TextPair(a.strip(), b.strip(), number) for number, (a, b) in enumerate(zip(left, right, strict=True), 1)]


def _units(path: str | Path, languages: tuple[str, str]) -> list[TextPair]:
    codes = language(languages[0]).code, language(languages[1]).code
    pairs, tags = [], set()
    for unit in tmx_units(path):
        tags |= {tag for tag, _ in unit.segments}
        texts = [unit.text(code) for code in codes]
        if None not in texts:  # a memory of many languages has units that are none of this pair
            pairs.append(TextPair(*(clean(text, f"{display_name(path)}, line {unit.line}") for text in texts), unit.line))
    if not pairs:
        raise missing(path, codes, tags)
    return pairs


def _columns(columns: Sequence[int]):
    def cut(line: str) -> tuple[str, str]:
        cells = line.split("\t")
        source, target = (cells[column - 1] if column <= len(cells) else "" for column in columns)
        return source, target

    return cut


def _sides(line: str) -> tuple[str, str]:
    sides = f" {line} ".replace("\t", " ").split(f" {SEPARATOR} ")
    return (sides[0], sides[1]) if len(sides) == 2 else (line, "")
