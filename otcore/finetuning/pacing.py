"""How much of a run's time goes into looking at it: what ends by the clock is looked at on a fixed sample, and not too often."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np

from otcore.finetuning.schedule import Clock

MEASURING, FRAMES, SAVING = 0.07, 0.03, 0.1  # most of the budget for held-out figures, snapshots and checkpoints
LOOKS = 6  # so many times the sample is measured within its share: before, after, and between them
FEWEST = 8  # pairs of a language in the sample: below them a figure is chance

Item = TypeVar("Item")


class Pace:
    """Says whether one more look fits into a share of the budget, and counts what looks cost. Without a budget everything fits."""

    def __init__(self, clock: Clock, share: float) -> None:
        self._clock, self._share = clock, share
        self._costs: list[float] = []  # seconds of each look, the first at the run's beginning

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        """One look."""
        began = time.monotonic()
        yield
        self._costs.append(time.monotonic() - began)

    def allows(self, number: int) -> bool:
        """Whether a look after step `number` leaves time for the one at the end, and for others in between: they lie evenly in the run."""
        if self._clock.budget is None or not self._costs:
            return True
        first, *later = self._costs
        usual = self._costs[-1]
        between = self._share * self._clock.budget - first - usual
        return sum(later) + usual <= between * min(self._clock.done(number), 1.0)


def spread(items: Sequence[Item], count: int) -> list[Item]:
    """So many of them, evenly apart, or all."""
    return [items[place] for place in np.linspace(0, len(items) - 1, min(count, len(items))).round().astype(int)]


def fitting(measure: Callable[[int], object], most: int, budget: float | None) -> int:
    """How many pairs a language can be measured on `LOOKS` times within the share of the budget; all without one.

    measure: looks at so many pairs of each language
    """
    if budget is None or most <= FEWEST:
        return most
    allowed, cost = MEASURING * budget / LOOKS, 0.0
    for _ in range(2):  # the first time things are loaded and compiled, which is no part of the cost
        began = time.monotonic()
        measure(FEWEST)
        cost = time.monotonic() - began
        if cost > allowed:
            break
    return int(np.clip(FEWEST * allowed / max(cost, 1e-9), FEWEST, most))
