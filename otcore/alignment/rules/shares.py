"""Mutual maximum, and what is a large share of both words."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from otcore.alignment.rule import PlanRule, mutual_maximum, shares
from otcore.base.choices import Number, choice


@dataclass(frozen=True, kw_only=True)
class Shares(PlanRule):
    """Mutual maxima, and of the other cells those that are the largest of their row or of their column with at least that share
    √(share of the row · share of the column), so that a compound keeps its parts.

    share: that an additional link must have
    floor: that a mutual maximum must have; a word that nobody sends so much to stays without a link
    """

    name: ClassVar[str] = "shares"
    label: ClassVar[str] = "mutual maximum and large shares"
    rank: ClassVar[int] = 15
    about: ClassVar[str] = "The maximum of row and column both, and one side's maximum where it is a large share of both words."

    share: float = choice(
        0.4,
        Number(0, 1, offered=(0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)),
        "Share for one more link",
        "A word's largest cell is a link too where √(share of its row · share of its column) is at least that.",
    )
    floor: float = choice(
        0.0,
        Number(0, 1, offered=(0.0, 0.05, 0.1, 0.2, 0.3, 0.4)),
        "Least share of a link",
        "Price of staying unlinked: what is below is no link.",
    )

    def cells(self, plan: np.ndarray) -> np.ndarray:
        share = shares(plan)
        largest = (plan >= plan.max(1, keepdims=True)) | (plan >= plan.max(0, keepdims=True))
        return (mutual_maximum(plan, plan) & (share >= self.floor)) | (largest & (share >= max(self.share, self.floor)))


RULE = Shares
