"""Mutual argmax of the similarity."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from otcore.alignment.rule import SimilarityRule, mutual_maximum


@dataclass(frozen=True, kw_only=True)
class Argmax(SimilarityRule):
    """Cells whose similarity is the largest of their row and of their column.

    source: Jalili Sabet et al. 2020, SimAlign's argmax
    """

    name: ClassVar[str] = "argmax"
    label: ClassVar[str] = "no plan: mutual argmax"
    rank: ClassVar[int] = 60
    about: ClassVar[str] = "Most similar from both sides; no plan is read."

    def cells(self, forward: np.ndarray, backward: np.ndarray) -> np.ndarray:
        return mutual_maximum(forward, backward)


RULE = Argmax
