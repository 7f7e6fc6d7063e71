"""Links and pairs in bins: word frequency, subwords, distance from the diagonal, sentence length, AER, tags of the collection."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from otcore.analysis.analyse import Analysis
from otcore.analysis.classes import OUTCOMES
from otcore.analysis.table import FALSE_CODE, MISSED_CODE

TAG = "tag"
AER = "aer"


@dataclass(frozen=True)
class Dimension:
    """What links are told apart by."""

    key: str
    name: str  # for people
    unit: str  # of the axis
    edges: tuple[float, ...]  # a value v is in bin k where edges[k] ≤ v < edges[k + 1]; the last bin has no end
    labels: tuple[str, ...]  # of the bins
    # (pairs,) the value of each pair under a system; None for a value of links, which is the LinkTable's column `key`
    of_pair: Callable[[Analysis, int], np.ndarray] | None = None


def _lengths(analysis: Analysis, system: int) -> np.ndarray:
    return np.array([len(pair.source.words) for pair in analysis.pairs])


def _whole(*edges: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Edges and labels of bins of whole numbers."""
    ends = (str(low) if high == low + 1 else f"{low}–{high - 1}" for low, high in itertools.pairwise(edges))
    return edges, (*ends, f"{edges[-1]}+")


_DISTANCES = (0, 0.05, 0.1, 0.2, 0.3, 0.5), ("under 0.05", "0.05–0.1", "0.1–0.2", "0.2–0.3", "0.3–0.5", "0.5+")
_TENTHS = tuple(k / 10 for k in range(10))
_AER_LABELS = tuple(f"{low:g}–{low + 0.1:.1g}" for low in _TENTHS)
DIMENSIONS = {
    one.key: one
    for one in (
        Dimension("frequency", "word frequency", "times the rarer word stands in the text", *_whole(1, 2, 4, 8, 16, 32, 64)),
        Dimension("pieces", "subwords", "subwords of the more divided word", *_whole(0, 1, 2, 3, 4, 5, 6)),
        Dimension("distance", "distance from the diagonal", "share of the sentence", *_DISTANCES),
        Dimension("length", "sentence length", "source words", *_whole(1, 6, 11, 16, 21, 31, 41, 61), of_pair=_lengths),
        Dimension(AER, "AER of the pair", "AER", _TENTHS, _AER_LABELS, of_pair=lambda analysis, system: analysis.systems[system].aer),
    )
}


@dataclass(frozen=True)
class Rate:
    """One bin: its links, and how many of them were missed or false."""

    label: str
    links: int
    missed: int
    false: int

    @property
    def wrong(self) -> float:
        """Share of the links that are missed or false, in [0, 1]; 0 of none."""
        return (self.missed + self.false) / self.links if self.links else 0.0


def link_bins(analysis: Analysis, system: int, key: str) -> np.ndarray:
    """(links,) which bin of a dimension each link of a system falls in."""
    table = analysis.systems[system].table
    return _bins(getattr(table, key), key) if DIMENSIONS[key].of_pair is None else pair_bins(analysis, system, key)[table.pair]


def pair_bins(analysis: Analysis, system: int, key: str) -> np.ndarray:
    """(pairs,) the bin of each pair, for the dimensions that are of pairs: length and AER."""
    return _bins(DIMENSIONS[key].of_pair(analysis, system), key)


def rates(analysis: Analysis, system: int, key: str, rows: np.ndarray | None = None) -> list[Rate]:
    """Errors in every bin of a dimension, or by tag of the collection, where a link counts once for each tag of its pair.

    rows: (links,) bool, which links to count; all where None. Without tags the bins of whole links add up to the rows.
    """
    table = analysis.systems[system].table
    rows = np.ones(len(table), bool) if rows is None else rows
    if key == TAG:
        tags = sorted({tag for pair in analysis.pairs for tag in pair.tags})
        having = {tag: np.array([tag in pair.tags for pair in analysis.pairs], bool)[table.pair] for tag in tags}
    else:
        bins = link_bins(analysis, system, key)
        having = {label: bins == k for k, label in enumerate(DIMENSIONS[key].labels)}
    counts = {label: np.bincount(table.outcome[rows & chosen], minlength=len(OUTCOMES)).tolist() for label, chosen in having.items()}
    return [Rate(label, sum(of), of[MISSED_CODE], of[FALSE_CODE]) for label, of in counts.items()]


def _bins(values: np.ndarray, key: str) -> np.ndarray:
    # an AER of exactly 0.3 is 0.30000000000000004 after its subtraction: a hair keeps it and its neighbours in the right tenth
    return np.maximum(np.searchsorted(np.array(DIMENSIONS[key].edges), np.asarray(values, np.float64) + 1e-6, side="right") - 1, 0)
