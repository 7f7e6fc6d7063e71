"""Files that people give: kept as copies below the runs folder, under a key made of their content that can stand in an address.

.uploads/KIND/KEY/about.json   what was said about the files, and their names
.uploads/KIND/KEY/0/NAME       the first file, and so on

No run can have a name that starts with a dot, so neither gets in the other's way. An entry appears whole or not at all.
"""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otcore.base.errors import InputError
from otcore.base.places import runs_folder

Given = tuple[str, bytes | Path]  # a name, and what is in the file, or where on this machine it is and stays
KEY = r"[0-9a-f]{20}"
LARGEST = 30 * 2**20  # bytes of one file


@dataclass(frozen=True)
class Kept:
    """An entry of the store.

    about: what was said about the files, JSON values
    paths: the files in the order in which they were given
    """

    about: Any
    paths: tuple[Path, ...]


def uploads_folder(kind: str) -> Path:
    """Where entries of a kind are, each in a folder called by its key; it need not exist."""
    return runs_folder() / ".uploads" / kind


def keep(
    kind: str, files: Sequence[Given], about: Any = None, *, read: Callable[[Kept], object] | None = None, largest: int | None = LARGEST
) -> str:
    """Stores files; the same content and the same `about` get the same key, whatever the files are called.

    about  : JSON values
    read   : reads the files before they are stored, so that nothing is stored which it refuses
    largest: bytes of one file; None for any number
    returns: key for `kept`
    raises : InputError   a file too large, no space or permission, or what `read` raises, by the files' own names
    """
    for name, content in files:
        if largest is not None and isinstance(content, bytes) and len(content) > largest:
            raise InputError(
                f"{name} has {len(content) / 2**20:.0f} MiB; files up to {largest // 2**20} MiB are taken, so give a part of it."
            )
    key = hashlib.sha256(json.dumps([about, [_stamp(content) for _, content in files]]).encode()).hexdigest()[:20]
    folder = uploads_folder(kind)
    try:
        if (folder / key).is_dir():
            os.utime(folder / key)  # its time tells when it was last given
            return key
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".") as trial, on_disk(files, Path(trial) / key) as paths:
            if read:
                read(Kept(about, paths))
            names = [path.name if isinstance(content, bytes) else str(path) for path, (_, content) in zip(paths, files, strict=True)]
            (Path(trial) / key / "about.json").write_text(json.dumps({"about": about, "files": names}), encoding="utf-8")
            (Path(trial) / key).rename(folder / key)
    except OSError as error:
        if not (folder / key).is_dir():  # else another session was quicker, with the same files
            raise InputError(f"Files cannot be kept in {folder} ({error.strerror}); check the free space and the permissions.") from error
    return key


def kept(kind: str, key: str) -> Kept:
    """Files that were stored.

    raises: InputError   there are none under that key (any more)
    """
    folder = uploads_folder(kind) / key
    if not re.fullmatch(KEY, key) or not (folder / "about.json").is_file():
        raise InputError("The files of this view are not on this machine (any more); give them again.")
    found = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    # the name of a file that stayed where it was is its whole path, which Path leaves as it is
    return Kept(found["about"], tuple(folder / str(place) / name for place, name in enumerate(found["files"])))


@contextmanager
def on_disk(files: Sequence[Given], folder: Path) -> Iterator[tuple[Path, ...]]:
    """Files written into a folder for readers that take paths: what these refuse is told by the names that the person knows.

    raises: InputError   raised inside, with names in place of paths; OSError   they cannot be written
    """
    paths = tuple(
        folder / str(place) / plain_name(name) if isinstance(content, bytes) else content.resolve()
        for place, (name, content) in enumerate(files)
    )
    folder.mkdir(exist_ok=True)
    for path, (_, content) in zip(paths, files, strict=True):
        if isinstance(content, bytes):
            path.parent.mkdir()
            path.write_bytes(content)
    try:
        yield paths
    except InputError as error:
        told = str(error)
        for path, (name, _) in zip(paths, files, strict=True):
            told = told.replace(str(path), Path(name).name)
        raise InputError(told) from error


def plain_name(name: str) -> str:
    """A file name that is only that; what its end tells (packed or not, a language) stays."""
    return re.sub(r"[^\w.-]", "_", Path(name).name)[-60:].lstrip(".") or "file"  # 60: file systems take 255 bytes


def _stamp(content: bytes | Path) -> Sequence:
    """Stands for the content of a file."""
    if isinstance(content, bytes):
        return [hashlib.sha256(content).hexdigest()]
    found = content.stat()
    return [str(content.resolve()), found.st_size, found.st_mtime_ns]
