"""The aligner's links against hand-made ones: AER, precision, recall, F1."""

from collections.abc import Callable

import numpy as np

from otcore.evaluation.measure import Measure
from otcore.evaluation.published import ERRORS
from otcore.evaluation.samples import Rates, ratio


def error_rate(sums: np.ndarray) -> np.ndarray:
    """AER (Och & Ney 2003) from (…, 4) sums of what `Prepared.links` counts; 0 where nothing is to be linked."""
    return 1 - ratio(sums[..., 2] + sums[..., 3], sums[..., 0] + sums[..., 1], empty=1.0)


def precision(sums: np.ndarray) -> np.ndarray:
    """|A∩P| / |A| from the same sums; without a link 1 where none is sure, else 0."""
    return np.where(sums[..., 0] > 0, ratio(sums[..., 3], sums[..., 0]), sums[..., 1] == 0)


def recall(sums: np.ndarray) -> np.ndarray:
    """|A∩S| / |S| from the same sums; 1 where no link is sure."""
    return ratio(sums[..., 2], sums[..., 1], empty=1.0)


def f1(sums: np.ndarray) -> np.ndarray:
    """Harmonic mean of precision and recall, from the same sums."""
    p, r = precision(sums), recall(sums)
    return ratio(2 * p * r, p + r, empty=0.0)


_AER = {"unit": "alignment error rate, 0 to 1", "better": "lower", "first": True, "published": ERRORS}
_SHARE = {"unit": "share, 0 to 1", "better": "higher"}
_ALL = (
    ("aer", "AER", error_rate, _AER, "Share of word links that are wrong or missing against hand-made ones; 0 is perfect."),
    ("precision", "precision", precision, _SHARE, "Share of the links found that are at least possible in gold."),
    ("recall", "recall", recall, _SHARE, "Share of the sure gold links that were found."),
    ("f1", "F1", f1, _SHARE, "Harmonic mean of precision and recall of the links."),
)


def _measure(name: str, label: str, combine: Callable, kind: dict, reading: str, rank: int) -> Measure:
    return Measure(name, label, rank, reading, lambda made: Rates(made.links[made.layer], combine), gold=True, alone=True, **kind)


MEASURE = tuple(_measure(*one, rank) for rank, one in enumerate(_ALL, 10))
