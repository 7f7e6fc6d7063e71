"""How long a job will still take, told only when that is known. Nothing here knows of the web framework."""

import time
from collections import deque

_EARLY = 2.0  # seconds of pace without which nothing is said
_SHARE = 0.05  # of the whole, likewise
_STEPS = 8  # likewise
_AGREE = 1.4  # by how much the pace of the last half may differ from that of all
_RISE = 1.2  # by how much what was told may rise


class Pace:
    """An estimate from steps done. It is None until it is known: until the pace since the job first told and that of the later half agree.
    From then on it never rises by more than a fifth of anything told before; where the work takes longer than that, there is none, and
    `late` says so.

    What was done when the job first told may have been there already, and does not count.
    """

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque(maxlen=4_000)  # time, share done
        self._told: float | None = None  # the least that was told
        self.late = False

    def note(self, share: float, now: float | None = None) -> None:
        """The job has told that it is so far, in [0, 1]; `now` in seconds."""
        if not self._seen or share > self._seen[-1][1]:
            self._seen.append((time.monotonic() if now is None else now, share))

    def left(self, now: float | None = None) -> float | None:
        """Seconds from `now`, or None."""
        now = time.monotonic() if now is None else now
        raw = self._estimate(now)
        if raw is None or (self._told is not None and raw > _RISE * self._told):
            self.late = raw is not None
            return None
        self.late = False
        self._told = raw if self._told is None else min(self._told, raw)
        return raw

    def _estimate(self, now: float) -> float | None:
        if len(self._seen) <= _STEPS:
            return None
        (began, first), (last, done) = self._seen[0], self._seen[-1]
        if last - began < _EARLY or done - first < _SHARE * (1 - first):
            return None
        half, reached = next(entry for entry in self._seen if entry[0] >= (began + last) / 2)
        if half in (began, last):
            return None
        whole, later = (done - first) / (last - began), (done - reached) / (last - half)
        if self._told is None and not 1 / _AGREE <= later / whole <= _AGREE:
            return None
        waited = min(now - last, (last - began) / (len(self._seen) - 1))  # the next step is due by now, no more
        return max((1 - done) / later - waited, 0.0)
