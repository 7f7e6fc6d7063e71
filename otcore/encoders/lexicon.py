"""An encoder's lexicon: one static vector a word, and one a subword for the words it lacks: what words mean by themselves.

A small encoder trained to align words sets translations apart from everything else, and so says little of what is merely related. The sum
of static vectors (as in fastText and Model2Vec) costs next to nothing and says that; the encoder's own mean and it side by side are the
sentence's vector. Between two words the same vectors are a dictionary beside the context: see `WordVectors.points`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from unicodedata import normalize

import numpy as np
import regex
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from otcore.base.errors import InputError
from otcore.encoders.facts import LEXICON
from otcore.text.writing import write_bytes

_EDGES = regex.compile(r"^[^\p{L}\p{N}]+|[^\p{L}\p{N}\p{M}]+$")  # a mark at the end belongs to its letter: Hindi's का ends in one
_LEVELS = 7  # on either side of zero, in four bits
Named = tuple[Sequence[str], Sequence[str], np.ndarray]  # the words of a sentence, its pieces, and the word of each piece


def summed(meanings: Sequence[np.ndarray]) -> np.ndarray:
    """(n, k) float32 unit sums of the vectors of each sentence's words; zero for one of which nothing is known."""
    return _unit(np.stack([words.sum(0) for words in meanings]))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12)


@lru_cache(maxsize=2**15)
def key(word: str) -> str:
    """A word as the lexicon has it: without the punctuation around it, in small letters, NFKC; empty for punctuation alone."""
    return _EDGES.sub("", normalize("NFKC", normalize("NFKC", word).lower()))


def entry(word: str) -> str:
    """A word as it stands in a lexicon: its key, or punctuation alone as it is."""
    return key(word) or normalize("NFKC", word)


@dataclass(frozen=True)
class Lexicon:
    """Vectors of subwords and, after them, of words.

    pieces : subwords as the tokeniser writes them, one a row
    words  : entries of words, one a row after those
    packed : (pieces + words, k / 2) uint8, two entries a byte: the first in the low four bits, both plus 8
    scales : (pieces + words,) float32, times the entries the vectors themselves
    share  : length of the static vector beside an encoder's own of length 1 in a sentence's vector; at 0 it stands beside words alone
    """

    pieces: tuple[str, ...]
    words: tuple[str, ...]
    packed: np.ndarray
    scales: np.ndarray
    share: float

    @classmethod
    def of(cls, pieces: Sequence[str], words: Sequence[str], table: np.ndarray, share: float) -> "Lexicon":
        """From float vectors (pieces + words, k), k even, rounded to four bits by their largest entries."""
        scales = np.abs(table).max(1).clip(1e-12) / _LEVELS
        entries = (np.rint(table / scales[:, None]) + _LEVELS + 1).astype(np.uint8)
        return cls(tuple(pieces), tuple(words), entries[:, ::2] | entries[:, 1::2] << 4, scales.astype(np.float32), share)

    @property
    def dimension(self) -> int:
        """k of the vectors."""
        return 2 * self.packed.shape[1]

    def vectors(self, rows: Sequence[int]) -> np.ndarray:
        """(n, k) float32 the vectors of n rows."""
        packed = self.packed[rows]
        entries = np.stack([packed & 15, packed >> 4], axis=-1).reshape(len(packed), self.dimension)
        return self.scales[rows, None] * (entries.astype(np.float32) - _LEVELS - 1)

    @cached_property
    def _rows(self) -> tuple[dict[str, int], dict[str, int]]:
        """Rows of the subwords and of the words."""
        first = len(self.pieces)
        return {piece: row for row, piece in enumerate(self.pieces)}, {word: row for row, word in enumerate(self.words, first)}

    @property
    def dimension_beside(self) -> int:
        """How many dimensions a sentence's vector has more by it."""
        return self.dimension if self.share else 0

    def beside(self, own: np.ndarray, meanings: Sequence[np.ndarray]) -> np.ndarray:
        """(n, d + k) float32 unit vectors from an encoder's own (n, d) and the `meanings` of the words of the same sentences; these
        (n, d) themselves at share 0."""
        if not self.share:
            return own
        return _unit(np.concatenate([own, self.share * summed(meanings)], axis=1))

    def meanings(self, sentences: Sequence[Named]) -> list[np.ndarray]:
        """Of each sentence (n, k) float32 the vectors of its n words, else the sum of a word's known subwords', zero where none is: the
        shorter, the less a word tells."""
        of_piece, of_word = self._rows
        whole: list[tuple[int, int]] = []
        parts: list[tuple[int, int]] = []
        starts = [0]
        for words, pieces, owners in sentences:
            first, known = starts[-1], [of_word.get(entry(word)) for word in words]
            whole += [(first + place, row) for place, row in enumerate(known) if row is not None]
            if None in known:
                cut = zip(pieces, owners.tolist(), strict=True)
                parts += [(first + place, of_piece[piece]) for piece, place in cut if known[place] is None and piece in of_piece]
            starts.append(first + len(words))
        found = np.zeros((starts[-1], self.dimension), np.float32)
        if whole:
            places, rows = map(list, zip(*whole, strict=True))
            found[places] = self.vectors(rows)
        if parts:
            places, rows = (np.array(some) for some in zip(*parts, strict=True))
            begins = np.diff(places, prepend=-1) != 0  # the subwords of a word follow each other
            order = np.arange(len(places)) - np.flatnonzero(begins)[begins.cumsum() - 1]  # 0 for a word's first
            for nth in range(order.max() + 1):  # several times as fast as adding one by one
                found[places[order == nth]] += self.vectors(rows[order == nth])
        return [found[first:last] for first, last in pairwise(starts)]


def save_lexicon(folder: Path, lexicon: Lexicon) -> None:
    """Write the lexicon into an encoder's folder in one step."""
    texts = {name: np.frombuffer("\n".join(getattr(lexicon, name)).encode(), np.uint8) for name in ("pieces", "words")}
    arrays = texts | {"packed": lexicon.packed, "scales": lexicon.scales.astype(np.float16)}
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
        found = Lexicon(pieces, words, arrays["packed"], arrays["scales"].astype(np.float32), float(told["share"]))
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise InputError(f"The lexicon {path} cannot be read ({error}); delete it to go on without.") from error
    rows = len(pieces) + len(words)
    fits = found.packed.dtype == np.uint8 and found.packed.ndim == 2 and len(found.packed) == rows and found.scales.shape == (rows,)
    if not (fits and np.isfinite(found.scales).all() and np.isfinite(found.share)):
        raise InputError(f"The lexicon {path} does not have one vector a word; delete it to go on without.")
    return found
