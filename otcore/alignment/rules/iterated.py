"""Mutual maximum, again among what is left."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from otcore.alignment.rule import PlanRule, mutual_maximum

_ROUNDS, _DISCOUNT = 2, 0.9


@dataclass(frozen=True, kw_only=True)
class Iterated(PlanRule):
    """Mutual maxima again among what is left: words both linked are out, words linked on one side count less.

    source: Jalili Sabet et al. 2020, SimAlign's itermax with its n_max 2 and α 0.9
    """

    name: ClassVar[str] = "iterated"
    label: ClassVar[str] = "mutual maximum, iterated"
    rank: ClassVar[int] = 50
    about: ClassVar[str] = "Mutual maxima, and again among the words that are still free."

    def cells(self, plan: np.ndarray) -> np.ndarray:
        cells = mutual_maximum(plan, plan)
        for _ in range(_ROUNDS - 1):
            rows, columns = cells.any(1)[:, None], cells.any(0)[None, :]
            rest = np.where(rows & columns, 0.0, np.where(rows | columns, _DISCOUNT, 1.0)) * plan
            cells |= mutual_maximum(rest, rest) & (rest > 0)
        return cells


RULE = Iterated
