"""The aligner's links against hand-made ones: AER, precision, recall, F1."""

from functools import partial

import numpy as np

from otcore.evaluation.measure import Prepared, measure
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


_links = partial(measure, gold=True, alone=True)
_share = partial(_links, unit="share, 0 to 1", better="higher")


@_links("aer", "AER", 10, unit="alignment error rate, 0 to 1", better="lower", first=True, published=ERRORS)
def _error_rate(made: Prepared) -> Rates:
    """Share of word links that are wrong or missing against hand-made ones; 0 is perfect."""
    return Rates(made.links[made.layer], error_rate)


@_share("precision", "precision", 11)
def _precision(made: Prepared) -> Rates:
    """Share of the links found that are at least possible in gold."""
    return Rates(made.links[made.layer], precision)


@_share("recall", "recall", 12)
def _recall(made: Prepared) -> Rates:
    """Share of the sure gold links that were found."""
    return Rates(made.links[made.layer], recall)


@_share("f1", "F1", 13)
def _f1(made: Prepared) -> Rates:
    """Harmonic mean of precision and recall of the links."""
    return Rates(made.links[made.layer], f1)


MEASURE = (_error_rate, _precision, _recall, _f1)
