"""Hubs between languages: words that are near neighbours of very many words of the other language."""

from collections.abc import Sequence

import numpy as np

from otcore.evaluation.measure import Prepared, measure
from otcore.evaluation.samples import Rates, ratio
from otcore.retrieval.words import unit_rows

_ROWS = 1024


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


def skewness(sums: np.ndarray) -> np.ndarray:
    """(…) of numbers, from (…, 4) their count, Σx, Σx², Σx³; 0 where all are equal."""
    mean, square, cube = (ratio(sums[..., power], sums[..., 0]) for power in (1, 2, 3))
    variance = np.maximum(square - mean**2, 0)
    third = cube - 3 * mean * square + 2 * mean**3
    spread = np.where(np.isnan(variance) | (variance > 1e-12 * np.maximum(square, 1e-12)), variance, 0)
    return ratio(third, spread**1.5, empty=0.0)


def two_skewnesses(sums: np.ndarray) -> np.ndarray:
    """The mean skewness of two sets of numbers, from (…, 8) sums."""
    return (skewness(sums[..., :4]) + skewness(sums[..., 4:])) / 2


@measure("hubness", "hubness", 70, unit="skewness of neighbour counts", better="lower")
def _hubness(made: Prepared) -> Rates:
    """Whether a few words are near neighbours of very many words of the other language; 0 is even."""
    sources, targets = made.sides
    hubs = []
    for queries, candidates in ((sources, targets), (targets, sources)):
        occurrences = k_occurrences(np.concatenate(queries), np.concatenate(candidates))
        hubs.append(power_sums(occurrences, [len(sentence) for sentence in candidates]))
    return Rates(np.concatenate(hubs, axis=1), two_skewnesses)


MEASURE = _hubness
