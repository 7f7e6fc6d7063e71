"""Files written whole or not at all; what is not a file but a pipe, a terminal or a device is written through."""

import contextlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from otcore.base.errors import InputError
from otcore.base.leftovers import temporary
from otcore.base.names import shown

_DESCRIPTOR = re.compile(r"/dev/(?:std(?:out|err)|fd/\d+)|/proc/(?:self|thread-self)/fd/\d+")
_STANDARD = {"/dev/stdout": 1, "/dev/stderr": 2}


def write_bytes(path: str | Path, content: bytes) -> None:
    """Writes a file atomically; raises InputError where the folder is absent or may not be written, or the disk is full."""
    with replacing(path) as file:
        file.write_bytes(content)


def write_new(path: Path, content: bytes) -> None:
    """Writes a file that is not there yet, whole or not at all; of two that would, one gets a FileExistsError.

    raises: OSError   it cannot be written
    """
    with temporary(path) as file:
        file.write_bytes(content)
        try:
            os.link(file, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            with open(path, "xb") as made:
                made.write(content)


@contextlib.contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """An empty file for whatever writes by itself; at the end it takes the place of `path`, after an error it is removed.

    A file that is there keeps its mode and, where that is allowed, its owner; a link goes on pointing to it. Into what is no file (a
    pipe, a terminal, a character device, an open descriptor such as /dev/stdout) the content is written at the end.
    raises: InputError   the folder is absent or may not be written, a folder or a disk in that place, or an OSError inside
    """
    path = Path(path)
    try:
        target, found = _target(path)
        through = _is_through(path, found)
        made = _elsewhere() if through else temporary(target)
        file = made.__enter__()
    except (OSError, ValueError, RuntimeError) as error:  # a path with a NUL in it, or without a name; ~ of nobody
        raise InputError(f"{shown(path)} cannot be written ({why(error)}); choose a folder that exists and is yours.") from error
    try:
        if found is not None and not through:
            _keep(found, file)
        yield file
        if through:
            _copy(file, path)
        else:
            file.replace(target)
    except OSError as error:
        raise InputError(f"{shown(path)} cannot be written ({why(error)}); check the free space and the path.") from error
    finally:
        made.__exit__(None, None, None)


def target_of(path: str | Path) -> Path | None:
    """The file that `replacing` would put there, links followed, None for what it writes through.

    raises: InputError   it cannot be written, as far as that can be told before
    """
    path = Path(path)
    try:
        target, found = _target(path)
        return None if _is_through(path, found) else target
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(f"{shown(path)} cannot be written ({why(error)}); choose a folder that exists and is yours.") from error


def why(error: Exception) -> str:
    """Why a file could not be opened, read or written, in the system's words."""
    return getattr(error, "strerror", None) or shown(error)


def _target(path: Path) -> tuple[Path, os.stat_result | None]:
    """What a path stands for, links followed, and what is there now, if anything is."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return Path(os.path.realpath(path)), None  # a link to nothing yet makes what it points to
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(0, "it is a folder")
    if stat.S_ISBLK(found.st_mode):
        raise OSError(0, "it is a disk")
    if not os.access(path, os.W_OK):
        raise PermissionError(0, "it is protected against writing")
    return Path(os.path.realpath(path)), found


def _is_through(path: Path, found: os.stat_result | None) -> bool:
    return found is not None and (_DESCRIPTOR.fullmatch(os.path.abspath(path)) is not None or not stat.S_ISREG(found.st_mode))


def _keep(found: os.stat_result, file: Path) -> None:
    """The mode and owner of what is replaced, before there is anything to read."""
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):
            os.chown(file, found.st_uid, found.st_gid)
    os.chmod(file, stat.S_IMODE(found.st_mode))


@contextlib.contextmanager
def _elsewhere() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="otcore-") as folder:
        yield Path(folder) / "content"


def _copy(file: Path, path: Path) -> None:
    """Into a pipe, terminal or device, or an open descriptor, behind what that was given already."""
    name = os.path.abspath(path)
    if _DESCRIPTOR.fullmatch(name):
        target = os.dup(_STANDARD.get(name) or int(Path(name).name))
    else:
        target = os.open(path, os.O_WRONLY | getattr(os, "O_NOCTTY", 0))
    with open(target, "wb", buffering=0) as through:
        rest = memoryview(file.read_bytes())
        while rest:
            rest = rest[through.write(rest) :]
