"""Lines of text files, strictly: UTF-8 or an error that names the line; nothing skipped, written whole or not at all."""

import contextlib
import gzip
import secrets
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from otcore.base.errors import InputError
from otcore.text.languages import clean

STANDARD_INPUT = "-"


def read_lines(path: str | Path) -> list[str]:
    """The lines of a UTF-8 file (gzip by its name, `-` for standard input), NFC, without line ends.

    Only LF and CR LF end a line, so that line counts agree with the field's tools on text with U+2028 and the like.
    raises: InputError   absent, unreadable, not UTF-8, or control characters in it; names the line
    """
    name = display_name(path)
    lines = _bytes(path, name).split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return [_decode(line, name, number) for number, line in enumerate(lines, 1)]


def display_name(path: str | Path) -> str:
    """How messages call a file."""
    return "standard input" if str(path) == STANDARD_INPUT else str(path)


def write_lines(path: str | Path, lines: Iterable[str]) -> None:
    """Writes lines with LF ends as UTF-8 (gzip by its name), atomically: a reader sees the old file or the whole new one.

    raises: InputError   the folder is absent or may not be written
    """
    content = "".join(f"{line}\n" for line in lines).encode()
    write_bytes(path, gzip.compress(content, mtime=0) if str(path).endswith(".gz") else content)


def write_bytes(path: str | Path, content: bytes) -> None:
    """Writes a file atomically; raises InputError where the folder is absent or may not be written."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


@contextlib.contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """An empty file beside `path` for whatever writes by itself; at the end it takes the place of `path`, after an error it is removed.

    It is made like any new file, so that the system takes the process's umask off its mode; asking for the umask would set it, for a
    moment, for all threads.
    raises: InputError   the folder is absent or may not be written, or an OSError inside
    """
    path = Path(path)
    try:
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        temporary.touch(exist_ok=False)
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it, or without a name
        raise InputError(f"{path} cannot be written ({reason_of(error)}); choose a folder that exists and is yours.") from error
    try:
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({reason_of(error)}); check the free space and the path.") from error
    finally:
        temporary.unlink(missing_ok=True)


def reason_of(error: Exception) -> str:
    """Why a file could not be opened, read or written, in the system's words."""
    return getattr(error, "strerror", None) or str(error)


def _bytes(path: str | Path, name: str) -> bytes:
    try:
        if str(path) == STANDARD_INPUT:
            return sys.stdin.buffer.read()
        content = Path(path).read_bytes()
        return gzip.decompress(content) if str(path).endswith(".gz") else content
    except (OSError, EOFError, ValueError, zlib.error) as error:  # ValueError: a path with a NUL in it
        raise InputError(f"{name} cannot be read ({reason_of(error)}); check the path and its permissions.") from error


def _decode(line: bytes, name: str, number: int) -> str:
    if number == 1 and line.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{name} is UTF-16; save it as UTF-8.")
    try:
        text = line.removesuffix(b"\r").decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        byte = line[error.start]
        raise InputError(f"{name}, line {number}: byte {error.start + 1} (0x{byte:02X}) is not UTF-8; save the file as UTF-8.") from error
    return clean(text, f"{name}, line {number}")
