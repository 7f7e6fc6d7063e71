"""Progress lines on standard error: on a terminal one line that is rewritten, elsewhere a line every ten seconds at most."""

import contextlib
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from otcore.base.errors import InputError
from otcore.base.notices import notice
from otcore.base.progress import Teller
from otcore.corpora.tmx import is_tmx
from otcore.text.packed import opened

_MANY = 1000  # pairs from which on their rate means anything
_PORTION = 1 << 20


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


class _CorpusLine:
    """Pairs aligned of how many, how many a second, and the time left; the number is counted beside the work.

    done: pairs, those of an earlier process among them
    """

    def __init__(self, path: str, begun: int) -> None:
        self._line, self._path, self._begun, self._total = _Line(), path, begun, 0
        self.done = begun

    def __enter__(self) -> "_CorpusLine":
        if Path(self._path).is_file() and not is_tmx(self._path):  # a pipe can be read but once
            threading.Thread(target=self._count, daemon=True).start()
        return self

    def __exit__(self, kind, *_) -> None:
        if kind is None and self.done:
            rate = f", {self._rate(self.done):,.0f} a second" if self.done >= _MANY else ""
            self._line.write(f"pairs aligned: {self.done}/{self.done} in {self._line.seconds:.1f} s{rate}", keep=True)

    def add(self, more: int) -> None:
        """So many are done beside those that `reach` was told of."""
        done = self.done + more
        rate = self._rate(done)
        left = f", {_spell((self._total - done) / rate)} left" if self._total > done and rate else ""
        total = f"/{self._total}" if self._total >= done else ""
        self._line.write(f"pairs aligned: {done}{total}, {rate:,.0f} a second{left}", keep=False)

    def reach(self, more: int) -> None:
        """So many more are done and written."""
        self.done += more

    def _rate(self, done: int) -> float:
        return (done - self._begun) / max(self._line.seconds, 1e-9)

    def _count(self) -> None:
        with contextlib.suppress(InputError):
            count, last = 0, b"\n"
            with opened(self._path, self._path) as file:
                while portion := file.read(_PORTION):
                    count, last = count + portion.count(b"\n"), portion[-1:]
            self._total = count + (last != b"\n")


def corpus_line(path: str, begun: int) -> _CorpusLine:
    """For a corpus with a pair a line, of which so many are done before; a context that tells the end."""
    return _CorpusLine(path, begun)


def _spell(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


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
