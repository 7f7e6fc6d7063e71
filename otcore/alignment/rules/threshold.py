"""A share of both maxima."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from otcore.alignment.rule import PlanRule
from otcore.base.choices import Number, choice

THRESHOLDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True, kw_only=True)
class Threshold(PlanRule):
    """Cells of at least that share of their row's maximum and of their column's maximum."""

    name: ClassVar[str] = "threshold"
    label: ClassVar[str] = "share of both maxima"
    rank: ClassVar[int] = 20
    about: ClassVar[str] = "At least a share of the maximum of row and column both; a word may have several links."

    threshold: float = choice(0.5, Number(0, 1, offered=THRESHOLDS), "Threshold", "Least share of the row's and the column's maximum.")

    def cells(self, plan: np.ndarray) -> np.ndarray:
        return (plan >= self.threshold * plan.max(1, keepdims=True)) & (plan >= self.threshold * plan.max(0, keepdims=True))


RULE = Threshold
