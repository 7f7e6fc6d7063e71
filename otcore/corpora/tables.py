"""Rows of tables: TSV, and CSV as spreadsheets save it. What is no row of a pair is marked, never taken for one."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from otcore.base.errors import InputError
from otcore.base.notices import notice
from otcore.text.codes import SHORT, short_tag
from otcore.text.files import display_name, read_lines
from otcore.text.languages import LANGUAGES
from otcore.text.packed import plain_name

COLUMNS, QUOTES = "columns", "quotes"  # faults of a row
_DIVIDERS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
_SEP = re.compile(r'(?i)"?sep=([,;|\t:^~])"?')  # what Excel reads first in a CSV file
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_NAMES = """id source target src tgt trg sentence sentence1 sentence2 sentence_1 sentence_2 text text1 text2 translation translated original
    reference hypothesis premise source_text target_text src_text tgt_text source_sentence target_sentence segment"""
_SAMPLE = 1000  # lines by which the divider of a CSV file is told
_LONGEST_QUOTE = 20  # lines that a quoted cell goes over
csv.field_size_limit(1 << 26)


@dataclass(frozen=True)
class Row:
    """cells: of the line, all · line: where it begins, from 1 · fault: "", COLUMNS or QUOTES · told: what the fault is"""

    cells: tuple[str, ...]
    line: int
    fault: str = ""
    told: str = ""


def is_table(path: str | Path) -> bool:
    """Whether a file is TSV or CSV by its name."""
    name = plain_name(path)
    return ".tsv" in name or name.endswith((".csv", ".tab"))


def read_rows(path: str | Path, columns: Sequence[int], languages: Sequence[str] = ()) -> list[Row]:
    """The rows of a table. Names of columns in its first line are passed over, and told.

    columns  : 0-based, those that are needed
    languages: codes of these columns, which their names may be
    raises   : InputError   what `read_lines` raises, damaged quotes in CSV, or not one line with all of the columns
    """
    rows, needed = rows_of(read_lines(path, excel=True), path, columns, languages), max(columns) + 1
    if rows and all(len(row.cells) < needed for row in rows):
        there = f"{len(rows[0].cells)} tab-separated columns, column {needed} is needed, and no other line has it"
        raise InputError(f"{display_name(path)}, line {rows[0].line}: {there}; divide the columns by tabs, or name others.")
    return rows


def rows_of(lines: list[str], path: str | Path, columns: Sequence[int], languages: Sequence[str] = (), first: int = 1) -> list[Row]:
    """As `read_rows`, from lines of the file of which the first has a number; only a file's first line may hold names."""
    name, divider, begins = display_name(path), "", first == 1
    if begins and lines and (found := _SEP.fullmatch(lines[0])):
        lines, first, divider = lines[1:], 2, found[1]
    elif plain_name(path).endswith(".csv"):
        divider = _divider(lines[:_SAMPLE], max(columns) + 1)
    if not divider:
        rows = [Row(tuple(line.split("\t")), number) for number, line in enumerate(lines, first)]
        rows = _unquoted(rows, name) if any('""' in line for line in lines) else rows
    else:
        rows = list(_csv(lines, divider, first, name))
        notice(f"{name} was read as CSV divided by {_DIVIDERS.get(divider, divider)}s")
    if begins and rows and _names_columns([rows[0].cells[column] for column in columns if column < len(rows[0].cells)], languages):
        notice(
            f"{name}, line {rows[0].line} holds names of columns ({', '.join(cell[:20] for cell in rows[0].cells[:6])}) and is passed over"
        )
        rows = rows[1:]
    return _marked(rows, max(columns) + 1)


def _divider(lines: Sequence[str], needed: int) -> str:
    """The sign that divides most lines into the same number of cells, enough of them."""

    def rating(sign: str) -> tuple[int, int]:
        try:
            counts = Counter(len(cells) for cells in csv.reader(lines, delimiter=sign) if cells)
        except csv.Error:
            return 0, 0
        width, lines_of_it = max(counts.items(), key=lambda entry: (entry[0] >= needed, entry[1]), default=(0, 0))
        return (lines_of_it if width >= needed else 0, width)

    return max(",;\t|", key=rating)


def _csv(lines: Sequence[str], divider: str, first: int, name: str) -> Iterator[Row]:
    reader, begin = csv.reader((f"{line}\n".replace("\r", " ") for line in lines), delimiter=divider, strict=True), 0
    try:
        for cells in reader:
            if cells:
                yield Row(tuple(" ".join(cell.split()) if "\n" in cell else cell for cell in cells), begin + first)
            begin = reader.line_num
    except csv.Error as error:
        raise InputError(f"{name}, line {begin + first}: no CSV ({error}); check the quotes, or save the table as TSV.") from error


def _unquoted(rows: list[Row], name: str) -> list[Row]:
    """Cells without the quotes that a spreadsheet puts around them, where all quotes of a file are of that kind."""
    cells = [cell for row in rows for cell in row.cells if '"' in cell]
    if not all(map(_QUOTED.fullmatch, cells)):
        return rows
    notice(f"{name} has cells in quotes, as spreadsheets write them; they were taken off")
    return [Row(tuple(cell[1:-1].replace('""', '"') if '"' in cell else cell for cell in row.cells), row.line) for row in rows]


def _names_columns(cells: Sequence[str], languages: Sequence[str]) -> bool:
    """Whether cells are names of columns: usual ones, or the languages of the file in whatever order."""
    primaries = {short_tag(code).partition("-")[0] for code in languages}
    names = {names for code in primaries & LANGUAGES.keys() for names in (LANGUAGES[code].name, LANGUAGES[code].native)}
    known = (
        {*_NAMES.split()} | primaries | {long for long, short in SHORT.items() if short in primaries} | {name.casefold() for name in names}
    )
    found = [re.sub(r"[ -]", "_", cell.strip().strip('"').casefold()) for cell in cells]
    return len(found) > 1 and all(cell in known or short_tag(cell).partition("-")[0] in primaries for cell in found)


def _marked(rows: list[Row], needed: int) -> list[Row]:
    """Rows with their faults: more or fewer columns than most, or part of a cell that goes over several lines."""
    counts = Counter(len(row.cells) for row in rows)
    usual = max(counts, key=lambda width: (width >= needed, counts[width], -width), default=needed)
    marked = []
    for row in rows:
        width = len(row.cells)
        told = f"{width} column{'s' if width > 1 else ''} where most lines have {usual}"
        odd = width != usual and (row.cells != ("",))
        marked.append(Row(row.cells, row.line, COLUMNS, told) if odd else row)
    for start, end in _broken(rows, usual):
        told = f"a cell in quotes goes over lines {rows[start].line} to {rows[end].line}"
        marked[start : end + 1] = [Row(row.cells, row.line, QUOTES, told) for row in rows[start : end + 1]]
    return marked


def _broken(rows: Sequence[Row], usual: int) -> Iterator[tuple[int, int]]:
    """First and last place of the rows over which one quoted cell goes."""
    quotes = [sum(cell.count('"') for cell in row.cells) for row in rows]
    place = 0
    while place < len(rows):
        end = place
        if quotes[place] % 2 and rows[place].cells[-1].startswith('"'):
            open_quotes = quotes[place]
            for last in range(place + 1, min(place + _LONGEST_QUOTE, len(rows))):
                open_quotes += quotes[last]
                if open_quotes % 2 == 0:
                    short = any(len(row.cells) < usual for row in rows[place : last + 1])
                    end = last if short else place
                    break
        if end > place:
            yield place, end
        place = end + 1
