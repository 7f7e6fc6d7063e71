"""What the Fine-tune page shows of a run: its course from the log, and the plan of a watched pair from its snapshots. Plain values,
read from the run's folder alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file

from otcore.alignment.settings import AlignSettings
from otcore.base.errors import InputError
from otcore.corpora.collection import Collection
from otcore.corpora.types import Links
from otcore.finetuning.schedule import Clock
from otcore.runs.store import Run
from otcore.transport.costs import cost_matrix
from otcore.transport.masses import uniform_masses
from otcore.transport.problem import Problem
from otcore.transport.solvers import solve

_DRAWN_STEPS = 400  # of a curve; a browser draws no more anew each second
_ALIGN = AlignSettings()  # as on the Align page


@dataclass(frozen=True)
class Course:
    """A run so far.

    seconds: of work at each drawn step; `loss` there, and `parts`: name → values, languages by "name code"
    held_out: (seconds, step, figures) of each evaluation
    latest : the last step's log entry, {} before the first
    fitted : (language, words) of each map, for runs that fit maps
    """

    seconds: tuple[float, ...] = ()
    loss: tuple[float, ...] = ()
    parts: dict[str, tuple[float, ...]] | None = None
    held_out: tuple[tuple[float, int, dict[str, float]], ...] = ()
    latest: dict[str, Any] | None = None
    fitted: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Watched:
    """A sentence pair that is followed along a run: `name` is "code id", words as they were encoded."""

    name: str
    language: str
    source: tuple[str, ...]
    target: tuple[str, ...]


@dataclass(frozen=True)
class WatchedPlan:
    """The transport between the words of a watched pair at one step.

    plan : (n, m) mass; links: the cells that are mutual maxima
    gold : hand-made links of the pair, or None
    cost : ⟨π, C⟩
    """

    pair: Watched
    step: int
    plan: np.ndarray
    links: frozenset[tuple[int, int]]
    gold: Links | None
    cost: float


def course(entries: Sequence[dict[str, Any]]) -> Course:
    """The course of a log; steps between the drawn ones are left out, the last is always in."""
    steps = [entry for entry in entries if "loss" in entry]
    when = {0: 0.0} | {entry["step"]: entry["seconds"] for entry in entries if "seconds" in entry}
    held_out = [(when.get(entry["step"], 0.0), entry["step"], entry["held_out"]) for entry in entries if "held_out" in entry]
    drawn = steps[:: -(-len(steps) // _DRAWN_STEPS)] if steps else []
    if steps and drawn[-1] is not steps[-1]:
        drawn.append(steps[-1])
    names = list(steps[-1]["parts"]) if steps else []
    return Course(
        tuple(entry["seconds"] for entry in drawn),
        tuple(entry["loss"] for entry in drawn),
        {name: tuple(entry["parts"].get(name, float("nan")) for entry in drawn) for name in names},
        tuple(held_out),
        steps[-1] if steps else None,
        tuple((entry["map"], entry["words"]) for entry in entries if "map" in entry),
    )


def pace(run: Run, latest: dict[str, Any] | None) -> tuple[float, float | None]:
    """How much of a run is done, in [0, 1], and the seconds left by its pace so far, or None before there is one."""
    if not latest:
        return 0.0, None
    clock = Clock(run.settings)
    clock.steps, clock.seconds = run.steps, latest["seconds"]
    left = clock.left(latest["step"])
    return clock.share(latest["step"]) if left is not None else 0.0, left


def snapshot_steps(folder: Path) -> list[int]:
    """The steps of which there is a snapshot, in order."""
    return sorted(int(path.stem) for path in (folder / "snapshots").glob("*.safetensors") if path.stem.isdecimal())


def watched_pairs(folder: Path) -> list[Watched]:
    """The pairs that a run follows; none before it has begun."""
    try:
        sides = json.loads((folder / "snapshots" / "probes.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    pairs = zip(sides[::2], sides[1::2], strict=True)
    return [Watched(a["pair"], a["language"], tuple(a["words"]), tuple(b["words"])) for a, b in pairs]


def watched_plan(folder: Path, step: int, number: int, collection: Collection) -> WatchedPlan:
    """The transport of the watched pair of that number, with the vectors of a snapshot.

    raises: InputError   there is no such snapshot or pair, or it cannot be read
    """
    path = folder / "snapshots" / f"{step:07d}.safetensors"
    try:
        stored = load_file(path)
        pair = watched_pairs(folder)[number]
        lengths, vectors = stored["lengths"], torch.from_numpy(stored["vectors"].astype(np.float64))
        begin = int(lengths[: 2 * number].sum())
        n, m = (int(length) for length in lengths[2 * number : 2 * number + 2])
    except (OSError, SafetensorError, KeyError, IndexError, ValueError) as error:
        raise InputError(f"The snapshot of step {step} cannot be read ({error}); choose another one.") from error
    cost = cost_matrix(vectors[begin : begin + n], vectors[begin + n : begin + n + m], "cosine").numpy()
    solved = solve(Problem(cost, uniform_masses(n), uniform_masses(m)), _ALIGN.solver)
    cells, _ = _ALIGN.links.read(solved.plan)
    links = frozenset((int(i), int(j)) for i, j in zip(*np.nonzero(cells), strict=True))
    shown = Watched(pair.name, pair.language, pair.source[:n], pair.target[:m])
    return WatchedPlan(shown, step, solved.plan, links, _gold(pair, collection), solved.transport_cost)


def status_of(found: WatchedPlan) -> dict[str, list[tuple[int, int]]]:
    """Status → cells: "hit", "possible", "false", "missed" where there are hand-made links, else "link"."""
    if found.gold is None:
        return {"link": sorted(found.links)}
    sure, possible = found.gold.sure, found.gold.possible
    return {
        "hit": sorted(found.links & sure),
        "possible": sorted((found.links & possible) - sure),
        "false": sorted(found.links - sure - possible),
        "missed": sorted(sure - found.links),
    }


def _gold(pair: Watched, collection: Collection) -> Links | None:
    """Hand-made links, where the pair is one of the bundled collection: its words must be the same."""
    try:
        known = collection.pair(pair.name.partition(" ")[2], pair.language, "en")
    except InputError:
        return None
    return known.gold if (known.source.words, known.target.words) == (pair.source, pair.target) else None
