"""How far a run is, by steps or by the clock, and the learning rate there."""

import time

from otcore.runs.settings import FinetuneSettings


class Clock:
    """Counts a run's work in seconds, over all its parts.

    budget : seconds after which it ends, or None where only the number of steps ends it
    steps  : where it ends, or None where only the clock ends it
    before : seconds of earlier parts
    seconds: as of the last tick; the decisions of one step rest on one reading, which all processes share
    """

    def __init__(self, settings: FinetuneSettings) -> None:
        self.budget = settings.minutes * 60 if settings.minutes is not None else None
        self._began = time.monotonic()
        self.steps: int | None = None
        self.before = self.seconds = 0.0

    def tick(self) -> float:
        """Reads the clock."""
        self.seconds = self.before + time.monotonic() - self._began
        return self.seconds

    def over(self, number: int) -> bool:
        """Whether the run ends after `number` steps; at least one step is made."""
        if self.steps is not None and number >= self.steps:
            return True
        return self.budget is not None and number > 0 and self.seconds >= self.budget

    def share(self, number: int) -> float:
        """How much of the run lies before the middle of step `number` (from 0), in (0, 1)."""
        return min(self.done(number + 0.5), 1.0)

    def left(self, number: int) -> float | None:
        """Seconds to go after `number` steps, by the pace so far; None before there is one."""
        if number == 0 or self.seconds <= 0:
            return None
        return max(self.seconds / max(self.done(number), 1e-9) - self.seconds, 0.0)

    def done(self, number: float) -> float:
        """How much of the run lies behind after `number` steps; more than 1 where it is over."""
        parts = ((number, self.steps), (self.seconds, self.budget))
        return max((part / whole for part, whole in parts if whole is not None), default=0.0)


def due(number: int, every: int) -> bool:
    """Whether something that is done every so many steps, or never, is to be done after step `number`."""
    return every > 0 and number % every == 0


def rate_at(settings: FinetuneSettings, share: float) -> float:
    """The learning rate at a share of the run in [0, 1]: a linear rise over the warm-up, then the schedule."""
    rise = min(share / settings.warmup, 1.0) if settings.warmup > 0 else 1.0
    if rise < 1 or settings.schedule == "constant":
        return settings.learning_rate * rise
    return settings.learning_rate * (1 - share) / (1 - settings.warmup)
