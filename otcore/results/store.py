"""Where stored results lie, and the key by which one is found: whatever it is made of changes the key, so none can be stale.

KIND/KEY.safetensors   arrays and a value of a result, whose key stands in its metadata too
"""

import dataclasses
import functools
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from otcore.base.errors import InputError
from otcore.corpora.collection import DATA
from otcore.encoders import find_source
from otcore.text.writing import write_bytes

FOLDER = Path(__file__).resolve().parents[2] / "data" / "results"
_VERSION = 1  # of what is stored and how: a higher one leaves all that was stored unused
_NAMED = 20  # characters of a key in a file's name


@dataclass(frozen=True)
class Stored:
    """What is in a file: a value of plain JSON, and arrays by name."""

    value: Any
    arrays: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)


def key_of(kind: str, encoders: Sequence[str], settings: object) -> str | None:
    """The key of a result, or None where one of the encoders does not come with the project: nothing is stored for it.

    settings: whatever decides the result, as plain values and frozen dataclasses, which tell all their values
    """
    prints = []
    for name in encoders:
        source = find_source(name)
        if source is None or not source.shipped:
            return None
        try:
            prints.append((name, fingerprint(source.folder(name))))
        except (InputError, OSError):  # this copy of the project has none
            return None
    return hashlib.sha256(repr((_VERSION, kind, prints, fingerprint(DATA), settings)).encode()).hexdigest()


def find(kind: str, key: str | None) -> Stored | None:
    """What is stored under a key; None where there is nothing, where the file is of another key, or damaged."""
    from safetensors import SafetensorError, safe_open

    path = None if key is None else path_of(kind, key)
    if path is None or not path.is_file():
        return None
    try:
        with safe_open(path, "np") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if metadata.get("key") != key:
            return None
        value = json.loads(zlib.decompress(arrays.pop("value").tobytes()))
        return Stored(value, arrays) if metadata.get("digest") == _digest(value, arrays) else None
    except (OSError, SafetensorError, KeyError, ValueError, zlib.error):
        return None


def keep(kind: str, key: str, stored: Stored) -> Path:
    """Writes a result; raises InputError where the folder cannot be written."""
    from safetensors.numpy import save

    packed = zlib.compress(json.dumps(stored.value, ensure_ascii=False, separators=(",", ":")).encode(), 9)
    arrays = {name: np.ascontiguousarray(array) for name, array in stored.arrays.items()}
    digest = _digest(json.loads(json.dumps(stored.value)), arrays)
    path = path_of(kind, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, save(arrays | {"value": np.frombuffer(packed, np.uint8)}, {"key": key, "digest": digest}))
    return path


def path_of(kind: str, key: str) -> Path:
    return FOLDER / kind / f"{key[:_NAMED]}.safetensors"


def fingerprint(folder: Path) -> str:
    """Hash of all files in a folder, their names and contents; read anew only where one was written since."""
    written = tuple((str(path.relative_to(folder)), status.st_size, status.st_mtime_ns) for path, status in _files(folder))
    return _fingerprint(folder, written)


@functools.lru_cache(maxsize=32)
def _fingerprint(folder: Path, written: tuple) -> str:
    whole = hashlib.sha256()
    for name, *_ in written:
        whole.update(f"{name}\0".encode() + hashlib.sha256((folder / name).read_bytes()).digest())
    return whole.hexdigest()


def _files(folder: Path) -> Iterator[tuple[Path, Any]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".md" and not path.name.startswith("."):
            yield path, path.stat()


def _digest(value: Any, arrays: Mapping[str, np.ndarray]) -> str:
    found = hashlib.sha256(json.dumps(value, sort_keys=True).encode())
    for name in sorted(arrays):
        found.update(name.encode() + arrays[name].tobytes())
    return found.hexdigest()
