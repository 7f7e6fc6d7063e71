"""The vectors of one sentence, of its pieces and of its words."""

import re
from dataclasses import dataclass

import numpy as np

from otcore.base.vectors import POOLINGS

_UNKNOWN = re.compile(r"<unk>|\[UNK\]|<0x[0-9A-F]{2}>")  # as the tokenisers of the field write them


@dataclass(frozen=True)
class WordVectors:
    """The contextual vectors of one sentence at one layer.

    words  : the words that were encoded; the first ones where the sentence was cut, and `cut` how many were left out
    pieces : subword strings, as the tokeniser writes them; piece_words (p,): index of the word each belongs to
    subwords: (p, d) float32, one row a piece
    meanings: (n, k) float32 what each word means by itself, of any length, or zero where that is not known; None of an encoder
              without a lexicon
    """

    words: tuple[str, ...]
    pieces: tuple[str, ...]
    piece_words: np.ndarray
    subwords: np.ndarray
    cut: int = 0
    meanings: np.ndarray | None = None

    def pooled(self, pooling: str = "mean") -> np.ndarray:
        """(n, d) one vector a word: the mean of its pieces, the first or the last (WordOT: the last)."""
        if pooling not in POOLINGS:
            raise ValueError(f"The pooling must be one of {', '.join(POOLINGS)}. Received {pooling!r}.")
        changes = np.flatnonzero(self.piece_words[1:] != self.piece_words[:-1]) + 1  # every word has at least one piece, in order
        if len(changes) + 1 == len(self.piece_words):
            return self.subwords
        starts, ends = np.concatenate([[0], changes]), np.concatenate([changes, [len(self.piece_words)]])
        if pooling == "mean":
            return np.add.reduceat(self.subwords, starts, axis=0) / (ends - starts)[:, None].astype(np.float32)
        return self.subwords[starts if pooling == "first" else ends - 1]

    @property
    def unknown(self) -> frozenset[int]:
        """Words that the vocabulary does not hold, by their places: a piece of theirs is the unknown token or a single byte."""
        return frozenset(int(word) for word, piece in zip(self.piece_words, self.pieces, strict=True) if _UNKNOWN.fullmatch(piece))

    def vectors(self, unit: str = "word", pooling: str = "mean") -> np.ndarray:
        """(n, d) word vectors, or (p, d) subword vectors for every other unit."""
        return self.pooled(pooling) if unit == "word" else self.subwords

    def points(self, unit: str = "word", pooling: str = "mean", share: float = 0.0) -> np.ndarray:
        """`vectors`, and beside each k dimensions of what its word means, of such length that in the cosine of two points the words'
        own meanings count for `share` and the vectors for the rest. Each point is as long as its vector."""
        own = self.vectors(unit, pooling)
        if self.meanings is None or not share:
            return own
        groups, (count, dimension) = self.groups(unit), own.shape
        lengths = np.sqrt(_squares(self.meanings))[groups, None]
        known = lengths > 0
        points = np.empty((count, dimension + self.meanings.shape[1]), np.float32)
        np.multiply(own, np.where(known, np.float32((1 - share) ** 0.5), np.float32(1)), out=points[:, :dimension])
        scales = np.sqrt(share * _squares(own))[:, None] / np.where(known, lengths, 1)
        np.multiply(self.meanings[groups], scales, out=points[:, dimension:], casting="same_kind")
        return points

    def groups(self, unit: str = "word") -> np.ndarray:
        """For each vector of `vectors(unit)` the index of its word."""
        return np.arange(len(self.words)) if unit == "word" else self.piece_words


def _squares(vectors: np.ndarray) -> np.ndarray:
    """(n,) the squared lengths of n vectors."""
    return np.einsum("ij,ij->i", vectors, vectors)
