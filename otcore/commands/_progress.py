"""Progress lines on standard error."""

import sys
import time
from collections.abc import Callable

from otcore.base.progress import Teller


def progress_line(what: str, stream=None) -> Callable[[int, int], None]:
    """A callback (done, total) that rewrites one line with share and time left; on something that is no terminal, a line
    every ten seconds at most and one at the end."""
    stream = stream or sys.stderr
    start = time.monotonic()
    last = [0.0]

    def show(done: int, total: int) -> None:
        now = time.monotonic()
        terminal = stream.isatty()
        if done < total and now - last[0] < (0.1 if terminal else 10):
            return
        last[0] = now
        left = (now - start) / max(done, 1) * (total - done)
        text = f"{what}: {done}/{total}" + (f", {left:.0f} s left" if done < total else f" in {now - start:.1f} s")
        end = "\n" if not terminal or done >= total else ""
        stream.write(("\r\x1b[K" if terminal else "") + text + end)
        stream.flush()

    return show


def download_line(stream=None) -> Teller:
    """Tells a download: what is fetched on a line of its own, then one rewritten line of how much of it is here; on something that is
    no terminal, a line every ten seconds at most."""
    stream = stream or sys.stderr
    last = [0.0]

    def show(done: int, total: int, note: str) -> None:
        now = time.monotonic()
        terminal = stream.isatty()
        keep = done in (0, total)
        if not keep and now - last[0] < (0.1 if terminal else 10):
            return
        last[0] = now
        stream.write(("\r\x1b[K" if terminal else "") + f"{done / total:4.0%} {note}" + ("\n" if keep or not terminal else ""))
        stream.flush()

    return Teller(show)


def progress_notes(stream=None) -> Callable[[int, int, str], None]:
    """The same for work that says what it does: a callback (done, total, note) with share, note and time left."""
    stream = stream or sys.stderr
    start = time.monotonic()
    last = [0.0]

    def show(done: int, total: int, note: str) -> None:
        now = time.monotonic()
        terminal = stream.isatty()
        if done < total and now - last[0] < (0.1 if terminal else 10):
            return
        last[0] = now
        left = f", {(now - start) / done * (total - done):.0f} s left" if 0 < done < total else ""
        end = "\n" if not terminal or done >= total else ""
        stream.write(("\r\x1b[K" if terminal else "") + f"{100 * done // total}% {note}{left}{end}")
        stream.flush()

    return show
