"""What a cloud's neighbourhoods say, in the original space and not on the picture: do translations find each other, do languages mix?"""

from dataclasses import dataclass

import numpy as np
import torch

from otcore.base.progress import Teller
from otcore.space.metrics import unit_vectors
from otcore.space.nearest import blocks
from otcore.space.points import Points

NEIGHBOURS = 10


@dataclass(frozen=True)
class Neighbourhoods:
    """One state of n points in L languages, by cosine in the original space.

    nearest   : (n, k) the k nearest other points, nearest first; `similarity` (n, k) their cosines
    ranks     : (n, L) place of the nearest gold translation among all points of that language, 1 the nearest, a tie with a wrong
                one counts against it; 0 where no sure translation is plotted there
    mixing    : (n,) share of the k nearest that are of another language
    chance    : the mean share if languages made no difference
    lengths   : (e,) 1 − cos of each gold link's two points
    apart     : mean 1 − cos of two points of different languages, whatever they mean; NaN for one language
    """

    nearest: np.ndarray
    similarity: np.ndarray
    ranks: np.ndarray
    mixing: np.ndarray
    chance: float
    lengths: np.ndarray
    apart: float

    @property
    def retrieval(self) -> float:
        """Share of (point, other language) whose translation is the nearest point of that language; NaN where there is none."""
        tried = self.ranks > 0
        return float((self.ranks == 1).sum() / tried.sum()) if tried.any() else float("nan")

    @property
    def typical_rank(self) -> np.ndarray:
        """(n,) the middle rank over the languages a point has a translation in, the lower one of two; 0 where it has none."""
        ordered = np.sort(np.where(self.ranks > 0, self.ranks, np.iinfo(np.int32).max), axis=1)
        counts = (self.ranks > 0).sum(1)
        middle = np.take_along_axis(ordered, np.maximum(counts - 1, 0)[:, None] // 2, axis=1)[:, 0]
        return np.where(counts > 0, middle, 0)


def neighbourhoods(points: Points, vectors: np.ndarray, k: int = NEIGHBOURS, tell: Teller | None = None) -> Neighbourhoods:
    """Measures one state.

    vectors: (n, d)
    k      : neighbours of each point, or as many as there are others
    raises : Stopped   `tell` was asked to end
    """
    tell = tell or Teller()
    x = torch.from_numpy(unit_vectors(vectors))
    k = min(k, len(points) - 1)
    languages = torch.from_numpy(points.language)
    edges = _both_ways(points)
    parts: list[tuple[np.ndarray, ...]] = []
    for start, block in blocks(x):
        similarity = block @ x.T
        rows = torch.arange(len(block))
        similarity[rows, start + rows] = -torch.inf
        found, places = similarity.topk(k)
        ranks = _ranks(similarity, edges, start, points)
        mixed = (languages[places] != languages[start : start + len(block), None]).float().mean(1) if k else torch.zeros(len(block))
        parts.append((places.numpy(), found.numpy(), ranks.numpy(), mixed.numpy()))
        tell((start + len(block)) / len(x), "measuring neighbourhoods")
    nearest, cosines, ranks, mixing = (np.concatenate(column) for column in zip(*parts, strict=True))
    ends = points.links.T
    lengths = 1 - (x[ends[0]] * x[ends[1]]).sum(1).numpy() if len(points.links) else np.zeros(0, np.float32)
    return Neighbourhoods(nearest, cosines, ranks, mixing, _chance(points), lengths, _apart(points, x.numpy()))


def _both_ways(points: Points) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(2e,) from, to and whether sure, sorted by where they start."""
    start = np.concatenate([points.links[:, 0], points.links[:, 1]])
    end = np.concatenate([points.links[:, 1], points.links[:, 0]])
    order = np.argsort(start, kind="stable")
    sure = np.concatenate([points.sure, points.sure])
    return tuple(torch.from_numpy(column[order]) for column in (start, end, sure))


def _ranks(similarity: torch.Tensor, edges, start: int, points: Points) -> torch.Tensor:
    """(b, L) from the similarities (b, n) of points start … with all; the translations' own entries are overwritten."""
    origin, end, sure = edges
    low, high = (int(torch.searchsorted(origin, one)) for one in (start, start + len(similarity)))
    rows, columns = origin[low:high] - start, end[low:high]
    languages = torch.from_numpy(points.language)[columns]
    shape = (len(similarity), len(points.codes))
    best, tried = torch.full(shape, -torch.inf), torch.zeros(shape, dtype=torch.bool)
    flat = rows * shape[1] + languages
    best.view(-1).scatter_reduce_(0, flat, similarity[rows, columns], "amax")
    tried.view(-1)[flat[sure[low:high]]] = True
    similarity[rows, columns] = -torch.inf
    ranks = torch.zeros(shape, dtype=torch.int32)
    ends = np.searchsorted(points.language, np.arange(shape[1] + 1))
    for one in range(shape[1]):
        nearer = (similarity[:, ends[one] : ends[one + 1]] >= best[:, one : one + 1]).sum(1)
        ranks[:, one] = torch.where(tried[:, one], nearer + 1, 0)
    return ranks


def _chance(points: Points) -> float:
    counts = np.bincount(points.language, minlength=len(points.codes)).astype(np.float64)
    n = counts.sum()
    return float((counts * (n - counts)).sum() / (n * (n - 1))) if n > 1 else float("nan")


def _apart(points: Points, x: np.ndarray) -> float:
    """From each language's sum of vectors: no pair needs to be looked at."""
    counts = np.bincount(points.language, minlength=len(points.codes)).astype(np.float64)
    sums = np.stack([x[points.language == one].sum(0, dtype=np.float64) for one in range(len(counts))])
    total, count = sums.sum(0), counts.sum()
    pairs = count**2 - (counts**2).sum()
    return float(1 - (total @ total - (sums**2).sum()) / pairs) if pairs else float("nan")
