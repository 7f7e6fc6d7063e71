"""Link rules: which cells of a plan, or of a raw similarity, count as word links, and how sure each is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from otcore.base.names import PLAN_RULES, RULES, SIMILARITY_RULES
from otcore.corpora.types import Link


@dataclass(frozen=True)
class LinkRule:
    """A rule's name and its number.

    rule      : one of RULES
    threshold : share of the row's and column's maximum ("threshold"), or the least probability both ways ("softmax");
                the other rules ignore it
    """

    rule: str = "mutual"
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"The link rule must be one of {', '.join(RULES)}. Received {self.rule!r}.")
        if not 0 <= self.threshold <= 1:
            raise ValueError(f"The threshold must lie in [0, 1]. Received {self.threshold}.")


@dataclass(frozen=True)
class WordLink:
    """A link from source word i to target word j with a confidence in [0, 1]."""

    source: int
    target: int
    confidence: float


@dataclass(frozen=True)
class Alignment:
    """The links of one sentence pair, sorted, and the words linked to nothing."""

    links: tuple[WordLink, ...]
    source_words: int
    target_words: int

    @property
    def pairs(self) -> frozenset[Link]:
        return frozenset((link.source, link.target) for link in self.links)

    @property
    def source_null(self) -> tuple[int, ...]:
        linked = {link.source for link in self.links}
        return tuple(i for i in range(self.source_words) if i not in linked)

    @property
    def target_null(self) -> tuple[int, ...]:
        linked = {link.target for link in self.links}
        return tuple(j for j in range(self.target_words) if j not in linked)


def links_of_plan(plan: np.ndarray, rule: LinkRule) -> tuple[np.ndarray, np.ndarray]:
    """Which cells of a plan are links, and the confidence of every cell.

    plan   : (n, m) non-negative; rows or columns without mass link to nothing
    returns: (n, m) bool, (n, m) confidence: √(share of its row · share of its column), in [0, 1]
    raises : ValueError   a rule that needs a similarity
    """
    plan = np.asarray(plan, dtype=np.float64)
    if rule.rule in SIMILARITY_RULES:
        raise ValueError(f"The rule {rule.rule!r} reads a similarity, not a plan. Use one of {', '.join(PLAN_RULES)}.")
    # below a trillionth of the largest entry there is only rounding
    live = plan > 1e-12 * plan.max(initial=0)
    return _READERS[rule.rule](np.where(live, plan, 0.0), rule.threshold) & live, _shares(plan)


def links_of_similarity(similarity: np.ndarray, rule: LinkRule, temperature: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """The two classical aligners on the raw similarity: "argmax" (mutual argmax) and "softmax" (both directions' softmax
    at least the threshold; Dou & Neubig 2021, awesome-align).

    similarity : (n, m) any real numbers, larger is closer
    temperature: of the softmax, in the unit of the similarity
    returns    : (n, m) bool, (n, m) confidence √(p(j|i) · p(i|j)), in [0, 1]
    """
    scaled = np.asarray(similarity, dtype=np.float64) / temperature
    forward = _softmax(scaled, 1)
    backward = _softmax(scaled, 0)
    confidence = np.sqrt(forward * backward)
    if rule.rule == "argmax":
        return _mutual(scaled - scaled.min(initial=0) + 1, 0.0), confidence
    if rule.rule == "softmax":
        return (forward > rule.threshold) & (backward > rule.threshold), confidence
    raise ValueError(f"The rule {rule.rule!r} reads a plan, not a similarity. Use one of {', '.join(SIMILARITY_RULES)}.")


def to_words(cells: np.ndarray, confidence: np.ndarray, source: np.ndarray, target: np.ndarray) -> Alignment:
    """Word links from cells between words or subwords: two words are linked where any of their pieces are, with the
    largest confidence among the linked pieces.

    cells, confidence : (n, m)
    source, target    : (n,), (m,) index of the word each row or column belongs to
    """
    best: dict[Link, float] = {}
    for i, j in zip(*np.nonzero(cells), strict=True):
        link = (int(source[i]), int(target[j]))
        best[link] = max(best.get(link, 0.0), float(confidence[i, j]))
    links = tuple(WordLink(i, j, min(value, 1.0)) for (i, j), value in sorted(best.items()))
    return Alignment(links, int(source.max()) + 1, int(target.max()) + 1)


def _mutual(plan: np.ndarray, threshold: float) -> np.ndarray:
    """Cells that are the largest of their row and of their column; the first of equals, so one link a row at most."""
    cells = np.zeros(plan.shape, dtype=bool)
    rows = plan.argmax(1)
    mutual = plan.argmax(0)[rows] == np.arange(len(plan))
    cells[np.flatnonzero(mutual), rows[mutual]] = True
    return cells


def _threshold(plan: np.ndarray, threshold: float) -> np.ndarray:
    """Cells of at least that share of their row's maximum and of their column's maximum."""
    return (plan >= threshold * plan.max(1, keepdims=True)) & (plan >= threshold * plan.max(0, keepdims=True))


def _source_maximum(plan: np.ndarray, threshold: float) -> np.ndarray:
    """Each source word's largest cell."""
    return np.arange(plan.shape[1])[None, :] == plan.argmax(1)[:, None]


def _target_maximum(plan: np.ndarray, threshold: float) -> np.ndarray:
    """Each target word's largest cell."""
    return np.arange(plan.shape[0])[:, None] == plan.argmax(0)[None, :]


def _iterated(plan: np.ndarray, threshold: float, rounds: int = 2, discount: float = 0.9) -> np.ndarray:
    """Mutual maxima again among what is left: words both linked are out, words linked on one side count less
    (Jalili Sabet et al. 2020, SimAlign's itermax with its n_max 2 and α 0.9)."""
    cells = _mutual(plan, threshold)
    for _ in range(rounds - 1):
        rows, columns = cells.any(1)[:, None], cells.any(0)[None, :]
        rest = np.where(rows & columns, 0.0, np.where(rows | columns, discount, 1.0)) * plan
        cells |= _mutual(rest, threshold) & (rest > 0)
    return cells


def _shares(plan: np.ndarray) -> np.ndarray:
    rows, columns = plan.sum(1, keepdims=True), plan.sum(0, keepdims=True)
    product = rows * columns
    return np.sqrt(np.divide(plan * plan, product, out=np.zeros_like(plan), where=product > 0)).clip(0, 1)


def _softmax(scores: np.ndarray, axis: int) -> np.ndarray:
    exponentials = np.exp(scores - scores.max(axis, keepdims=True))
    return exponentials / exponentials.sum(axis, keepdims=True)


_READERS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = dict(
    zip(PLAN_RULES, (_mutual, _threshold, _source_maximum, _target_maximum, _iterated), strict=True)
)
