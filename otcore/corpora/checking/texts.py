"""Pairs as plain text, whatever the format and however broken: what the readers of `otcore.corpora` refuse is let through and counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from otcore.corpora.parallel import parallel_lines, sides_of
from otcore.corpora.tmx import is_tmx, tmx_texts
from otcore.text.files import display_name, read_lines, write_lines
from otcore.text.languages import clean


@dataclass(frozen=True)
class TextPair:
    """Two sides on one line each, perhaps empty, and the line of the file they begin on."""

    source: str
    target: str
    line: int

    @property
    def sides(self) -> tuple[str, str]:
        return self.source, self.target


def read_texts(
    path: str | Path, languages: tuple[str, str], *, target_path: str | Path | None = None, columns: tuple[int, int] = (1, 2)
) -> list[TextPair]:
    """The pairs of a TMX or TSV file (by its name), one with lines `source ||| target`, or with `target_path` two line-parallel files.

    languages: codes of source and target, by which the segments of a TMX file are found
    columns  : of a TSV file, from 1: that of the source and that of the target
    raises   : InputError   unreadable, two files of unequal length, or a TMX file without one of the languages
    """
    if target_path is not None:
        rows = enumerate(parallel_lines(path, target_path), 1)
    elif is_tmx(path):
        where = display_name(path)
        units = tmx_texts(path, *languages, empty=True)
        rows = [(line, [clean(text, f"{where}, line {line}") for text in texts]) for line, *texts in units]
    else:
        places = [column - 1 for column in columns] if ".tsv" in str(path).lower() else None
        rows = ((number, _cut(line, places)) for number, line in enumerate(read_lines(path), 1))
    return [TextPair(*(side.strip() for side in sides), number) for number, sides in rows]


def write_texts(path: str | Path, pairs: Iterable[TextPair]) -> None:
    """Two tab-separated columns, atomically; raises InputError where the folder is absent or may not be written."""
    write_lines(path, ("\t".join(" ".join(side.split()) for side in pair.sides) for pair in pairs))


def _cut(line: str, places: Sequence[int] | None) -> list[str]:
    """The two sides of a line: its cells at these places, or without places what a separator divides."""
    if places is None:
        sides = sides_of(line)
        return sides if len(sides) == 2 else [line, ""]
    cells = line.split("\t")
    return [cells[place] if place < len(cells) else "" for place in places]
