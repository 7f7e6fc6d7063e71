"""Files and folders beside what they are to become, and the removal of those whose maker was killed.

Whoever makes one holds the system's lock on it until it has taken its place; the system lets go of the lock however that process ends. So
one that nobody holds is left over, and may be removed by anybody at any time: its maker looks, once it has the lock, whether it is still
there, and else makes another.
"""

import contextlib
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no such locks: age tells
    fcntl = None

_ENDING = ".otcore-tmp"
_NAME = re.compile(r"\..{0,50}\.[0-9a-f]{8}\.otcore-tmp", re.DOTALL)
_LETTERS = 50  # of a name that are kept: names may have 255 bytes
_DAY = 86_400  # seconds after which what cannot be locked is left over
_swept: set[tuple[str, str]] = set()  # folders in which this process has looked
_sweeping = threading.Lock()


@contextlib.contextmanager
def temporary(target: Path, *, folder: bool = False, mode: int = 0o666) -> Iterator[Path]:
    """An empty file, or folder, beside `target`; what is still there at the end is removed, and so is, at the first call for a place, what
    processes that were killed left there.

    mode  : of the file, less the process's umask
    raises: OSError   it cannot be made; ValueError   a path with a NUL in it, or without a name
    """
    sweep_once(target.parent)
    path, held = _make(target, folder=folder, mode=mode)
    try:
        yield path
    finally:
        try:
            _remove(path)
        finally:
            if held is not None:
                os.close(held)


def sweep_once(folder: Path) -> None:
    """As `sweep`, the first time that this process comes to a folder."""
    if first_time(folder):
        sweep(folder)


def first_time(folder: Path, what: str = "") -> bool:
    """Whether this process asks for a folder for the first time, for what it wants to do there."""
    with _sweeping:
        place = os.path.abspath(folder), what
        new = place not in _swept
        _swept.add(place)
    return new


def sweep(folder: Path) -> None:
    """Removes what processes that are gone have left in a folder; what cannot be removed stays."""
    with contextlib.suppress(OSError, ValueError):
        for name in os.listdir(folder):
            if is_temporary(name):
                with contextlib.suppress(OSError):
                    _remove_if_left(folder / name)


def is_temporary(name: str) -> bool:
    """Whether a file or folder of that name is one of these."""
    return bool(_NAME.fullmatch(name))


def _make(target: Path, *, folder: bool, mode: int) -> tuple[Path, int | None]:
    """A new one, and the descriptor that holds its lock; None where a folder cannot be opened."""
    while True:
        path = target.with_name(f".{target.name[:_LETTERS]}.{secrets.token_hex(4)}{_ENDING}")
        if folder:
            path.mkdir()
            if fcntl is None:
                return path, None
            try:
                held = os.open(path, os.O_RDONLY)
            except FileNotFoundError:  # somebody swept before it was locked
                continue
        else:
            held = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode)
        with contextlib.suppress(FileNotFoundError):  # the same, or somebody who sweeps holds it and is about to remove it
            if _lock(held) is not False and os.path.samestat(os.fstat(held), os.lstat(path)):
                return path, held
        os.close(held)


def _lock(descriptor: int) -> bool | None:
    """Whether the lock is held now; None where there are none."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return None
    return True


def _remove_if_left(path: Path) -> None:
    held = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK) if fcntl else None
    try:
        free = None if held is None else _lock(held)
        if free or (free is None and time.time() - path.lstat().st_mtime > _DAY):
            _remove(path)
    finally:
        if held is not None:
            os.close(held)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
