"""Lines of text files, strictly: UTF-8 or an error that names the line; nothing skipped, written whole or not at all; packed or not."""

import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from unicodedata import normalize

from otcore.base.errors import InputError
from otcore.base.notices import notice
from otcore.text.controls import Controls
from otcore.text.packed import STANDARD_INPUT, opened, pack
from otcore.text.writing import write_bytes

_PART = 1 << 16
_END = re.compile(rb"\x1a[\r\n]*\Z")
_MARKS = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16


def read_lines(path: str | Path, *, excel: bool = False) -> list[str]:
    """The lines of a UTF-8 file (unpacked where its first bytes are those of a packing, `-` for standard input), NFC, without line ends.

    Only LF and CR LF end a line, so that line counts agree with the field's tools on text with U+2028 and the like; a file without any
    LF whose lines end with CR alone is read by these. Control characters are replaced (`Controls`), counted and told as a notice.
    excel : UTF-16 with its mark is read too, which is what Excel writes as “Unicode text”
    raises: InputError   absent, unreadable, packed beyond all measure, not UTF-8 (names the line), or NUL characters in it
    """
    return [line for _, part in line_parts(path, _PART, excel=excel) for line in part]


def line_parts(path: str | Path, most: int, *, excel: bool = False) -> Iterator[tuple[int, list[str]]]:
    """The lines as `read_lines` gives them, in parts of so many at most, each with the number of its first line; raises the same."""
    name, controls = display_name(path), Controls()
    with opened(path, name) as file:
        lines = _utf16(file, name) if excel and file.peek(2)[:2] in _MARKS else _utf8(file, name)
        found = (line if line.isascii() else normalize("NFC", line) for line in controls.lines_of(lines))
        number = 1
        while part := list(itertools.islice(found, most)):
            yield number, part
            number += len(part)
    controls.tell(name)


def _utf8(file: BinaryIO, name: str) -> Iterator[str]:
    first = file.readline()
    if first and not first.endswith(b"\n") and b"\r" in first.rstrip(b"\r"):
        notice(f"{name} has the line ends of old Macs (CR alone); it was read by these")
        rest: Iterable[bytes] = first.rstrip(b"\r").split(b"\r")
    else:
        rest = itertools.chain([first] if first else [], file)
    for number, line in enumerate(_to_the_end(rest), 1):
        yield _decode(line, name, number)


def _to_the_end(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Without the Control-Z that old programs end a file with."""
    held = None
    for line in lines:
        if held is not None:
            yield held
        held = line
    if held is not None and (held == b"" or (held := _END.sub(b"", held))):
        yield held


def _utf16(file: BinaryIO, name: str) -> Iterator[str]:
    notice(f"{name} is UTF-16 and was read as that")
    try:
        lines = file.read().decode("utf-16").split("\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is damaged UTF-16 (at byte {error.start}); save it as UTF-8.") from error
    yield from (line.rstrip("\r") for line in (lines if lines[-1] else lines[:-1]))


def display_name(path: str | Path) -> str:
    """How messages call a file."""
    return "standard input" if str(path) == STANDARD_INPUT else str(path)


def write_lines(path: str | Path, lines: Iterable[str]) -> None:
    """Writes lines with LF ends as UTF-8, packed where the name ends as a packing does, atomically: a reader sees the old file or the
    whole new one.

    raises: InputError   the folder is absent or may not be written
    """
    write_bytes(path, pack("".join(f"{line}\n" for line in lines).encode(), path))


def _decode(line: bytes, name: str, number: int) -> str:
    if number == 1 and line.startswith(_MARKS):
        raise InputError(f"{name} is UTF-16; save it as UTF-8.")
    if b"\0" in line:
        if number == 1 and line.count(b"\0") > len(line) // 4:
            raise InputError(f"{name} has NUL characters as UTF-16 has; save it as UTF-8.")
        position = len(line[: line.index(b"\0")].decode(errors="replace")) + 1
        raise InputError(f"{name}, line {number} contains a NUL character (U+0000) at position {position}; remove it.")
    try:
        return line.rstrip(b"\r\n").decode().removeprefix("\ufeff")  # files that were put together have a mark in each part
    except UnicodeDecodeError as error:
        byte = line[error.start]
        raise InputError(f"{name}, line {number}: byte {error.start + 1} (0x{byte:02X}) is not UTF-8; save the file as UTF-8.") from error
