"""The progress line of a fine-tuning run on standard error."""

import sys
import time
from collections.abc import Callable
from typing import Any


def training_line(run, stream=None) -> Callable[[dict[str, Any]], None]:
    """A callback for log entries: one rewritten line with loss and time left, held-out figures on lines of their own; on
    something that is no terminal, a line every ten seconds at most."""
    stream = stream or sys.stderr
    terminal = stream.isatty()
    shown = [0.0]

    def line(text: str, *, keep: bool) -> None:
        stream.write(("\r\x1b[K" if terminal else "") + text + ("\n" if keep or not terminal else ""))
        stream.flush()

    def show(entry: dict[str, Any]) -> None:
        total = f"/{entry['steps']}" if entry["steps"] else ""
        if "held_out" in entry:
            names = {"aer": "AER", "retrieval": "P@1", "layer_retrieval": "P@1 at the layer"}
            figures = ", ".join(f"{text} {entry['held_out'][name]:.4f}" for name, text in names.items() if name in entry["held_out"])
            line(f"{run.name}: step {entry['step']}{total}, held out: {figures}", keep=True)
        elif "loss" in entry:
            now = time.monotonic()
            if now - shown[0] < (0.1 if terminal else 10):
                return
            shown[0] = now
            left = "" if entry["left"] is None else f", {_duration(entry['left'])} left"
            figures = f"loss {entry['loss']:.4f}, {entry['pairs_per_second']:.0f} pairs/s"
            line(f"{run.name}: step {entry['step']}{total}, {figures}{left}", keep=False)

    return show


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
