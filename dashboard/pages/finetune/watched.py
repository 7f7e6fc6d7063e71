"""The sentence pairs that a run follows, and the transport between their words at each of its snapshots: plain values, read from the run's
folder alone."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from otcore.alignment.settings import AlignSettings
from otcore.base.errors import InputError
from otcore.corpora.collection import Collection
from otcore.corpora.types import Links
from otcore.transport.costs import cost_matrix
from otcore.transport.masses import uniform_masses
from otcore.transport.problem import Problem
from otcore.transport.solvers import solve

_ALIGN = AlignSettings()  # as on the Align page, without a lexicon: a snapshot holds the vectors alone


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

    plan : (n, m) mass; links: the cells that the default rule of `AlignSettings` reads
    gold : hand-made links of the pair, or None
    cost : ⟨π, C⟩
    """

    pair: Watched
    step: int
    plan: np.ndarray
    links: frozenset[tuple[int, int]]
    gold: Links | None
    cost: float

    @property
    def cells(self) -> dict[str, list[tuple[int, int]]]:
        """Status → cells: "hit", "possible", "false", "missed" where there are hand-made links, else "link"."""
        if self.gold is None:
            return {"link": sorted(self.links)}
        links, sure, possible = self.links, self.gold.sure, self.gold.possible
        found = {"hit": links & sure, "possible": (links & possible) - sure, "false": links - possible, "missed": sure - links}
        return {status: sorted(cells) for status, cells in found.items()}


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
    import torch

    try:
        stored = load_file(folder / "snapshots" / f"{step:07d}.safetensors")
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
    shown = replace(pair, source=pair.source[:n], target=pair.target[:m])
    return WatchedPlan(shown, step, solved.plan, links, _gold(pair, collection), solved.transport_cost)


def _gold(pair: Watched, collection: Collection) -> Links | None:
    """Hand-made links, where the pair is one of the bundled collection: its words must be the same."""
    try:
        known = collection.pair(pair.name.partition(" ")[2], pair.language, "en")
    except InputError:
        return None
    return known.gold if (known.source.words, known.target.words) == (pair.source, pair.target) else None
