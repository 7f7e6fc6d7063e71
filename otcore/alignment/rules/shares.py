"""Mutual maximum, and what is a large share of both words."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from otcore.alignment.rule import PlanRule, mutual_maximum, shares
from otcore.base.choices import Number, choice

_ABOVE_CHANCE = 1.5  # times the product of both words' masses


@dataclass(frozen=True, kw_only=True)
class Shares(PlanRule):
    """Mutual maxima, and of the other cells that are the largest of their row or of their column those with a large enough share
    √(share of the row · share of the column), so that a compound keeps its parts. The parts of one stand side by side: the cell of a
    word directly before or after a mutual maximum, in the same row or column, needs less. Where the other side has a word or two, even
    chance sends large shares, so an additional link must also be well above what independent words would get.

    share   : that an additional link must have
    adjacent: that is enough beside a mutual maximum
    part    : of the largest cell of its row, and of its column, that an additional link must carry
    floor   : share that a mutual maximum must have; a word that nobody sends so much to stays without a link

    The defaults did best on the development part of the bundled gold links, as the mean of the bundled encoder and e5-small.
    """

    name: ClassVar[str] = "shares"
    label: ClassVar[str] = "mutual maximum and large shares"
    rank: ClassVar[int] = 15
    about: ClassVar[str] = (
        "The maximum of row and column both; and one side’s maximum where it is a large share of both words, or a fair share right beside "
        "such a link."
    )

    share: float = choice(
        0.4,
        Number(0, 1, offered=(0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)),
        "Share for one more link",
        "A word's largest cell is a link too where √(share of its row · share of its column) is at least that.",
    )
    adjacent: float = choice(
        0.18,
        Number(0, 1, offered=(0.1, 0.18, 0.25, 0.3, 0.4, 1.0)),
        "Share beside a link",
        "What is enough where the next word, on the same side, is linked to the same word: parts of a compound stand together.",
    )
    part: float = choice(
        0.4,
        Number(0, 1, offered=(0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)),
        "Part of the largest",
        "How much one more link must carry of what the largest cells of both its words carry.",
    )
    floor: float = choice(
        0.0,
        Number(0, 1, offered=(0.0, 0.05, 0.1, 0.2, 0.3, 0.4)),
        "Least share of a link",
        "Price of staying unlinked: what is below is no link.",
    )

    def cells(self, plan: np.ndarray) -> np.ndarray:
        share, mutual = shares(plan), mutual_maximum(plan, plan)
        rows, columns = plan.max(1, keepdims=True), plan.max(0, keepdims=True)
        largest = ((plan >= rows) | (plan >= columns)) & (plan >= self.part * np.maximum(rows, columns))
        largest &= plan * plan.sum() >= _ABOVE_CHANCE * plan.sum(1, keepdims=True) * plan.sum(0, keepdims=True)
        enough = np.where(_beside(mutual), min(self.adjacent, self.share), self.share)
        return (mutual | (largest & (share >= enough))) & (share >= self.floor)


def _beside(cells: np.ndarray) -> np.ndarray:
    """(n, m) bool, what stands right before or after one of the cells in its row or column."""
    beside = np.zeros_like(cells)
    beside[1:] |= cells[:-1]
    beside[:-1] |= cells[1:]
    beside[:, 1:] |= cells[:, :-1]
    beside[:, :-1] |= cells[:, 1:]
    return beside


RULE = Shares
