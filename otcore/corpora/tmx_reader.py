"""Units of a translation memory (TMX), streamed: memory grows with the text that is kept, not with the file.

The XML parser is expat, used directly. It reads no other file and no address, and a document that declares entities is refused, so
neither can a file reach out nor a few lines of it grow to gigabytes. The usual `<!DOCTYPE tmx SYSTEM "tmx14.dtd">` declares none.
Format: TMX 1.4b specification (LISA OSCAR 2005), with the plain `lang` of its first versions; elements in capitals are understood too.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from otcore.base.errors import InputError
from otcore.base.notices import notice
from otcore.text.codes import short_tag
from otcore.text.files import display_name
from otcore.text.packed import CHUNK, opened

_CODES = frozenset({"bpt", "ept", "it", "ph", "ut"})  # their content is the code of a format, not text; that of `hi` is text
_AROUND = frozenset({"bpt", "ept", "hi", "g", "mrk", "sub", "bx", "ex"})  # stand around words or parts of words; all others between words
_CODE = "\0"  # stands for a code between words, since XML has no such character
_NO_SPACE = re.compile(rf"{_CODE}+(?=[\s.,:;!?…)\]}}»”’%])|(?<=[\s(\[{{«„¿¡]){_CODE}+|^{_CODE}+|{_CODE}+$")
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([^"']{1,100})["']""")
_ENTITY = re.compile(rb"&[\w.-]{1,40};")
_END = b"\x1a\0 \r\n\t"  # what old programs end a file with
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}


@dataclass(frozen=True)
class Unit:
    """One translation unit."""

    line: int  # of the file, where it begins
    segments: tuple[tuple[str, str], ...]  # (language tag as `short_tag` writes it; text on one line), in order, perhaps empty


@dataclass
class Faults:
    """What was met on the way that is no unit's text."""

    outside: int = 0  # variants with text outside of <seg>
    unnamed: int = 0  # variants without a language
    homeless: int = 0  # variants outside of any unit


def tmx_units(path: str | Path, faults: Faults | None = None) -> Iterator[Unit]:
    """The translation units of a file (unpacked where it is packed, `-` for standard input), one after the other.

    raises: InputError   absent, empty, no XML (names the line), no TMX, entities declared, an encoding that is none or not that of the file
    """
    name = display_name(path)
    reader, portion, before = _Reader(name, faults or Faults()), b"", 0
    try:
        with opened(path, name) as file:
            for text in _decoded(file, name):
                portion = text.encode()
                reader.parser.Parse(portion, False)
                before += len(portion)
                yield from reader.take()
            reader.parser.Parse(b"", True)
            yield from reader.take()
    except expat.ExpatError as error:
        place = max(reader.parser.ErrorByteIndex - before, 0)
        if portion[:place].rstrip().lower().endswith(b"</tmx>") and not portion[place:].strip(_END):
            yield from reader.take()
            return
        told = expat.ErrorString(error.code)
        if found := _ENTITY.match(portion, place):
            told += f" {found.group().decode()}, write the character itself"
        fault = f"this is not well-formed XML ({told})"
        raise InputError(f"{name}, line {error.lineno}: {fault}; export the memory again as TMX.") from error


def _decoded(file: BinaryIO, name: str) -> Iterator[str]:
    """Text in portions, by the mark at the beginning, else as declared."""
    head = file.peek(CHUNK)
    if not head:
        raise InputError(f"{name}: it is empty, so this is not well-formed TMX; export the memory again.")
    decoder, encoding = _decoder(head, name)
    line = 1
    while True:
        chunk = file.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeError as error:
            bad = getattr(error, "object", b"")[: getattr(error, "start", 0)]
            line += bad.count(b"\n")
            raise InputError(f"{name}, line {line}: this is not {encoding}, which the file is said to be; save it as UTF-8.") from error
        line += text.count("\n")
        yield text
        if not chunk:
            return


def _decoder(head: bytes, name: str):
    """An incremental decoder and what its encoding is called.

    raises: InputError   a declared encoding that is none
    """
    marked = next((encoding for mark, encoding in _MARKS.items() if head.startswith(mark)), None)
    text = head[:400] if marked is None or "16" not in marked else head[:800].replace(b"\0", b"")
    found = _DECLARED.search(text)
    declared = found[1].decode("ascii", "replace") if found else None
    try:
        known = codecs.lookup(declared) if declared else None
    except LookupError:
        known = None
    if declared and (known is None or not known._is_text_encoding):
        if marked is None:
            raise InputError(f"{name} declares the encoding “{declared[:40]}”, which is none; save it as UTF-8.")
        known = None
    if marked is None and known is not None and known.name.startswith(("utf-16", "utf-32")):
        marked = "utf-8"  # no NUL before or after the first sign
    used = marked or (known.name if known else "utf-8")
    shown = re.match(r"utf-\d+", used)
    if declared and marked and not (known and known.name.startswith(shown.group())):
        notice(f"{name} declares the encoding {declared[:40]}, but is {shown.group().upper()}; it was read as that")
    return codecs.getincrementaldecoder(used)(), shown.group().upper() if shown else declared


@dataclass
class _Open:
    """A unit that is being read."""

    line: int
    language: str  # of variants that name none
    segments: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class _Reader:
    """What expat calls while it reads; finished units wait in `units`."""

    name: str
    faults: Faults
    units: list[Unit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parser = expat.ParserCreate("utf-8")  # whatever is declared: it is decoded before
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._entity
        self.parser.ExternalEntityRefHandler = self._entity
        self.parser.SkippedEntityHandler = self._skipped
        self._root, self._source = "", ""
        self._open: list[_Open] = []  # units around this place: tools write units into units, though the format has none such
        self._tag: str | None = None  # language of the variant that is open
        self._filled = self._stray = False  # whether it has had a segment, or text outside of one
        self._pieces: list[str] | None = None  # of the segment that is open
        self._codes = 0  # how many elements of code are open around what comes

    def take(self) -> list[Unit]:
        units, self.units = self.units, []
        return units

    def _start(self, element: str, given: dict[str, str]) -> None:
        element = element.rpartition(":")[2].lower()
        attributes = {name.lower(): value for name, value in given.items()}
        if not self._root:
            self._root = element
            if element != "tmx":
                raise InputError(f"{self.name} is no TMX file, its root is <{element[:40]}>; give a file whose root is <tmx>.")
        if self._pieces is not None:
            self._inline(element)
        elif element == "header":
            self._source = attributes.get("srclang", "").replace("*all*", "")
        elif element == "tu":
            language = attributes.get("srclang", self._source).replace("*all*", "")
            self._open.append(_Open(self.parser.CurrentLineNumber, language))
        elif element == "tuv":
            written = attributes.get("xml:lang") or attributes.get("lang") or ""
            self.faults.homeless += not self._open
            self.faults.unnamed += not written.strip()
            self._tag = short_tag(written or (self._open[-1].language if self._open else ""))
            self._filled = self._stray = False
        elif element == "seg":
            self._pieces, self._codes = [], 0

    def _inline(self, element: str) -> None:
        """An element within a segment: of code, around words, or an empty one between words."""
        if not self._codes and element not in _AROUND:
            self._pieces.append(_CODE)
        if element in _CODES or self._codes:  # whatever stands inside of code is no text of this segment
            self._codes += 1

    def _end(self, element: str) -> None:
        element = element.rpartition(":")[2].lower()
        if element == "tu" and self._open:
            unit = self._open.pop()
            self.units.append(Unit(unit.line, tuple(unit.segments)))
        elif element == "tuv":
            self.faults.outside += self._stray and not self._filled
            self._tag = None
        elif element == "seg" and self._pieces is not None:
            text = re.sub(rf"[\s{_CODE}]+", " ", _NO_SPACE.sub("", "".join(self._pieces))).strip()
            if self._open and self._tag is not None:
                self._open[-1].segments.append((self._tag, text))
            self._pieces, self._filled = None, True
        elif self._codes:
            self._codes -= 1

    def _text(self, text: str) -> None:
        if self._pieces is None:
            self._stray = self._stray or (self._tag is not None and not text.isspace())
        elif not self._codes:
            self._pieces.append(text)

    def _entity(self, *_) -> bool:
        raise InputError(f"{self.name} declares XML entities, which can be made to swallow a machine; export the memory again without.")

    def _skipped(self, entity: str, is_parameter: bool) -> None:
        if not is_parameter:
            raise InputError(f"{self.name} uses the entity &{entity[:40]}; that only another file defines; write the character itself.")


def counted(counts: Counter[str]) -> str:
    """ "de-de (12), de-at (3)", the most frequent first."""
    return ", ".join(f"{tag or 'none'} ({count:,})" for tag, count in counts.most_common(8))
