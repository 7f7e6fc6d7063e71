"""What a figure is made of, sentence by sentence, so that it can be worked out anew for any resampling of the sentences.

A sample answers `values(weights)`: the figure when sentence k counts weights[r, k] times, for many r at once. Ones give the
figure itself, multinomial counts its bootstrap (Efron & Tibshirani 1993 §6), a row of the identity a sentence's own score.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np


class Sample(Protocol):
    """A figure over n sentences."""

    @property
    def size(self) -> int:
        """n"""

    def values(self, weights: np.ndarray) -> np.ndarray:
        """(r,) the figure for each row of weights (r, n) ≥ 0; NaN where it has none."""


@dataclass(frozen=True)
class Rates:
    """A figure that is a function of sums over sentences, as all rates are.

    counts : (n, k) what each sentence adds
    combine: (…, k) sums → (…) figures
    """

    counts: np.ndarray
    combine: Callable[[np.ndarray], np.ndarray]

    @property
    def size(self) -> int:
        return len(self.counts)

    def values(self, weights: np.ndarray) -> np.ndarray:
        return self.combine(weights @ self.counts)

    def per_sentence(self) -> np.ndarray:
        """(n,) the figure of each sentence alone."""
        return self.combine(self.counts.astype(np.float64))


@dataclass(frozen=True)
class Pairwise:
    """A figure of the mean over pairs of words from different sentences.

    A sentence drawn twice makes no pair with itself, so that a bootstrap does not meet the same word again.

    sums   : (n, n) for each two sentences the sum over their pairs of words
    words  : n numbers of words, of each sentence
    combine: (…) means → (…) figures
    """

    sums: np.ndarray
    words: Sequence[int]
    combine: Callable[[np.ndarray], np.ndarray]

    @property
    def size(self) -> int:
        return len(self.words)

    def values(self, weights: np.ndarray) -> np.ndarray:
        squares = weights**2
        total = ((weights @ self.sums) * weights).sum(1) - squares @ np.diagonal(self.sums)
        words = np.asarray(self.words, np.float64)
        pairs = (weights @ words) ** 2 - squares @ words**2
        return self.combine(ratio(total, pairs))


@dataclass(frozen=True)
class Linear:
    """A figure known with the influence of each sentence on it, by the jackknife: what weights make of it to first order.

    source: Efron & Tibshirani 1993 §11.5, §22.5
    """

    value: float
    influences: np.ndarray

    @property
    def size(self) -> int:
        return len(self.influences)

    def values(self, weights: np.ndarray) -> np.ndarray:
        return self.value + ratio(weights @ self.influences, weights.sum(1))


def plain(sample: Sample) -> float:
    """The figure itself: every sentence once."""
    return float(sample.values(np.ones((1, sample.size)))[0])


# Each takes (…, k) sums; what stands in them is said where the counts are made.
def first_rate(sums: np.ndarray) -> np.ndarray:
    """hits / tries."""
    return ratio(sums[..., 0], sums[..., 1])


def two_rates(sums: np.ndarray) -> np.ndarray:
    """The mean of two rates, from hits, tries, hits, tries: of two directions, or of two classes (balanced accuracy)."""
    return (first_rate(sums[..., :2]) + first_rate(sums[..., 2:])) / 2


def ratio(above: np.ndarray, below: np.ndarray, empty: float = np.nan) -> np.ndarray:
    """above / below; `empty` where below is 0."""
    above, below = np.asarray(above, np.float64), np.asarray(below, np.float64)
    filled = np.full(np.broadcast_shapes(above.shape, below.shape), empty)
    return np.divide(above, below, out=filled, where=below != 0)
