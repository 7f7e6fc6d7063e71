"""Confidence intervals over sentences, and the paired comparison of two systems on the same sentences.

Both systems are drawn with the same sentences, and so are languages that hold the same ones: hard sentences are hard for all, and
what they share cancels in a difference (Koehn 2004, "Statistical significance tests for machine translation evaluation").
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SHARE = 0.95  # of the draws inside an interval
LEAST = 40  # draws with a value that an interval needs: with fewer no p can be below 0.05


@dataclass(frozen=True)
class Interval:
    """A figure and the percentile interval of its bootstrap."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference(Interval):
    """B − A with its interval, NaN where too few draws have a value, and `p`: how often, two-sided, the draws fall on the other side of
    0; in (0, 1]."""

    p: float

    @property
    def within_noise(self) -> bool:
        """Whether the interval holds 0, or there is no difference or no interval to tell by."""
        return not (np.isfinite(self.value) and (self.low > 0 or self.high < 0))


def draw_weights(sentences: Sequence[str], draws: int, seed: int) -> np.ndarray:
    """(draws + 1, n) how often each of n sentences counts: a first row of ones, then draws with replacement.

    sentences: the n, by whatever tells them apart; equal lists get equal draws, so that languages which hold translations of the
               same sentences are drawn together, and others on their own
    """
    count = len(sentences)
    random = np.random.default_rng([seed, zlib.crc32("\n".join(sentences).encode())])
    drawn = random.multinomial(count, np.full(count, 1 / count), size=draws)
    return np.concatenate([np.ones((1, count), np.int64), drawn]).astype(np.float64)


def interval(values: np.ndarray) -> Interval:
    """The first of (draws + 1,) values with the percentile interval of the others; draws without a value are left out, and of fewer than
    LEAST there is no interval."""
    return Interval(float(values[0]), *_percentiles(values[1:]))


def difference(before: np.ndarray, after: np.ndarray) -> Difference:
    """after − before from values on the same draws, first the plain ones."""
    change = after - before
    drawn = change[1:][np.isfinite(change[1:])]
    tails = [(1 + int(side.sum())) / (1 + len(drawn)) for side in (drawn <= 0, drawn >= 0)]
    return Difference(float(change[0]), *_percentiles(drawn), min(1.0, 2 * min(tails)))


def _percentiles(values: np.ndarray) -> tuple[float, float]:
    values = values[np.isfinite(values)]
    if len(values) < LEAST:
        return float("nan"), float("nan")
    low, high = np.quantile(values, [(1 - SHARE) / 2, (1 + SHARE) / 2])
    return float(low), float(high)
