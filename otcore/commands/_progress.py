"""A progress line on standard error."""

import sys
import time
from collections.abc import Callable


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
