"""Two-sided softmax of the similarity."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from otcore.alignment.rule import SimilarityRule
from otcore.alignment.rules.threshold import THRESHOLDS
from otcore.base.choices import Number, choice


@dataclass(frozen=True, kw_only=True)
class Softmax(SimilarityRule):
    """Cells whose probability is at least the threshold in both directions.

    source: Dou & Neubig 2021, awesome-align
    """

    name: ClassVar[str] = "softmax"
    label: ClassVar[str] = "no plan: two-sided softmax"
    rank: ClassVar[int] = 70
    about: ClassVar[str] = "Similar enough from both sides; no plan is read."

    threshold: float = choice(0.001, Number(0, 1, offered=THRESHOLDS), "Threshold", "Least probability from both sides.")

    def cells(self, forward: np.ndarray, backward: np.ndarray) -> np.ndarray:
        return (forward >= self.threshold) & (backward >= self.threshold)


RULE = Softmax
