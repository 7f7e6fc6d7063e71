"""Sentence pairs from a translation memory in TMX, streamed: memory grows with the text that is kept, not with the file.

The XML parser is expat, used directly. It reads no other file and no address, and a document that declares entities is refused, so
neither can a file reach out nor a few lines of it grow to gigabytes. The usual `<!DOCTYPE tmx SYSTEM "tmx14.dtd">` declares none.
Format: TMX 1.4b specification (LISA OSCAR 2005), with the plain `lang` of its first versions.
"""

import gzip
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from otcore.base.errors import InputError
from otcore.corpora.types import SentencePair
from otcore.text.files import STANDARD_INPUT, display_name, reason_of
from otcore.text.languages import language

_CODES = frozenset({"bpt", "ept", "it", "ph", "ut"})  # their content is the code of a format, not text; that of `hi` is text
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Unit:
    """One translation unit."""

    line: int  # of the file, where it begins
    segments: tuple[tuple[str, str], ...]  # (language tag as written, lower case with hyphens; text on one line), in order, perhaps empty

    def text(self, code: str) -> str | None:
        """The first segment whose tag is the code, else the first of the same language in any region, or None."""
        primary = code.partition("-")[0]
        tags = [tag for tag, _ in self.segments]
        wanted = code if code in tags else next((tag for tag in tags if tag.partition("-")[0] == primary), None)
        return None if wanted is None else self.segments[tags.index(wanted)][1]


def is_tmx(path: str | Path) -> bool:
    """Whether a file is TMX by its name."""
    return str(path).lower().removesuffix(".gz").endswith(".tmx")


def read_tmx(path: str | Path, source: str, target: str) -> list[SentencePair]:
    """The units that have both languages, in any region; a unit that lacks one, or has nothing in it, is passed over.

    raises: InputError   absent, no XML, entities declared, control characters, or no unit with both; names the languages there are
    """
    codes, name = (language(source).code, language(target).code), display_name(path)
    units = tmx_texts(path, source, target)
    return [SentencePair.of(texts, codes, [f"{name}, line {line}"] * 2, id=str(line)) for line, *texts in units]


def tmx_texts(path: str | Path, source: str, target: str, *, empty: bool = False) -> list[tuple[int, str, str]]:
    """(line, source text, target text) of the units that have a segment in both languages, also where one is empty if that is wanted.

    raises: InputError   as in `read_tmx`
    """
    codes, found, tags = (language(source).code, language(target).code), [], set()
    for unit in tmx_units(path):  # a memory of many languages has units that are none of this pair
        tags |= {tag for tag, _ in unit.segments}
        texts = [unit.text(code) for code in codes]
        if None not in texts and (empty or all(text.strip() for text in texts)):
            found.append((unit.line, *texts))
    if not found:
        there = f"its languages are {', '.join(sorted(tags))}" if tags else "it has no units at all"
        raise InputError(f"{display_name(path)} has no unit with text in both {codes[0]} and {codes[1]}; {there}.")
    return found


def tmx_units(path: str | Path) -> Iterator[Unit]:
    """The translation units of a file (gzip by its name, `-` for standard input), one after the other.

    raises: InputError   absent, no XML (names the line), no TMX, or entities declared
    """
    name = display_name(path)
    reader = _Reader(name)
    try:
        with _open(path) as file:
            while chunk := file.read(_CHUNK):
                reader.parser.Parse(chunk, False)
                yield from reader.take()
            reader.parser.Parse(b"", True)
            yield from reader.take()
    except expat.ExpatError as error:
        fault = f"this is not well-formed XML ({expat.ErrorString(error.code)})"
        raise InputError(f"{name}, line {error.lineno}: {fault}; export the memory again as TMX.") from error
    except InputError:
        raise
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise InputError(f"{name} cannot be read ({reason_of(error)}); check the path and its permissions.") from error


def _open(path: str | Path) -> BinaryIO:
    if str(path) == STANDARD_INPUT:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    return gzip.open(path, "rb") if str(path).endswith(".gz") else open(path, "rb")


@dataclass
class _Reader:
    """What expat calls while it reads; finished units wait in `units`."""

    name: str
    units: list[Unit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._entity
        self.parser.ExternalEntityRefHandler = self._entity
        self.parser.SkippedEntityHandler = self._skipped
        self._root, self._line, self._tag = "", 0, ""
        self._segments: list[tuple[str, str]] = []
        self._pieces: list[str] | None = None  # of the segment that is open
        self._codes = 0  # how many elements of code are open around what comes

    def take(self) -> list[Unit]:
        units, self.units = self.units, []
        return units

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        element = element.rpartition(":")[2]
        if not self._root:
            self._root = element
            if element != "tmx":
                raise InputError(f"{self.name} is no TMX file, its root is <{element[:40]}>; give a file whose root is <tmx>.")
        if element == "tu":
            self._line, self._segments = self.parser.CurrentLineNumber, []
        elif element == "tuv":
            self._tag = (attributes.get("xml:lang") or attributes.get("lang") or "").strip().lower().replace("_", "-")
        elif element == "seg":
            self._pieces, self._codes = [], 0
        elif element in _CODES or self._codes:  # whatever stands inside of code is no text of this segment
            self._codes += 1

    def _end(self, element: str) -> None:
        element = element.rpartition(":")[2]
        if element == "tu":
            self.units.append(Unit(self._line, tuple(self._segments)))
        elif element == "seg" and self._pieces is not None:
            self._segments.append((self._tag, re.sub(r"\s+", " ", "".join(self._pieces)).strip()))
            self._pieces = None
        elif self._codes:
            self._codes -= 1

    def _text(self, text: str) -> None:
        if self._pieces is not None and not self._codes:
            self._pieces.append(text)

    def _entity(self, *_) -> bool:
        raise InputError(f"{self.name} declares XML entities, which can be made to swallow a machine; export the memory again without.")

    def _skipped(self, entity: str, is_parameter: bool) -> None:
        if not is_parameter:
            raise InputError(f"{self.name} uses the entity &{entity[:40]}; that only another file defines; write the character itself.")
