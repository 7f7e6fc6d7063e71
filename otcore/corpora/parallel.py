"""Sentence pairs in the field's plain formats: two line-parallel files, tables (TSV, CSV), and `source ||| target`."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from otcore.base.errors import InputError
from otcore.base.notices import notice
from otcore.corpora.tables import Row, read_rows
from otcore.corpora.types import SentencePair
from otcore.corpora.unsplit import split_where_unsplit
from otcore.text.files import display_name, read_lines

Rows = list[tuple[int, tuple[str, ...]]]
SEPARATOR = "|||"
_GLUED = re.compile(r"(?<!\|)\|\|\|(?!\|)")
_NUMBERED = re.compile(r"([0-9]{1,9})\t")
_LINKS = re.compile(r"\s*(?:[0-9]+[-p?][0-9]+\s*)+")
_DIVIDERS = re.compile(r"[|｜│¦∣∥‖]{2,9}")  # like the separator, and none
_TIMES = re.compile(r"\d\d:\d\d(:\d\d)?[,.]\d{3} --> ")  # of subtitles
_CSV = re.compile(r'"[^"]*"\s*[,;]\s*".*|[^;]+;[^;]+')


def read_parallel(
    source_path: str | Path, target_path: str | Path, source: str, target: str, *, presplit: bool = False
) -> list[SentencePair]:
    """Pairs from two files, line i of one translating line i of the other (Moses).

    raises: InputError   unequal line counts, or a line with nothing on it; names file and line
    """
    names = [display_name(path) for path in (source_path, target_path)]
    rows = [(number, texts) for number, texts in enumerate(parallel_lines(source_path, target_path), 1)]
    wheres = [[f"{name}, line {number}" for name in names] for number, _ in rows]
    return list(pairs_of(rows, (source, target), presplit, wheres, names[0]))


def read_tsv(
    path: str | Path, source: str, target: str, *, columns: tuple[int, int] = (0, 1), presplit: bool = False
) -> list[SentencePair]:
    """Pairs from two columns (0-based) of a table, by its name TSV or CSV. A first line with names of columns is passed over.

    raises: InputError   a line with too few columns, or more than most have, or part of a quoted cell; an empty side; names file and line
    """
    rows = texts_of(read_rows(path, columns, (source, target)), columns, path)
    return list(pairs_of(rows, (source, target), presplit, None, display_name(path)))


def texts_of(table: Iterable[Row], columns: tuple[int, int], path: str | Path) -> Rows:
    """Number and two texts of each row of a table; raises InputError for a faulty one."""
    rows, name = [], display_name(path)
    for row in table:
        where = f"{name}, line {row.line}"
        if len(row.cells) <= max(columns):
            raise InputError(f"{where}: {len(row.cells)} tab-separated columns, column {max(columns) + 1} is needed.")
        if row.fault:
            raise InputError(f"{where}: {row.told}, so what belongs together is not known; correct or remove it.")
        rows.append((row.line, tuple(row.cells[column] for column in columns)))
    return rows


def read_bitext(path: str | Path, source: str, target: str, *, presplit: bool = True) -> list[SentencePair]:
    """Pairs from lines `source ||| target`, usually already split at spaces (the input of fast_align and its heirs).

    raises: InputError   a line without exactly one `|||`, or with an empty side; names file and line, and what the file seems to be

    >>> from otcore import read_bitext
    >>> pairs = read_bitext(folder / "pairs.txt", "de", "en")  # its first line: das alte Haus ||| the old house
    >>> pairs[0].target.words
    ('the', 'old', 'house')
    """
    return list(pairs_of(two_sides(bitext_lines(path), path), (source, target), presplit, None, display_name(path)))


def two_sides(lines: Iterable[tuple[int, list[str]]], path: str | Path) -> Rows:
    """Lines as `bitext_lines` gives them, raises InputError where one has not two sides."""
    rows, name = [], display_name(path)
    for number, sides in lines:
        if len(sides) != 2:
            fault = f"{len(sides) - 1} separators “ {SEPARATOR} ”, exactly one is needed between source and target"
            raise InputError(f"{name}, line {number}: {fault}{_why(sides)}.")
        rows.append((number, tuple(sides)))
    return rows


def bitext_lines(path: str | Path) -> list[tuple[int, list[str]]]:
    """Each line's number and what stands between its separators, also where that is not two sides.

    raises: InputError   unreadable, or not one line has the separator: says what the file seems to be instead
    """
    return sides_of_lines(read_lines(path), path)


def sides_of_lines(lines: list[str], path: str | Path, first: int = 1) -> list[tuple[int, list[str]]]:
    """As `bitext_lines`, from lines of the file of which the first has a number."""
    name = display_name(path)
    rows = [(number, sides_of(line)) for number, line in enumerate(lines, first)]
    if lines and all(len(sides) == 1 for _, sides in rows):
        wanted = f"0 separators “ {SEPARATOR} ”, exactly one is needed between source and target"
        raise InputError(f"{name}, line {first}: {wanted}, and no other line has one: {_seen(lines)}.")
    if glued := [number for number, line in enumerate(lines, first) if len(_spaced(line)) == 1 and len(sides_of(line)) == 2]:
        where = f"line {glued[0]}" if len(glued) == 1 else f"{len(glued):,} lines, the first line {glued[0]}"
        notice(f"{name}: the separator {SEPARATOR} stands without spaces around it in {where}; it was read as one")
    return rows


def parallel_lines(source_path: str | Path, target_path: str | Path) -> list[tuple[str, str]]:
    """The lines of two files side by side, without numbers and tabs before them where all lines have such.

    raises: InputError   unreadable, or of unequal length
    """
    left, right = (_without_numbers(read_lines(path), display_name(path)) for path in (source_path, target_path))
    if len(left) != len(right):
        counted = f"{display_name(source_path)} has {len(left)} lines and {display_name(target_path)} has {len(right)}"
        longer = max((left, source_path), (right, target_path), key=lambda side: len(side[0]))
        told = f"; the last line of {display_name(longer[1])} is empty" if not longer[0][-1].strip() else ""
        raise InputError(f"{counted}{told}; line-parallel files need the same number.")
    return list(zip(left, right, strict=True))


def _why(sides: Sequence[str]) -> str:
    """What may be the reason that a line has not two sides."""
    if len(sides) == 3 and _LINKS.fullmatch(sides[2]):
        return "; the third field seems to hold links, so leave it out"
    return "" if "".join(sides).strip() else "; the line is empty, so remove it"


def sides_of(line: str) -> list[str]:
    """What stands between the separators of a line; two sides where it is well-formed. A separator without spaces counts where there is
    no other."""
    sides = _spaced(line)
    glued = _GLUED.split(line)
    return [side.strip() for side in glued] if len(sides) == 1 and len(glued) == 2 else sides


def _spaced(line: str) -> list[str]:
    return f" {line} ".replace("\t", " ").split(f" {SEPARATOR} ")


def _without_numbers(lines: list[str], name: str) -> list[str]:
    """Lines without the numbers that SimAlign's files of sentences have before them."""
    found = [_NUMBERED.match(line) for line in lines]
    if not lines or not all(found) or any(int(one[1]) != int(found[0][1]) + place for place, one in enumerate(found)):
        return lines
    notice(f"{name} has a number and a tab before each line; they were taken off")
    return [line[one.end() :] for line, one in zip(lines, found, strict=True)]


def _seen(lines: Sequence[str]) -> str:
    """What a file without separators seems to be, and what to do with it."""
    filled = [line for line in lines if line.strip()]
    half = len(filled) / 2
    if sum("\t" in line for line in filled) > half:
        columns = max(line.count("\t") for line in filled) + 1
        return f"the lines have {columns} columns divided by tabs, so this is TSV; give the file a name that ends in .tsv"
    head, first = filled[:5], filled[0].lstrip() if filled else ""
    signs = [found.group() for line in filled if (found := _DIVIDERS.search(line))]
    kinds = {
        "this is XLIFF; export it as a translation memory (TMX)": any("<xliff" in line.lower() for line in head),
        "this is XML or HTML; a translation memory has a name that ends in .tmx": first.startswith("<"),
        "this is JSON; save the pairs as TSV": first.startswith(("{", "[")),
        "this is a PO file; convert it to TMX or TSV": any(line.startswith("msgid ") for line in filled[:100]),
        "these are subtitles; give their text, line-parallel with that of the other language": any(map(_TIMES.match, head)),
        "these are word links; give the file of sentences": bool(filled) and all(map(_LINKS.fullmatch, filled)),
        f"the lines are divided by “{signs[0] if signs else ''}”; write “ {SEPARATOR} ” in its place": len(signs) > half,
        "the lines look like CSV; give the file a name that ends in .csv": sum(bool(_CSV.fullmatch(line)) for line in filled) > half,
    }
    return next((told for told, holds in kinds.items() if holds), "this may be one half of line-parallel text (Moses); give both halves")


def pairs_of(
    rows: Sequence[tuple[int, Sequence[str]]],
    codes: tuple[str, str],
    presplit: bool,
    wheres: Iterable[Sequence[str]] | None,
    name: str,
) -> Iterator[SentencePair]:
    """Pairs from the texts of numbered lines.

    wheres: what messages call the two sides of each, by default sides of a line of the file
    """
    if wheres is None:
        wheres = ([f"{name}, line {number}: the {side} side" for side in ("source", "target")] for number, _ in rows)
    if presplit:
        rows = split_where_unsplit(rows, codes, name)
    whole = zip(rows, wheres, strict=True)
    for (number, texts), where in whole:
        yield SentencePair.of(texts, codes, where, presplit=presplit, id=str(number))
