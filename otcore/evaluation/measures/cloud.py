"""The shape of the cloud of a language's words: how evenly they fill the space, and whether it has collapsed."""

from collections.abc import Sequence

import numpy as np

from otcore.evaluation.measure import Prepared, measure
from otcore.evaluation.samples import Pairwise
from otcore.retrieval.words import unit_rows

_ROWS = 1024


def cosine_sums(sentences: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """(n, n) and (n, n): for each two sentences the sums of cosines, and of squared cosines, over their pairs of words.

    sentences: (words, d) vectors of each
    """
    x = unit_rows(np.concatenate(sentences).astype(np.float64))
    lengths = np.array([len(sentence) for sentence in sentences])
    starts = np.cumsum(lengths) - lengths
    sums = np.add.reduceat(x, starts, axis=0)
    squares = np.zeros((len(x), len(sentences)))
    for start in range(0, len(x), _ROWS):
        squares[start : start + _ROWS] = np.add.reduceat((x[start : start + _ROWS] @ x.T) ** 2, starts, axis=1)
    return sums @ sums.T, np.add.reduceat(squares, starts, axis=0)


def _cosines(made: Prepared) -> tuple[np.ndarray, np.ndarray]:
    return cosine_sums(made.sides[0])


@measure("isotropy", "isotropy", 60, unit="share of the dimensions in use", better="higher")
def _isotropy(made: Prepared) -> Pairwise | None:
    """How evenly words fill the space: effective dimensions over all dimensions, 1 for evenly in every direction."""
    words = made.sides[0]
    dimension = words[0].shape[1]
    # 1 / mean cos² is the participation ratio of the second moments of unit vectors: their effective number of dimensions
    return Pairwise(made.once(_cosines)[1], list(map(len, words)), lambda mean: 1 / (dimension * mean)) if len(words) > 1 else None


@measure("collapse", "mean cosine of words", 61, unit="cosine, −1 to 1", better="lower")
def _collapse(made: Prepared) -> Pairwise | None:
    """Cosine of two words of different sentences on average; near 1 the space has collapsed."""
    words = made.sides[0]
    return Pairwise(made.once(_cosines)[0], list(map(len, words)), lambda mean: mean) if len(words) > 1 else None


MEASURE = (_isotropy, _collapse)
