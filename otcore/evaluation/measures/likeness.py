"""Likeness of two languages' spaces: linear CKA over what belongs together."""

from collections.abc import Sequence

import numpy as np

from otcore.evaluation.measure import Prepared, measure
from otcore.evaluation.samples import Linear


def cka_sample(pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> Linear:
    """Linear CKA over all rows of the sentences, with each sentence's influence by leaving it out: ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖) of the
    centred clouds, in [0, 1]; 1 where a rotation, shift and one scaling make them equal. It rises as points become few.

    pairs : (p, d) and (p, e) rows of each sentence that belong together; p may be 0
    source: Kornblith et al. 2019, eq. 5
    """
    whole = _moments(*(np.concatenate(side) for side in zip(*pairs, strict=True)))
    without = [_cka(*(all_ - one for all_, one in zip(whole, _moments(x, y), strict=True))) for x, y in pairs]
    influences = (len(pairs) - 1) * (np.mean(without) - np.array(without))
    return Linear(_cka(*whole), influences if len(pairs) > 2 else np.zeros(len(pairs)))


def _moments(x: np.ndarray, y: np.ndarray) -> tuple:
    """Sums over rows from which centred products follow, so that a sentence can be taken away again."""
    x, y = x.astype(np.float64), y.astype(np.float64)
    return x.T @ x, y.T @ y, x.T @ y, x.sum(0), y.sum(0), len(x)


def _cka(xx, yy, xy, x, y, count: int) -> float:
    if count < 2:
        return float("nan")
    within = np.linalg.norm(xx - np.outer(x, x) / count) * np.linalg.norm(yy - np.outer(y, y) / count)
    between = np.linalg.norm(xy - np.outer(x, y) / count) ** 2
    return float(between / within) if within > 0 else float("nan")


@measure("cka", "likeness to English (CKA)", 80, unit="linear CKA, 0 to 1", better="higher")
def _likeness(made: Prepared) -> Linear | None:
    """How alike the spaces of a language and of English are over linked words, up to a rotation."""
    if made.links:
        together = [_linked(*words, pair.gold.sure) for words, pair in zip(made.words, made.pairs, strict=True)]
    else:
        together = [(x[None], y[None]) for x, y in zip(*made.sentences, strict=True)]
    found = cka_sample(together)
    return found if np.isfinite(found.value) else None


def _linked(x: np.ndarray, y: np.ndarray, links) -> tuple[np.ndarray, np.ndarray]:
    """The vectors of a pair's linked words, a row of either side for each link."""
    inside = [(i, j) for i, j in sorted(links) if i < len(x) and j < len(y)]
    i, j = np.array(inside, np.int64).reshape(-1, 2).T
    return x[i], y[j]


MEASURE = _likeness
