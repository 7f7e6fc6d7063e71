"""The shape of the space: how evenly words fill it, hubs between languages, likeness of two languages' spaces, and how well a
linear probe tells languages apart."""

from collections.abc import Sequence

import numpy as np

from otcore.evaluation.samples import Linear
from otcore.retrieval.words import unit_rows

_ROWS = 1024
FOLDS = 5


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


def k_occurrences(x: np.ndarray, y: np.ndarray, k: int = 10) -> np.ndarray:
    """(m,) how many rows of x have each row of y among their k nearest by cosine; a hub is one that very many have.

    source: Radovanović, Nanopoulos & Ivanović 2010 §2
    """
    x, y = unit_rows(x), unit_rows(y)
    k = min(k, len(y))
    counts = np.zeros(len(y), np.int64)
    for start in range(0, len(x), _ROWS):
        nearest = np.argpartition(x[start : start + _ROWS] @ y.T, len(y) - k, axis=1)[:, len(y) - k :]
        counts += np.bincount(nearest.ravel(), minlength=len(y))
    return counts


def power_sums(numbers: np.ndarray, lengths: Sequence[int]) -> np.ndarray:
    """(sentences, 4) of each sentence's words: their count, and the sums of the numbers, their squares and cubes."""
    owners = np.repeat(np.arange(len(lengths)), lengths)
    powers = [np.bincount(owners, np.asarray(numbers, np.float64) ** power, minlength=len(lengths)) for power in range(4)]
    return np.stack(powers, axis=1)


def linear_cka(x: np.ndarray, y: np.ndarray) -> float:
    """Likeness of two clouds whose rows belong together: ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖) of the centred clouds, in [0, 1].

    1 for clouds that a rotation, shift and one scaling make equal; it rises as points become few, so compare equal numbers only.
    x, y  : (p, d), (p, e)
    source: Kornblith et al. 2019, eq. 5
    """
    return _cka(*_moments(x, y))


def cka_sample(pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> Linear:
    """Linear CKA over all rows of the sentences, with each sentence's influence by leaving it out.

    pairs: (p, d) and (p, d) rows of each sentence that belong together; p may be 0
    """
    whole = _moments(np.concatenate([x for x, _ in pairs]), np.concatenate([y for _, y in pairs]))
    value = _cka(*whole)
    without = [_cka(*(all_ - one for all_, one in zip(whole, _moments(x, y), strict=True))) for x, y in pairs]
    influences = (len(pairs) - 1) * (np.mean(without) - np.array(without))
    return Linear(value, influences if len(pairs) > 2 else np.zeros(len(pairs)))


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


def probe_hits(sources: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> np.ndarray | None:
    """(sentences, 4) words a linear probe assigns to the right language, and words: of the source, then of the target language.

    Ridge regression on standardised vectors, fitted on four fifths of the sentence pairs and tried on the last, five times; both
    sides of a pair stay together and both languages weigh the same, so that the mean of both rates is 0.5 where they are one cloud.

    returns: None where there are fewer than two sentence pairs
    """
    from sklearn.linear_model import RidgeClassifier
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if len(sources) < 2:
        return None
    owners = np.concatenate([np.repeat(np.arange(len(side)), [len(words) for words in side]) for side in (sources, targets)])
    vectors = np.concatenate([*sources, *targets]).astype(np.float64)
    labels = np.repeat([0, 1], [sum(map(len, sources)), sum(map(len, targets))])
    probe = make_pipeline(StandardScaler(), RidgeClassifier(alpha=1.0, class_weight="balanced"))
    found = cross_val_predict(probe, vectors, labels, groups=owners, cv=GroupKFold(min(FOLDS, len(sources))))
    columns = []
    for label in (0, 1):
        mine = labels == label
        columns += [np.bincount(owners[mine], part, minlength=len(sources)) for part in (found[mine] == label, np.ones(mine.sum()))]
    return np.stack(columns, axis=1)
