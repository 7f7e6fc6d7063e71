"""What the Align page shows of a result, word by word: masses and costs between words, statuses, labels. Plain values for
figures, tables, the sentence component and the exports alike."""

from dataclasses import dataclass

import numpy as np

from dashboard.kit.marks import Mark
from otcore.alignment.aligner import Aligned
from otcore.alignment.links import between_words
from otcore.alignment.scores import Scores, score_pair
from otcore.corpora.types import Links

DRAWN_WORDS = 120  # words a side that figures draw; tables and exports have all


@dataclass(frozen=True)
class Row:
    """One line of the table of links: a link, a missed gold link, or a null word (one side None)."""

    source: int | None
    target: int | None
    status: str
    confidence: float | None
    mass: float | None
    cost: float | None


@dataclass(frozen=True)
class View:
    """A result between words.

    mass    : (n, m) transported mass between the encoded words, subwords added up
    cost    : (n, m) mean ground cost between their points
    rows    : links by confidence, then missed gold links, then null words
    scores  : against gold, or None where there is none
    """

    result: Aligned
    mass: np.ndarray
    cost: np.ndarray
    rows: tuple[Row, ...]
    scores: Scores | None
    gold: Links | None

    def share(self, source: int, target: int) -> float:
        """√(share of the source word's mass · share of the target word's), in [0, 1]: the confidence that a cell of the plan would have
        as a link."""
        if source >= self.mass.shape[0] or target >= self.mass.shape[1]:
            return 0.0
        both = float(self.mass[source].sum() * self.mass[:, target].sum())
        return float(self.mass[source, target]) / both**0.5 if both > 0 else 0.0

    @property
    def sureness(self) -> float:
        """Mean confidence of the links, in [0, 1]; 0 where there are none."""
        links = self.result.alignment.links
        return sum(link.confidence for link in links) / len(links) if links else 0.0


def view_of(result: Aligned, *, with_gold: bool) -> View:
    """The word view of a result; without gold every link is just a link."""
    unit = result.settings.unit
    source, target = result.source.groups(unit), result.target.groups(unit)
    mass = between_words(result.plan.plan, source, target)
    counts = np.outer(np.bincount(source), np.bincount(target))
    cost = between_words(result.plan.problem.cost, source, target) / counts
    gold = result.pair.gold if with_gold else None
    scores = score_pair(result.alignment.pairs, gold) if gold else None
    return View(result, mass, cost, tuple(_rows(result, mass, cost, gold)), scores, gold)


@dataclass(frozen=True)
class Points:
    """What a matrix of a result shows: its words, where their plan is summed, else the points that were transported.

    called    : "words" or "subwords"
    labels    : of both sides; owners: the word of each
    plan, cost, similarity, confidence, cells: (n, m) between them
    masses    : (n,), (m,) that the problem asks for
    """

    called: str
    labels: tuple[tuple[str, ...], tuple[str, ...]]
    owners: tuple[np.ndarray, np.ndarray]
    plan: np.ndarray
    cost: np.ndarray
    similarity: np.ndarray
    confidence: np.ndarray
    cells: np.ndarray
    masses: tuple[np.ndarray, np.ndarray]


def points_of(view: View) -> Points:
    """The points of a result that a matrix shows."""
    result, unit = view.result, view.result.settings.unit
    sides, problem = (result.source, result.target), result.plan.problem
    owners, masses = tuple(side.groups(unit) for side in sides), (problem.source_mass, problem.target_mass)
    if unit != "summed":
        called, labels = ("words", [side.words for side in sides]) if unit == "word" else ("subwords", [side.pieces for side in sides])
        values = (result.plan.plan, problem.cost, result.similarity, result.confidence, result.cells)
        return Points(called, tuple(labels), owners, *values, masses)
    counts, firsts = np.outer(*map(np.bincount, owners)), np.ix_(*(np.flatnonzero(np.diff(side, prepend=-1)) for side in owners))
    similarity = between_words(result.similarity, *owners) / counts
    words = tuple(np.arange(count) for count in counts.shape)
    values = (view.mass, view.cost, similarity, result.confidence[firsts], result.cells[firsts])
    summed = tuple(np.bincount(side, mass) for side, mass in zip(owners, masses, strict=True))
    return Points("words", tuple(side.words for side in sides), words, *values, summed)


def status_of(link: tuple[int, int], gold: Links | None) -> str:
    """ "hit" (sure), "possible", "false", or "link" where there is no gold."""
    if gold is None:
        return "link"
    return "hit" if link in gold.sure else "possible" if link in gold.possible else "false"


def is_marked(row: Row, mark: Mark) -> bool:
    """Whether a row belongs to what was clicked."""
    if mark.source is None and mark.target is None:
        return False
    return (mark.source is None or row.source == mark.source) and (mark.target is None or row.target == mark.target)


def _rows(result: Aligned, mass: np.ndarray, cost: np.ndarray, gold: Links | None):
    def numbers(i: int, j: int) -> tuple[float | None, float | None]:
        inside = i < mass.shape[0] and j < mass.shape[1]
        return (float(mass[i, j]), float(cost[i, j])) if inside else (None, None)

    for link in sorted(result.alignment.links, key=lambda link: (-link.confidence, link.source, link.target)):
        place = (link.source, link.target)
        yield Row(*place, status_of(place, gold), link.confidence, *numbers(*place))
    if gold:
        for place in sorted(gold.sure - result.alignment.pairs):
            yield Row(*place, "missed", None, *numbers(*place))
    for i in result.alignment.source_null:
        yield Row(i, None, "null", None, None, None)
    for j in result.alignment.target_null:
        yield Row(None, j, "null", None, None, None)
