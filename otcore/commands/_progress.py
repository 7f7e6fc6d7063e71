"""Progress lines on standard error: on a terminal one line that is rewritten, elsewhere a line every ten seconds at most."""

import sys
import time
from collections.abc import Callable
from typing import Any

from otcore.base.notices import notice
from otcore.base.progress import Teller


class _Line:
    """The line of one piece of work; `seconds` since it began."""

    def __init__(self) -> None:
        self._start, self._last, self._terminal = time.monotonic(), 0.0, sys.stderr.isatty()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    def write(self, text: str, *, keep: bool) -> None:
        """keep: always shown, and left standing"""
        now = time.monotonic()
        if not keep and now - self._last < (0.1 if self._terminal else 10):
            return
        self._last = self._last if keep else now
        sys.stderr.write(("\r\x1b[K" if self._terminal else "") + text + ("\n" if keep or not self._terminal else ""))
        sys.stderr.flush()


def tell_note(text: object) -> None:
    """A sentence that the reader of the result must know, as a notice; nothing where it is empty."""
    if told := str(text):
        notice(told.removesuffix("."))


def progress_line(what: str) -> Callable[[int, int], None]:
    """A callback (done, total) that tells share and time left."""
    line = _Line()

    def show(done: int, total: int) -> None:
        left = line.seconds / max(done, 1) * (total - done)
        time_told = f", {left:.0f} s left" if done < total else f" in {line.seconds:.1f} s"
        line.write(f"{what}: {done}/{total}{time_told}", keep=done >= total)

    return show


def progress_notes() -> Teller:
    """For work that says what it does: share, note and time left."""
    line = _Line()

    def show(done: int, total: int, note: str) -> None:
        left = f", {line.seconds / done * (total - done):.0f} s left" if 0 < done < total else ""
        line.write(f"{100 * done // total}% {note}{left}", keep=done >= total)

    return Teller(show)


def download_line() -> Teller:
    """For a download: what is fetched on a line of its own, then how much of it is here."""
    line = _Line()
    return Teller(lambda done, total, note: line.write(f"{done / total:4.0%} {note}", keep=done in (0, total)))


def training_line(run) -> Callable[[dict[str, Any]], None]:
    """A callback for a run's log entries: loss and time left, held-out figures on lines of their own."""
    line = _Line()

    def show(entry: dict[str, Any]) -> None:
        for note in entry.get("notes", ()):
            line.write(f"{run.name}: {note}", keep=True)
        step = f"{run.name}: step {entry['step']}" + (f"/{entry['steps']}" if entry["steps"] else "")
        if "held_out" in entry:
            names = {"aer": "AER", "retrieval": "P@1", "layer_retrieval": "P@1 at the layer"}
            figures = ", ".join(f"{text} {entry['held_out'][name]:.4f}" for name, text in names.items() if name in entry["held_out"])
            line.write(f"{step}, held out: {figures}", keep=True)
        elif "loss" in entry:
            seconds = entry["left"]
            left = "" if seconds is None else f", {seconds:.0f} s left" if seconds < 90 else f", {seconds / 60:.0f} min left"
            line.write(f"{step}, loss {entry['loss']:.4f}, {entry['pairs_per_second']:.0f} pairs/s{left}", keep=False)

    return show
