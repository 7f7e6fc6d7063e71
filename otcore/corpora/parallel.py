"""Sentence pairs in the field's plain formats: two line-parallel files, TSV, and `source ||| target`."""

import re
from collections.abc import Iterable
from pathlib import Path

from otcore.base.errors import InputError
from otcore.corpora.types import Sentence, SentencePair
from otcore.text.files import display_name, read_lines, write_lines

SEPARATOR = "|||"


def read_parallel(
    source_path: str | Path, target_path: str | Path, source: str, target: str, *, presplit: bool = False
) -> list[SentencePair]:
    """Pairs from two files, line i of one translating line i of the other (Moses).

    raises: InputError   unequal line counts, or a line with nothing on it; names file and line
    """
    pairs = []
    for number, sides in enumerate(parallel_lines(source_path, target_path), 1):
        given = zip(sides, (source, target), (source_path, target_path), strict=True)
        sentences = [
            Sentence.from_text(text, code, presplit=presplit, what=f"{display_name(path)}, line {number}") for text, code, path in given
        ]
        pairs.append(SentencePair(*sentences, id=str(number)))
    return pairs


def read_tsv(
    path: str | Path, source: str, target: str, *, columns: tuple[int, int] = (0, 1), presplit: bool = False
) -> list[SentencePair]:
    """Pairs from two columns (0-based) of a tab-separated file without quoting or header.

    raises: InputError   a line with too few columns or an empty side; names file and line
    """
    pairs = []
    for number, line in enumerate(read_lines(path), 1):
        where = f"{display_name(path)}, line {number}"
        cells = line.split("\t")
        if len(cells) <= max(columns):
            raise InputError(f"{where}: {len(cells)} tab-separated columns, column {max(columns) + 1} is needed.")
        pairs.append(_pair([cells[column] for column in columns], (source, target), presplit, where))
    return pairs


def read_bitext(path: str | Path, source: str, target: str, *, presplit: bool = True) -> list[SentencePair]:
    """Pairs from lines `source ||| target`, usually already split at spaces (the input of fast_align and its heirs).

    raises: InputError   a line without exactly one `|||`, or with an empty side; names file and line

    >>> from otcore import read_bitext
    >>> pairs = read_bitext(folder / "pairs.txt", "de", "en")  # its first line: das alte Haus ||| the old house
    >>> pairs[0].target.words
    ('the', 'old', 'house')
    """
    pairs = []
    for number, line in enumerate(read_lines(path), 1):
        where = f"{display_name(path)}, line {number}"
        sides = sides_of(line)
        if len(sides) != 2:
            raise InputError(f"{where}: {len(sides) - 1} separators “ {SEPARATOR} ”, exactly one is needed between source and target.")
        pairs.append(_pair(sides, (source, target), presplit, where))
    return pairs


def parallel_lines(source_path: str | Path, target_path: str | Path) -> list[tuple[str, str]]:
    """The lines of two files side by side.

    raises: InputError   unreadable, or of unequal length
    """
    left, right = read_lines(source_path), read_lines(target_path)
    if len(left) != len(right):
        raise InputError(
            f"{display_name(source_path)} has {len(left)} lines and {display_name(target_path)} has {len(right)}; "
            "line-parallel files need the same number."
        )
    return list(zip(left, right, strict=True))


def sides_of(line: str) -> list[str]:
    """What stands between the separators of a line; two sides where it is well-formed."""
    return f" {line} ".replace("\t", " ").split(f" {SEPARATOR} ")


def write_parallel(source_path: str | Path, target_path: str | Path, pairs: Iterable[SentencePair]) -> None:
    """Two line-parallel files of running text."""
    pairs = list(pairs)
    write_lines(source_path, (_one_line(pair.source.text) for pair in pairs))
    write_lines(target_path, (_one_line(pair.target.text) for pair in pairs))


def write_tsv(path: str | Path, pairs: Iterable[SentencePair]) -> None:
    """Two columns of running text; a tab inside a sentence becomes a space."""
    write_lines(path, (f"{_one_line(pair.source.text)}\t{_one_line(pair.target.text)}" for pair in pairs))


def write_bitext(path: str | Path, pairs: Iterable[SentencePair]) -> None:
    """Lines `source ||| target`, words divided by spaces.

    raises: InputError   a word is itself `|||`, so that the line could not be read back
    """
    write_lines(path, (_bitext_line(pair) for pair in pairs))


def _bitext_line(pair: SentencePair) -> str:
    if SEPARATOR in pair.source.words + pair.target.words:
        raise InputError(f"Pair {pair.id} has a word “{SEPARATOR}”, which divides the sides in this format; write TSV instead.")
    return f"{' '.join(pair.source.words)} {SEPARATOR} {' '.join(pair.target.words)}"


def _one_line(text: str) -> str:
    return re.sub(r"[\t\r\n]+", " ", text)


def _pair(sides: list[str], languages: tuple[str, str], presplit: bool, where: str) -> SentencePair:
    given = zip(sides, languages, ("source", "target"), strict=True)
    sentences = [Sentence.from_text(text, code, presplit=presplit, what=f"{where}: the {side} side") for text, code, side in given]
    return SentencePair(*sentences, id=where.rsplit(" ", 1)[-1])
