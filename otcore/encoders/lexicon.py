"""An encoder's lexicon: one static vector a word, and one a subword for the words it lacks, that tell what a sentence is about.

A small encoder trained to align words sets translations apart from everything else, and so says little of what is merely related. The sum
of static vectors (as in fastText and Model2Vec) costs next to nothing and says that; the encoder's own mean and it side by side are the
sentence's vector.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from otcore.base.errors import InputError
from otcore.encoders.vectors import WordVectors
from otcore.text.writing import write_bytes

LEXICON = "lexicon.safetensors"
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def key(word: str) -> str:
    """A word as the lexicon has it: without the punctuation around it, in small letters; empty for punctuation alone."""
    return _EDGES.sub("", word.lower())  # in this order: İ leaves a mark behind that is no letter


@dataclass(frozen=True)
class Lexicon:
    """Vectors of subwords and, after them, of words.

    pieces : subwords as the tokeniser writes them, one a row
    words  : keys of words, one a row after those
    vectors: (pieces + words, k) int8, times `scales` (pieces + words,) float32 the vectors themselves
    share  : length of the static vector beside an encoder's own of length 1
    """

    pieces: tuple[str, ...]
    words: tuple[str, ...]
    vectors: np.ndarray
    scales: np.ndarray
    share: float

    @classmethod
    def of(cls, pieces: Sequence[str], words: Sequence[str], table: np.ndarray, share: float) -> "Lexicon":
        """From float vectors (pieces + words, k), rounded to eight bits by their largest entries."""
        scales = np.abs(table).max(1).clip(1e-12) / 127
        return cls(tuple(pieces), tuple(words), np.rint(table / scales[:, None]).astype(np.int8), scales.astype(np.float32), share)

    @cached_property
    def _rows(self) -> tuple[dict[str, int], dict[str, int]]:
        """Rows of the subwords and of the words."""
        first = len(self.pieces)
        return {piece: row for row, piece in enumerate(self.pieces)}, {word: row for row, word in enumerate(self.words, first)}

    def sentences(self, encoded: Sequence[WordVectors]) -> np.ndarray:
        """(n, k) float32 unit sums of the vectors of a sentence's words; zero for one of which nothing is known."""
        sums = np.zeros((len(encoded), self.vectors.shape[1]), np.float32)
        for place, sentence in enumerate(encoded):
            rows = self._of(sentence)
            sums[place] = self.scales[rows] @ self.vectors[rows]
        return sums / np.linalg.norm(sums, axis=1, keepdims=True).clip(1e-12)

    def beside(self, own: np.ndarray, encoded: Sequence[WordVectors]) -> np.ndarray:
        """(n, d + k) float32 unit vectors from an encoder's unit vectors `own` (n, d) of the same sentences."""
        both = np.concatenate([own, self.share * self.sentences(encoded)], axis=1)
        return both / np.linalg.norm(both, axis=1, keepdims=True).clip(1e-12)

    def _of(self, sentence: WordVectors) -> list[int]:
        pieces, words = self._rows
        known = [words.get(key(word)) for word in sentence.words]
        whole = [row for row in known if row is not None]
        parts = zip(sentence.pieces, sentence.piece_words.tolist(), strict=True)
        return whole + [pieces[piece] for piece, word in parts if known[word] is None and piece in pieces]


def save_lexicon(folder: Path, lexicon: Lexicon) -> None:
    """Write the lexicon into an encoder's folder in one step."""
    texts = {name: np.frombuffer("\n".join(getattr(lexicon, name)).encode(), np.uint8) for name in ("pieces", "words")}
    arrays = texts | {"vectors": lexicon.vectors, "scales": lexicon.scales.astype(np.float16)}
    write_bytes(folder / LEXICON, save(arrays, metadata={"share": str(lexicon.share)}))


def load_lexicon(folder: Path) -> Lexicon | None:
    """The lexicon of an encoder's folder, `None` where there is none.

    raises: InputError   a file that is not one
    """
    path = folder / LEXICON
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            arrays, told = {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118 (no mapping)
        pieces, words = (tuple(arrays[name].tobytes().decode().split("\n")) if arrays[name].size else () for name in ("pieces", "words"))
        found = Lexicon(pieces, words, arrays["vectors"], arrays["scales"].astype(np.float32), float(told["share"]))
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise InputError(f"The lexicon {path} cannot be read ({error}); delete it to go on without.") from error
    rows = len(pieces) + len(words)
    fits = found.vectors.dtype == np.int8 and found.vectors.ndim == 2 and len(found.vectors) == rows and found.scales.shape == (rows,)
    if not (fits and np.isfinite(found.scales).all() and np.isfinite(found.share)):
        raise InputError(f"The lexicon {path} does not have one vector a word; delete it to go on without.")
    return found
