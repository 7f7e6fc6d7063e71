"""A corpus of sentence pairs as a stream: as much of it in memory as is looked at together, however long it is.

What a reader decides by looking at a file as a whole (whether Chinese is split into words, how many columns most lines have) is decided for
each part of `_PART` lines, so a file that is no longer is read as the other readers of `otcore.corpora` do. Translation memories are
documents, and CSV may have cells over several lines: these are read whole.
"""

import itertools
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from otcore.base.notices import Notice, telling_once
from otcore.corpora.parallel import Rows, pairs_of, sides_of_lines, texts_of, two_sides
from otcore.corpora.tables import is_table, rows_of
from otcore.corpora.telling import SAMPLE, tell_language
from otcore.corpora.tmx import is_tmx, read_tmx
from otcore.corpora.tmx_reader import tmx_units
from otcore.corpora.types import SentencePair
from otcore.text.files import display_name, line_parts
from otcore.text.languages import LANGUAGES, language
from otcore.text.packed import plain_name

UNKNOWN = ("und-source", "und-target")  # where nothing is said and nothing can be told: apart, since each side has words of its own
_PART = 1 << 15
_COLUMNS = (0, 1)
Given = tuple[str | None, str | None]


@dataclass(frozen=True)
class PairStream:
    """A corpus, opened.

    languages: codes of both sides
    pairs    : in order, to be gone through once; raises InputError at what is no pair
    notes    : on the languages that were not given, for who reads the result
    """

    languages: tuple[str, str]
    pairs: Iterator[SentencePair]
    notes: tuple[Notice, ...] = ()


def open_pairs(path: str | Path, given: Given, *, presplit: bool = True) -> PairStream:
    """The pairs of one file: TMX, TSV or CSV by its name, else lines `source ||| target`; packed or not, `-` for standard input.

    given   : codes of both sides, None where the language is to be told from the text
    presplit: words stand apart at spaces already, in all but TMX
    raises  : InputError   what the readers raise of the first lines
    """
    for code in given:
        if code is not None:
            language(code)
    if is_tmx(path):
        codes, notes = _filled(given, lambda: _tagged(path), path)
        return PairStream(codes, iter(read_tmx(path, *codes)), notes)
    parts = _parts(path, tuple(code for code in given if code is not None))
    first = next(parts, [])
    if not first:
        return PairStream(tuple(code or other for code, other in zip(given, UNKNOWN, strict=True)), iter(()))
    codes, notes = _filled(given, lambda: _told(first), path)
    return PairStream(codes, _each(itertools.chain([first], parts), codes, presplit, display_name(path)), notes)


def _parts(path: str | Path, known: tuple[str, ...]) -> Iterator[Rows]:
    """Rows of the file, part by part. A fault that the parts share is told of the first that has it."""
    told: set[str] = set()
    table = is_table(path)
    most = sys.maxsize if plain_name(path).endswith(".csv") else _PART
    for number, lines in line_parts(path, most, excel=table):
        with telling_once(told):
            if table:
                part = texts_of(rows_of(lines, path, _COLUMNS, known, number), _COLUMNS, path)
            else:
                part = two_sides(sides_of_lines(lines, path, number), path)
        yield part


def _each(parts: Iterable[Rows], codes: tuple[str, str], presplit: bool, name: str) -> Iterator[SentencePair]:
    told: set[str] = set()
    for rows in parts:
        with telling_once(told):
            pairs = pairs_of(rows, codes, presplit, None, name)
            first = next(pairs, None)  # what is told of a part is told before its first pair
        yield from itertools.chain([] if first is None else [first], pairs)


def _filled(given: Given, tell: Callable[[], list[str | None]], path: str | Path) -> tuple[tuple[str, str], tuple[Notice, ...]]:
    """The codes with those that are not given, and what is to be said of these."""
    if None not in given:
        return given, ()
    codes = tuple(code or one or other for code, one, other in zip(given, tell(), UNKNOWN, strict=True))
    sides = [(side, code) for side, code, said in zip(("source", "target"), codes, given, strict=True) if said is None]
    known = [f"the {side} is {_name(code)}" for side, code in sides if code not in UNKNOWN]
    unknown = [side for side, code in sides if code in UNKNOWN]
    notes = [f"by its text {' and '.join(known)}"] if known else []
    if unknown:
        which = f"language of the {unknown[0]} cannot be told, so its" if len(unknown) == 1 else "languages cannot be told, so their"
        notes.append(f"the {which} words were counted in the text itself")
    return codes, tuple(Notice(f"{display_name(path)}: {note}", "languages") for note in notes)


def _told(rows: Rows) -> list[str | None]:
    return [tell_language([texts[place] for _, texts in rows[:SAMPLE]]) for place in range(2)]


def _tagged(path: str | Path) -> list[str | None]:
    """The two languages that most of the first units of a translation memory have, in their order there."""
    counts: Counter[str] = Counter()
    for unit in itertools.islice(tmx_units(path), SAMPLE):
        counts.update({tag: 1 for tag, text in unit.segments if tag and text})
    both = [tag for tag, _ in counts.most_common(2)]
    return [*both, None, None][:2]


def _name(code: str) -> str:
    return LANGUAGES[code].name if code in LANGUAGES else code
