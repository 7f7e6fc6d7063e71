"""What every rule that reads links has in common: which cells of a plan, or of a similarity, count, and how sure each is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from otcore.base.choices import check

Read = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class LinkRule(ABC):
    """A rule; a subclass adds its settings as choices and says what people read about it.

    name, label: in files and addresses, and for people; `rank`: its place in lists
    about      : one line on what it links
    reads_plan : whether it reads the transport plan; the others read the raw cosine similarity, so that no plan is needed
    """

    name: ClassVar[str]
    label: ClassVar[str]
    rank: ClassVar[int]
    about: ClassVar[str]
    reads_plan: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check(self)

    @abstractmethod
    def read(self, values: np.ndarray) -> Read:
        """Which cells are links, and the confidence of every cell.

        values : (n, m) what the rule reads: a plan, non-negative, or a similarity, any real numbers, larger is closer
        returns: (n, m) bool, (n, m) confidence in [0, 1]
        """


@dataclass(frozen=True, kw_only=True)
class PlanRule(LinkRule):
    """A rule on the plan; rows or columns without mass link to nothing. Confidence is √(share of its row · share of its column)."""

    def read(self, values: np.ndarray) -> Read:
        plan = np.asarray(values, dtype=np.float64)
        live = plan > 1e-12 * plan.max(initial=0)  # below a trillionth of the largest entry there is only rounding
        return self.cells(np.where(live, plan, 0.0)) & live, shares(plan)

    @abstractmethod
    def cells(self, plan: np.ndarray) -> np.ndarray:
        """(n, m) bool of a plan (n, m) float64."""


@dataclass(frozen=True, kw_only=True)
class SimilarityRule(LinkRule):
    """A classical aligner on the raw similarity, for comparison. Confidence is √(p(j|i) · p(i|j)) of both directions' softmax.

    temperature: of the softmax, in the unit of the similarity
    """

    reads_plan: ClassVar[bool] = False
    temperature: ClassVar[float] = 0.05

    def read(self, values: np.ndarray) -> Read:
        scaled = np.asarray(values, dtype=np.float64) / self.temperature
        forward, backward = softmax(scaled, 1), softmax(scaled, 0)
        return self.cells(forward, backward), np.sqrt(forward * backward)

    @abstractmethod
    def cells(self, forward: np.ndarray, backward: np.ndarray) -> np.ndarray:
        """(n, m) bool of the probabilities p(j|i) and p(i|j)."""


def mutual_maximum(forward: np.ndarray, backward: np.ndarray) -> np.ndarray:
    """Cells that are the largest of their row in one and of their column in the other; the first of equals, so one link a row at most."""
    cells = np.zeros(forward.shape, dtype=bool)
    rows = forward.argmax(1)
    mutual = backward.argmax(0)[rows] == np.arange(len(forward))
    cells[np.flatnonzero(mutual), rows[mutual]] = True
    return cells


def softmax(scores: np.ndarray, axis: int) -> np.ndarray:
    """Along an axis, stable."""
    exponentials = np.exp(scores - scores.max(axis, keepdims=True))
    return exponentials / exponentials.sum(axis, keepdims=True)


def shares(plan: np.ndarray) -> np.ndarray:
    """(n, m) √(share of its row · share of its column) of every cell of a plan, in [0, 1]."""
    rows, columns = plan.sum(1, keepdims=True), plan.sum(0, keepdims=True)
    product = rows * columns
    return np.sqrt(np.divide(plan * plan, product, out=np.zeros_like(plan), where=product > 0)).clip(0, 1)
