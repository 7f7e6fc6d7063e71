"""How a run goes or went, as its folder tells: the curves of its log, the steps of its snapshots. Plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_DRAWN_STEPS = 400  # of a curve; a browser draws no more anew each second


@dataclass(frozen=True)
class Course:
    """A run so far.

    seconds : of work at each drawn step; `loss` there, and `parts`: name → values, languages by "name code"
    held_out: (seconds, step, figures) of each evaluation
    latest  : the last step's log entry, None before the first
    pairs   : of each language that it is measured on, where the log says so
    notes   : sentences on what is not trained on, or looks wrong
    """

    seconds: tuple[float, ...] = ()
    loss: tuple[float, ...] = ()
    parts: dict[str, tuple[float, ...]] | None = None
    held_out: tuple[tuple[float, int, dict[str, float]], ...] = ()
    latest: dict[str, Any] | None = None
    pairs: int | None = None
    notes: tuple[str, ...] = ()


def course(entries: Sequence[dict[str, Any]]) -> Course:
    """The course of a log; steps between the drawn ones are left out, the last is always in."""
    steps = [entry for entry in entries if "loss" in entry]
    when = {0: 0.0} | {entry["step"]: entry["seconds"] for entry in entries if "seconds" in entry}
    held_out = [(when.get(entry["step"], 0.0), entry["step"], entry["held_out"]) for entry in entries if "held_out" in entry]
    drawn = steps[:: -(-len(steps) // _DRAWN_STEPS)] if steps else []
    if steps and drawn[-1] is not steps[-1]:
        drawn.append(steps[-1])
    names = list(steps[-1]["parts"]) if steps else []
    seconds, loss = (tuple(entry[name] for entry in drawn) for name in ("seconds", "loss"))
    parts = {name: tuple(entry["parts"].get(name, float("nan")) for entry in drawn) for name in names}
    pairs = next((entry["pairs"] for entry in entries if "pairs" in entry and "held_out" in entry), None)
    notes = [note for entry in entries for note in entry.get("notes", ())]
    return Course(seconds, loss, parts, tuple(held_out), steps[-1] if steps else None, pairs, tuple(notes))


def snapshot_steps(folder: Path) -> list[int]:
    """The steps of which there is a snapshot, in order."""
    return sorted(int(path.stem) for path in (folder / "snapshots").glob("*.safetensors") if path.stem.isdecimal())
