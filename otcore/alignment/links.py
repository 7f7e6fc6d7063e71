"""Word links of a sentence pair, and how cells between words or subwords become links."""

from dataclasses import dataclass

import numpy as np

from otcore.corpora.types import Link


@dataclass(frozen=True)
class WordLink:
    """A link from source word i to target word j with a confidence in [0, 1]."""

    source: int
    target: int
    confidence: float


@dataclass(frozen=True)
class Alignment:
    """The links of one sentence pair, sorted, and the words linked to nothing."""

    links: tuple[WordLink, ...]
    source_words: int
    target_words: int

    @property
    def pairs(self) -> frozenset[Link]:
        return frozenset((link.source, link.target) for link in self.links)

    @property
    def source_null(self) -> tuple[int, ...]:
        linked = {link.source for link in self.links}
        return tuple(i for i in range(self.source_words) if i not in linked)

    @property
    def target_null(self) -> tuple[int, ...]:
        linked = {link.target for link in self.links}
        return tuple(j for j in range(self.target_words) if j not in linked)


def between_words(values: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """(n, m) sums between words of values (p, q) between their pieces; `source` (p,) and `target` (q,) as in `to_words`, in order."""
    summed = np.add.reduceat(values, np.flatnonzero(np.diff(source, prepend=-1)), axis=0)
    return np.add.reduceat(summed, np.flatnonzero(np.diff(target, prepend=-1)), axis=1)


def to_words(cells: np.ndarray, confidence: np.ndarray, source: np.ndarray, target: np.ndarray) -> Alignment:
    """Word links from cells between words or subwords: two words are linked where any of their pieces are, with the
    largest confidence among the linked pieces.

    cells, confidence : (n, m)
    source, target    : (n,), (m,) index of the word each row or column belongs to
    """
    best: dict[Link, float] = {}
    for i, j in zip(*np.nonzero(cells), strict=True):
        link = (int(source[i]), int(target[j]))
        best[link] = max(best.get(link, 0.0), float(confidence[i, j]))
    links = tuple(WordLink(i, j, min(value, 1.0)) for (i, j), value in sorted(best.items()))
    return Alignment(links, int(source.max()) + 1, int(target.max()) + 1)
