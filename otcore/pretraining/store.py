"""Sentence pairs as subword ids, kept on disk so that a run can go on where it stopped."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from tokenizers import Encoding, Tokenizer

from otcore.pretraining.corpus import LanguageText
from otcore.text.writing import replacing

MAX_SIDE = 100
CHUNK = 20_000


@dataclass(frozen=True)
class Ragged:
    """Rows of different length: row ``i`` is ``flat[offsets[i]:offsets[i + 1]]`` (int32)."""

    flat: np.ndarray
    offsets: np.ndarray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> np.ndarray:
        return self.flat[self.offsets[row] : self.offsets[row + 1]]

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.offsets)

    def take(self, rows: np.ndarray) -> Self:
        """The rows (n,) alone, in their order."""
        lengths = self.lengths[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return type(self)(self.flat[np.repeat(self.offsets[rows] - offsets[:-1], lengths) + np.arange(offsets[-1])], offsets)

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """The rows of several, one after the other."""
        lengths = np.concatenate([np.zeros(0, np.int64), *(part.lengths for part in parts)])
        flat = np.concatenate([np.zeros(0, np.int32), *(part.flat for part in parts)])
        return cls(flat, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))

    @classmethod
    def of(cls, rows: list[list[int]]) -> Self:
        """Pack lists of integers."""
        lengths = np.fromiter(map(len, rows), np.int64, len(rows))
        flat = np.fromiter((i for row in rows for i in row), np.int32, int(lengths.sum()))
        return cls(flat, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


@dataclass(frozen=True)
class EncodedPairs:
    """One language's pairs as subword ids without special tokens; the first ``held_out`` are for evaluation."""

    language: str
    english: Ragged
    other: Ragged
    held_out: int

    def __len__(self) -> int:
        return len(self.english)


@dataclass(frozen=True)
class LinkedText:
    """One language's pairs with links: of pair ``i`` the rows ``links[i].reshape(-1, 2)`` (English, other)."""

    pairs: EncodedPairs
    links: Ragged


def encode_pairs(text: LanguageText, tokenizer: Tokenizer) -> EncodedPairs:
    """Encode one language's pairs; pairs with an empty side or one of more than 100 subwords are dropped."""
    rows: list[tuple[list[int], ...]] = []
    held_out = 0
    for start in range(0, len(text.pairs), CHUNK):
        chunk = text.pairs[start : start + CHUNK]
        sides = (tokenizer.encode_batch_fast(list(side), add_special_tokens=False) for side in zip(*chunk, strict=True))
        for number, pair in enumerate(zip(*sides, strict=True), start):
            if fits(pair):
                rows.append(tuple(side.ids for side in pair))
                held_out += number < text.held_out
    return EncodedPairs(text.language, *(Ragged.of([row[side] for row in rows]) for side in (0, 1)), held_out)


def fits(pair: tuple[Encoding, Encoding], most: int = MAX_SIDE) -> bool:
    """Whether both sides of a pair have 1 to ``most`` subwords."""
    return all(0 < len(side) <= most for side in pair)


def save_arrays(path: Path, **arrays: np.ndarray) -> None:
    """Write named arrays to ``path`` (.npz) in one step: a file that is there is complete."""
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **arrays)


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read what ``save_arrays`` wrote."""
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def save_pairs(path: Path, pairs: EncodedPairs) -> None:
    """Write one language's encoded pairs."""
    english, other = pairs.english, pairs.other
    flat, offsets = {"english": english.flat, "other": other.flat}, {"english_offsets": english.offsets, "other_offsets": other.offsets}
    save_arrays(path, held_out=np.array(pairs.held_out), **flat, **offsets)


def load_pairs(path: Path, language: str) -> EncodedPairs:
    """Read what ``save_pairs`` wrote."""
    a = load_arrays(path)
    return EncodedPairs(language, Ragged(a["english"], a["english_offsets"]), Ragged(a["other"], a["other_offsets"]), int(a["held_out"]))
