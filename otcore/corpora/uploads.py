"""Files that people give: kept as copies below the runs folder, under a key made of their content that can stand in an address.

.uploads/KIND/KEY/about.json   what was said about the files, and their names
.uploads/KIND/KEY/0/NAME       the first file, and so on

No run can have a name that starts with a dot, so neither gets in the other's way. An entry appears whole or not at all. Each kind is
declared once, as a `Store`, by the module that reads its files; a store has a budget, and what was longest not used makes room.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otcore.base.errors import InputError
from otcore.base.leftovers import is_temporary, sweep, sweep_once, temporary
from otcore.base.notices import noticing
from otcore.base.places import runs_folder
from otcore.text.packed import TooMuch, is_packed, unpacked_size

Given = tuple[str, bytes | Path]  # a name, and what is in the file, or where on this machine it is and stays
KEY = r"[0-9a-f]{20}"
UNPACKED = 2**28  # bytes that a packed upload may hold
_DAMAGED = "damaged files"  # in the place of names that cannot be read
DAY = 86_400  # seconds; what was used within a day may be at work in a job, and is not removed to make room


@dataclass(frozen=True)
class Kept:
    """An entry as its readers see it."""

    about: Any  # what was said about the files, JSON values
    paths: tuple[Path, ...]  # the files in the order in which they were given


@dataclass(frozen=True)
class Entry:
    """An entry as it is listed."""

    key: str  # opens the files; whoever has it may read them
    names: tuple[str, ...]
    bytes: int  # that it takes up; 0 for files that stayed where they were
    used: float  # when it was last given or opened, seconds since 1970


@dataclass(frozen=True)
class Store:
    """The kept files of one kind."""

    kind: str  # name of their folder
    label: str  # what they are, for people, in the plural
    largest: int | None = 30 * 2**20  # bytes of one file; None for any number
    budget: int = 4 * 2**30  # bytes of all entries together
    days: float | None = None  # that an entry stays unused; None for as long as there is room
    in_use: Callable[[], Mapping[str, str]] = dict  # key → what needs the entry, for people ("run x"); such an entry is never removed

    @property
    def folder(self) -> Path:
        """Where the entries are, each in a folder called by its key; it need not exist."""
        return runs_folder() / ".uploads" / self.kind

    def keep(self, files: Sequence[Given], about: Any = None, *, read: Callable[[Kept], object] | None = None) -> str:
        """Stores files; the same content and the same `about` get the same key, whatever the files are called.

        about  : JSON values
        read   : reads the files before they are stored, so that nothing is stored which it refuses
        returns: key for `kept`
        raises : InputError   a file too large, no room, space or permission, or what `read` raises, by the files' own names
        """
        for name, content in files:
            if self.largest is not None and isinstance(content, bytes) and len(content) > self.largest:
                most = in_words(self.largest)
                raise InputError(f"{name} has {in_words(len(content))}; files up to {most} are taken, so give a part of it.")
        key = hashlib.sha256(json.dumps([about, [_stamp(content) for _, content in files]]).encode()).hexdigest()[:20]
        place = self.folder / key
        try:
            if place.is_dir():
                os.utime(place)
                return key
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            with temporary(place, folder=True) as trial, on_disk(files, trial / key) as paths:
                if read:
                    read(Kept(about, paths))
                self._make_room(sum(len(content) for _, content in files if isinstance(content, bytes)))
                names = [path.name if isinstance(content, bytes) else str(path) for path, (_, content) in zip(paths, files, strict=True)]
                (trial / key / "about.json").write_text(json.dumps({"about": about, "files": names}), encoding="utf-8")
                (trial / key).rename(place)
        except OSError as error:
            if not place.is_dir():  # else another session was quicker, with the same files
                remedy = "check the free space and the permissions"
                raise InputError(f"Files cannot be kept in {self.folder} ({error.strerror}); {remedy}.") from error
        return key

    def kept(self, key: str) -> Kept:
        """Files that were stored, which counts as using them; raises InputError where there are none under that key (any more)."""
        place = self.folder / key
        if not re.fullmatch(KEY, key) or not (place / "about.json").is_file():
            raise InputError("The files of this view are not on this machine (any more); give them again.")
        with contextlib.suppress(OSError):  # a folder that may only be read still serves
            os.utime(place)
        found = _about(place)
        if found is None:
            raise InputError("The files of this view are damaged on this machine; remove them from the kept files and give them again.")
        # the name of a file that stayed where it was is its whole path, which Path leaves as it is
        return Kept(found["about"], tuple(place / str(number) / name for number, name in enumerate(found["files"])))

    def entries(self) -> list[Entry]:
        """What is kept, the last used first."""
        found = []
        sweep_once(self.folder)
        for place in self.folder.glob("*"):
            with contextlib.suppress(OSError):  # removed by another session meanwhile
                if re.fullmatch(KEY, place.name):
                    names = (_about(place) or {"files": [_DAMAGED]})["files"]
                    size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
                    found.append(Entry(place.name, tuple(Path(name).name for name in names), size, place.stat().st_mtime))
        return sorted(found, key=lambda entry: (-entry.used, entry.key))

    def remove(self, key: str) -> None:
        """Removes an entry, if it is there; raises InputError where something needs it, or its folder may not be changed."""
        if user := self.in_use().get(key):
            raise InputError(f"These files belong to {user}; delete that first.")
        if re.fullmatch(KEY, key):
            self._remove(key)

    def clear(self) -> None:
        """Removes all entries that nothing needs; raises InputError where their folder may not be changed."""
        users = self.in_use()
        for entry in self.entries():
            if entry.key not in users:
                self._remove(entry.key)

    def _make_room(self, needed: int) -> None:
        """Removes what stayed unused too long, and what was longest not used while there is more than the budget."""
        users, now = self.in_use(), time.time()
        entries = self.entries()
        total = needed + sum(entry.bytes for entry in entries)
        for entry in reversed(entries):
            idle = now - entry.used
            unwanted = total > self.budget or (self.days is not None and idle > self.days * DAY)
            if unwanted and idle > DAY and entry.key not in users:
                self._remove(entry.key)
                total -= entry.bytes
        if total > self.budget:
            taken = f"{self.label} take up {in_words(total - needed)} of {in_words(self.budget)}, all of it used within a day or needed"
            raise InputError(f"There is no room for these files: {taken}; remove some that are kept.")

    def _remove(self, key: str) -> None:
        place = self.folder / key
        try:
            with temporary(place, folder=True) as doomed:
                place.rename(doomed / key)  # at once gone from the list, however long the removal takes
        except FileNotFoundError:
            return
        except OSError as error:
            raise InputError(f"{place} cannot be removed ({error.strerror}); check its permissions.") from error

    def _sweep(self) -> None:
        """Removes what processes that were killed left; those of earlier editions held no lock on it."""
        sweep(self.folder)
        for left in self.folder.glob(".*"):
            with contextlib.suppress(FileNotFoundError):  # another session sweeps too
                if not is_temporary(left.name) and time.time() - left.stat().st_mtime > DAY:
                    shutil.rmtree(left, ignore_errors=True)


def _about(place: Path) -> dict[str, Any] | None:
    """What was said about the files of an entry, and their names; None where that is damaged."""
    try:
        found = json.loads((place / "about.json").read_text(encoding="utf-8"))
    except (ValueError, RecursionError, FileNotFoundError, IsADirectoryError):
        return None
    names = found.get("files") if isinstance(found, dict) else None
    return found if "about" in (found or {}) and isinstance(names, list) and all(isinstance(name, str) for name in names) else None


def in_words(size: int) -> str:
    """ "12 MiB", of a number of bytes; smaller sizes in KiB and bytes."""
    unit, name = next(((unit, name) for unit, name in ((2**20, "MiB"), (2**10, "KiB")) if size >= unit), (1, "bytes"))
    return f"{size / unit:,.0f} {name}"


@contextlib.contextmanager
def on_disk(files: Sequence[Given], folder: Path) -> Iterator[tuple[Path, ...]]:
    """Files written into a folder for readers that take paths: what these refuse or notice is told by the names that the person knows.

    raises: InputError   raised inside, with names in place of paths; a file that unpacks to more than is taken; OSError   they cannot be
                         written
    """
    folder.mkdir(exist_ok=True)
    paths = []
    for place, (name, content) in enumerate(files):
        paths.append(folder / str(place) / plain_name(name) if isinstance(content, bytes) else content.resolve())
        if isinstance(content, bytes):
            paths[-1].parent.mkdir()
            paths[-1].write_bytes(content)
    rename = renamed(paths, [name for name, _ in files])
    try:
        with noticing(rename=rename):
            for path, (_, content) in zip(paths, files, strict=True):
                if isinstance(content, bytes):
                    _check_unpacked(path)
            yield tuple(paths)
    except InputError as error:
        raise InputError(rename(str(error))) from error


def renamed(paths: Sequence[Path], names: Sequence[str]) -> Callable[[str], str]:
    """Puts names in place of paths in a text."""

    def rename(text: str) -> str:
        for path, name in zip(paths, names, strict=True):
            text = text.replace(str(path), Path(name).name)
        return text

    return rename


def _check_unpacked(path: Path) -> None:
    """raises: InputError   a packed file that holds more than is taken; one that is damaged is told by whoever reads it"""
    try:
        size = unpacked_size(path, str(path), UNPACKED) if is_packed(path) else 0
    except TooMuch:
        raise
    except InputError:
        return
    if size > UNPACKED:
        raise InputError(f"{path} unpacks to more than {in_words(UNPACKED)}; give a part of it.")


def plain_name(name: str) -> str:
    """A file name that is only that; what its end tells (packed or not, a language) stays."""
    return re.sub(r"[^\w.-]", "_", Path(name).name)[-60:].lstrip(".") or "file"  # 60: file systems take 255 bytes


def _stamp(content: bytes | Path) -> Sequence:
    """Stands for the content of a file."""
    if isinstance(content, bytes):
        return [hashlib.sha256(content).hexdigest()]
    found = content.stat()
    return [str(content.resolve()), found.st_size, found.st_mtime_ns]
