"""Packed files: known by their first bytes whatever they are called, unpacked in a stream and never without bound.

gzip, bzip2, xz and zip come with Python; Zstandard by `backports.zstd`, the backport of the module that Python 3.14 has.
"""

import bz2
import contextlib
import gzip
import io
import lzma
import re
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from backports import zstd

from otcore.base.errors import InputError

STANDARD_INPUT = "-"
CHUNK = 1 << 16
FREE = 1 << 26  # bytes that any file may unpack to
RATIO = 200  # times its size that a larger one may: text packs to a tenth or so, what packs better is made to fill a machine
_HEAD = 512  # bytes that tell what a file is
_DEPTH = 3  # packings inside each other that are taken off
FAULTS = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zstd.ZstdError, zipfile.BadZipFile, NotImplementedError)


class TooMuch(InputError):
    """A file that unpacks to far more than text does."""


@dataclass(frozen=True)
class Packing:
    """A way to pack one file.

    ending: of names, with its dot
    magic : pattern of the first bytes
    """

    label: str
    ending: str
    magic: bytes
    open: Callable[[BinaryIO], BinaryIO]
    pack: Callable[[bytes, str], bytes]


def _zip(content: bytes, name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(name)  # without the time, so that the same text is the same file
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _unzip(file: BinaryIO) -> BinaryIO:
    """The one file of an archive.

    raises: InputError   none or several, an office document, a locked one
    """
    if not file.seekable():
        file = _copied(file)
    archive = zipfile.ZipFile(file)
    names = archive.namelist()
    if "[Content_Types].xml" in names or "mimetype" in names:
        kind = "an Excel workbook" if any(name.startswith("xl/") for name in names) else "an office document"
        raise InputError(f"it is {kind}; save it as text, CSV or TSV in UTF-8")
    inside = members(archive)
    if len(inside) != 1:
        listed = ", ".join(entry.filename[:60] for entry in inside[:4])
        more = f" ({listed}{', …' if len(inside) > 4 else ''})" if inside else ""
        raise InputError(f"it is a zip archive of {len(inside)} files{more}; unpack it and give the one that is meant")
    if inside[0].flag_bits & 1:
        raise InputError("it is a zip archive with a password; unpack it first")
    return archive.open(inside[0])


def members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of an archive, without what an operating system adds."""
    hidden = ("__MACOSX/", ".DS_Store", "Thumbs.db")
    return [entry for entry in archive.infolist() if not entry.is_dir() and not entry.filename.startswith(hidden)]


PACKINGS = (
    Packing("gzip", ".gz", rb"\x1f\x8b", lambda file: gzip.GzipFile(fileobj=file), lambda content, _: gzip.compress(content, mtime=0)),
    Packing("bzip2", ".bz2", rb"BZh[1-9](1AY&SY|\x17rE8P\x90)", bz2.BZ2File, lambda content, _: bz2.compress(content)),
    Packing("xz", ".xz", rb"\xfd7zXZ\x00", lzma.LZMAFile, lambda content, _: lzma.compress(content)),
    Packing("LZMA", ".lzma", rb"\x5d\0\0[\0-\xff][\0-\x0f]", lzma.LZMAFile, lambda content, _: lzma.compress(content, lzma.FORMAT_ALONE)),
    # the first: a frame to be skipped, as pzstd writes before the others
    Packing("Zstandard", ".zst", rb"[\x50-\x5f]\x2a\x4d\x18|\x28\xb5\x2f\xfd", zstd.ZstdFile, lambda content, _: zstd.compress(content)),
    Packing("zip", ".zip", rb"PK(\x03\x04|\x05\x06)", _unzip, _zip),  # the second: an empty archive
)
ENDINGS = tuple(packing.ending for packing in PACKINGS)
_OTHERS = {  # first bytes → what a file is that is no text
    b"7z\xbc\xaf\x27\x1c": "a 7z archive; unpack it",
    b"Rar!\x1a": "a RAR archive; unpack it",
    b"%PDF-": "a PDF; save its text as UTF-8",
    b"\xd0\xcf\x11\xe0": "an old Office document; save it as text in UTF-8",
    b"{\\rtf": "RTF; save it as plain text in UTF-8",
    b"SQLite format 3": "a database of SQLite; export the text",
    b"\x89PNG": "a picture; give a text file",
    b"\xff\xd8\xff": "a picture; give a text file",
    b"\xff\xfe\0\0": "UTF-32; save it as UTF-8",
    b"\0\0\xfe\xff": "UTF-32; save it as UTF-8",
    b"PAR1": "a Parquet table; save it as TSV in UTF-8",
    b"ARROW1": "an Arrow table; save it as TSV in UTF-8",
    b"\x93NUMPY": "an array of NumPy; give a text file",
    b"\x1f\x9d": "packed by compress; unpack it",
    b"\x04\x22\x4d\x18": "packed by LZ4; unpack it",
    b"version https://git-lfs": "a Git LFS pointer, not the file itself; fetch that with git lfs pull",
    **dict.fromkeys((b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"), "a pickle of Python, which is never read; give a text file"),
}


def plain_name(path: str | Path) -> str:
    """A file's name, lower case, without the endings of packings."""
    name = Path(path).name.lower()
    while (ending := next((one for one in ENDINGS if name.endswith(one)), None)) is not None:
        name = name.removesuffix(ending)
    return name


def is_packed(path: str | Path) -> bool:
    """Whether a file's first bytes are those of a packing; raises OSError where it cannot be read."""
    with open(path, "rb") as file:
        head = file.read(_HEAD)
    return any(re.match(packing.magic, head) for packing in PACKINGS)


def pack_parts(parts: Iterable[bytes], path: str | Path) -> Iterator[bytes]:
    """Parts of a content as the ending of a file's name says: packed one after the other, which all readers take for one, or in an
    archive, which holds all of it, together."""
    packing = next((one for one in PACKINGS if str(path).lower().endswith(one.ending)), None)
    if packing is not None and packing.pack is _zip:
        parts = [b"".join(parts)]
    for part in parts:
        yield pack(part, path)


def pack(content: bytes, path: str | Path) -> bytes:
    """Content as the ending of a file's name says."""
    packing = next((one for one in PACKINGS if str(path).lower().endswith(one.ending)), None)
    return content if packing is None else packing.pack(content, Path(path).name[: -len(packing.ending)] or "text")


@contextlib.contextmanager
def opened(path: str | Path, name: str) -> Iterator[BinaryIO]:
    """What is in a file, unpacked, to be read in portions; `-` is standard input.

    name  : what messages call it
    raises: InputError   absent, unreadable, damaged, unpacks to more than FREE bytes and RATIO times its size, or is known to be no text
    """
    try:
        with contextlib.ExitStack() as stack:
            if str(path) == STANDARD_INPUT:
                counted = _Counted(sys.stdin.buffer)
                file = io.BufferedReader(counted)
                stack.callback(file.detach)
                yield _unpacked(file, lambda: counted.count)
            else:
                file = stack.enter_context(open(path, "rb"))
                size = Path(path).stat().st_size
                yield _unpacked(file, lambda: size)
    except InputError as error:
        told = str(error)
        raise (type(error)(f"{name}: {told}.") if told[:3] == "it " else error) from error
    except FAULTS as error:  # ValueError: a path with a NUL in it
        raise InputError(f"{name} cannot be read ({reason_of(error)}); check the path, its permissions and that it is whole.") from error


def reason_of(error: Exception) -> str:
    """Why a file could not be opened, read or written, in the system's words."""
    return getattr(error, "strerror", None) or str(error)


def unpacked_size(path: str | Path, name: str, most: int) -> int:
    """Bytes that a file unpacks to, told by unpacking it in a stream; stops a little above `most`. Raises as `opened`."""
    size = 0
    with opened(path, name) as file:
        while size <= most and (chunk := file.read(CHUNK)):
            size += len(chunk)
    return size


def _unpacked(file: BinaryIO, size: Callable[[], int]) -> BinaryIO:
    for _ in range(_DEPTH):
        file = file if hasattr(file, "peek") else io.BufferedReader(file)
        head = file.peek(_HEAD)
        for magic, what in _OTHERS.items():
            if head.startswith(magic):
                raise InputError(f"it is {what}")
        if head[257:262] == b"ustar":
            raise InputError("it is a tar archive; unpack it and give the file that is meant")
        packing = next((one for one in PACKINGS if re.match(one.magic, head)), None)
        if packing is None:
            return file
        try:
            inside = packing.open(file)
        except zipfile.BadZipFile as error:
            raise OSError(str(error)) from error
        file = io.BufferedReader(_Bounded(inside, packing.label, size), CHUNK)
    raise InputError("it is packed several times over; unpack it")


class _Bounded(io.RawIOBase):
    """Reads on until more comes out than a packed text holds."""

    def __init__(self, file: BinaryIO, label: str, size: Callable[[], int]) -> None:
        self._file, self._label, self._size, self._read = file, label, size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        chunk = self._file.read(len(buffer))
        self._read += len(chunk)
        if self._read > max(FREE, RATIO * self._size()):
            raise TooMuch(f"it unpacks ({self._label}) to far more than text does; unpack it and give a part of it")
        buffer[: len(chunk)] = chunk
        return len(chunk)


class _Counted(io.RawIOBase):
    """A stream whose length is not known, and how much of it has been read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.count = file, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        chunk = self._file.read1(len(buffer))
        self.count += len(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _copied(file: BinaryIO) -> BinaryIO:
    """What comes from a pipe, where it can be read from any place."""
    copy = tempfile.SpooledTemporaryFile(max_size=FREE)  # noqa: SIM115 - whoever reads it closes it
    while chunk := file.read(CHUNK):
        copy.write(chunk)
    copy.seek(0)
    return copy
