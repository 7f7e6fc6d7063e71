"""Sentence pairs in the field's plain formats: two line-parallel files, TSV, and `source ||| target`."""

from collections.abc import Callable, Sequence
from pathlib import Path

from otcore.base.errors import InputError
from otcore.corpora.types import SentencePair
from otcore.text.files import display_name, read_lines

SEPARATOR = "|||"


def read_parallel(
    source_path: str | Path, target_path: str | Path, source: str, target: str, *, presplit: bool = False
) -> list[SentencePair]:
    """Pairs from two files, line i of one translating line i of the other (Moses).

    raises: InputError   unequal line counts, or a line with nothing on it; names file and line
    """
    names = [display_name(path) for path in (source_path, target_path)]
    rows = enumerate(parallel_lines(source_path, target_path), 1)
    places = (([f"{name}, line {number}" for name in names], number, texts) for number, texts in rows)
    return [SentencePair.of(texts, (source, target), where, presplit=presplit, id=str(number)) for where, number, texts in places]


def read_tsv(
    path: str | Path, source: str, target: str, *, columns: tuple[int, int] = (0, 1), presplit: bool = False
) -> list[SentencePair]:
    """Pairs from two columns (0-based) of a tab-separated file without quoting or header.

    raises: InputError   a line with too few columns or an empty side; names file and line
    """

    def cut(line: str, where: str) -> list[str]:
        cells = line.split("\t")
        if len(cells) <= max(columns):
            raise InputError(f"{where}: {len(cells)} tab-separated columns, column {max(columns) + 1} is needed.")
        return [cells[column] for column in columns]

    return _read(path, (source, target), cut, presplit)


def read_bitext(path: str | Path, source: str, target: str, *, presplit: bool = True) -> list[SentencePair]:
    """Pairs from lines `source ||| target`, usually already split at spaces (the input of fast_align and its heirs).

    raises: InputError   a line without exactly one `|||`, or with an empty side; names file and line

    >>> from otcore import read_bitext
    >>> pairs = read_bitext(folder / "pairs.txt", "de", "en")  # its first line: das alte Haus ||| the old house
    >>> pairs[0].target.words
    ('the', 'old', 'house')
    """

    def cut(line: str, where: str) -> list[str]:
        sides = sides_of(line)
        if len(sides) != 2:
            raise InputError(f"{where}: {len(sides) - 1} separators “ {SEPARATOR} ”, exactly one is needed between source and target.")
        return sides

    return _read(path, (source, target), cut, presplit)


def parallel_lines(source_path: str | Path, target_path: str | Path) -> list[tuple[str, str]]:
    """The lines of two files side by side; raises InputError where they are unreadable or of unequal length."""
    left, right = read_lines(source_path), read_lines(target_path)
    if len(left) != len(right):
        counted = f"{display_name(source_path)} has {len(left)} lines and {display_name(target_path)} has {len(right)}"
        raise InputError(f"{counted}; line-parallel files need the same number.")
    return list(zip(left, right, strict=True))


def sides_of(line: str) -> list[str]:
    """What stands between the separators of a line; two sides where it is well-formed."""
    return f" {line} ".replace("\t", " ").split(f" {SEPARATOR} ")


def _read(path: str | Path, codes: Sequence[str], cut: Callable[[str, str], list[str]], presplit: bool) -> list[SentencePair]:
    """Pairs from lines that are cut in two."""
    pairs = []
    for number, line in enumerate(read_lines(path), 1):
        where = f"{display_name(path)}, line {number}"
        names = f"{where}: the source side", f"{where}: the target side"
        pairs.append(SentencePair.of(cut(line, where), codes, names, presplit=presplit, id=str(number)))
    return pairs
