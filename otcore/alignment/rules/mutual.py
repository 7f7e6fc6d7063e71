"""Mutual maximum."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from otcore.alignment.rule import PlanRule, mutual_maximum


@dataclass(frozen=True, kw_only=True)
class Mutual(PlanRule):
    """Cells that are the largest of their row and of their column."""

    name: ClassVar[str] = "mutual"
    label: ClassVar[str] = "mutual maximum of the plan"
    rank: ClassVar[int] = 10
    about: ClassVar[str] = "The maximum of row and column both; a word has one link at most."

    def cells(self, plan: np.ndarray) -> np.ndarray:
        return mutual_maximum(plan, plan)


RULE = Mutual
