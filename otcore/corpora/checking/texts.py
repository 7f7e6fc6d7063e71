"""Pairs as plain text, whatever the format and however broken: what the readers of `otcore.corpora` refuse is let through and counted."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from otcore.corpora.parallel import SEPARATOR, bitext_lines, parallel_lines
from otcore.corpora.tables import COLUMNS, is_table, read_rows
from otcore.corpora.tmx import is_tmx, tmx_texts
from otcore.text.files import write_lines


@dataclass(frozen=True)
class TextPair:
    """Two sides on one line each, perhaps empty, and the line of the file they begin on."""

    source: str
    target: str
    line: int
    faults: tuple[str, ...] = ()  # kinds that the reader of the file saw

    @property
    def sides(self) -> tuple[str, str]:
        return self.source, self.target


def read_texts(
    path: str | Path, languages: tuple[str, str], *, target_path: str | Path | None = None, columns: tuple[int, int] = (1, 2)
) -> list[TextPair]:
    """The pairs of a TMX, TSV or CSV file (by its name), one with lines `source ||| target`, or with `target_path` two line-parallel files.

    languages: codes of source and target, by which the segments of a TMX file are found
    columns  : of a table, from 1: that of the source and that of the target
    raises   : InputError   unreadable, two files of unequal length, a TMX file without one of the languages, or another format
    """
    if target_path is not None:
        return [_pair(sides, number) for number, sides in enumerate(parallel_lines(path, target_path), 1)]
    if is_tmx(path):
        return [
            _pair([unicodedata.normalize("NFC", text) for text in texts], line) for line, *texts in tmx_texts(path, *languages, empty=True)
        ]
    if is_table(path):
        places = [column - 1 for column in columns]
        rows = read_rows(path, places, languages)
        whole = ((row, [row.cells[place] if place < len(row.cells) else "" for place in places]) for row in rows)
        return [_pair(sides, row.line, row.fault) for row, sides in whole]
    return [_cut(sides, number) for number, sides in bitext_lines(path)]


def write_texts(path: str | Path, pairs: Iterable[TextPair]) -> None:
    """Two tab-separated columns, atomically; raises InputError where the folder is absent or may not be written."""
    write_lines(path, ("\t".join(" ".join(side.split()) for side in pair.sides) for pair in pairs))


def _pair(sides: Sequence[str], line: int, fault: str = "") -> TextPair:
    source, target = (side.strip() for side in sides)
    return TextPair(source, target, line, (fault,) if fault else ())


def _cut(sides: Sequence[str], line: int) -> TextPair:
    """The two sides of a line, or one that is not divided in two."""
    if len(sides) == 2:
        return _pair(sides, line)
    return _pair([f" {SEPARATOR} ".join(side.strip() for side in sides), ""], line, COLUMNS if len(sides) > 2 else "")
