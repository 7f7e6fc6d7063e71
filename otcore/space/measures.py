"""Exact nearest neighbours, and what a cloud's neighbourhoods say: do translations find each other, do languages mix? In the original
space and not on the picture; in blocks, so that memory stays flat for tens of thousands of points."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from otcore.base.progress import Teller
from otcore.space.metrics import METRICS, unit_vectors
from otcore.space.points import Points

NEIGHBOURS = 10
_CELLS = 2**24  # similarities at a time: 64 MB


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


def nearest(vectors: np.ndarray, k: int, metric: str = "cosine", tell: Teller | None = None) -> tuple[np.ndarray, np.ndarray]:
    """(n, k) int64 the k nearest other points of each, nearest first, and (n, k) float32 their distances ≥ 0.

    vectors: (n, d) finite, n > k
    metric : one of METRICS
    raises : Stopped   `tell` was asked to end
    """
    x, parts = torch.from_numpy(METRICS[metric].prepare(vectors)), []
    for start, block in _blocks(x, tell, "finding neighbours"):
        rows = torch.arange(len(block))
        gaps = METRICS[metric].distance(block, x)
        gaps[rows, start + rows] = torch.inf
        parts.append(gaps.topk(k, largest=False))
    distances, places = (torch.cat(column).numpy() for column in zip(*parts, strict=True))
    return places, distances.clip(0)


def neighbourhoods(points: Points, vectors: np.ndarray, k: int = NEIGHBOURS, tell: Teller | None = None) -> Neighbourhoods:
    """Measures one state.

    vectors: (n, d)
    k      : neighbours of each point, or as many as there are others
    raises : Stopped   `tell` was asked to end
    """
    x = torch.from_numpy(unit_vectors(vectors))
    k = min(k, len(points) - 1)
    languages = torch.from_numpy(points.language)
    edges = _both_ways(points)
    parts: list[tuple[np.ndarray, ...]] = []
    for start, block in _blocks(x, tell, "measuring neighbourhoods"):
        similarity = block @ x.T
        rows = torch.arange(len(block))
        similarity[rows, start + rows] = -torch.inf
        found, places = similarity.topk(k)
        ranks = _ranks(similarity, edges, start, points)
        mixed = (languages[places] != languages[start : start + len(block), None]).float().mean(1) if k else torch.zeros(len(block))
        parts.append((places.numpy(), found.numpy(), ranks.numpy(), mixed.numpy()))
    places, cosines, ranks, mixing = (np.concatenate(column) for column in zip(*parts, strict=True))
    lengths = 1 - (x[points.links[:, 0]] * x[points.links[:, 1]]).sum(1).numpy()
    chance, apart = _by_chance(points, x.numpy())
    return Neighbourhoods(places, cosines, ranks, mixing, chance, lengths, apart)


def _blocks(x: torch.Tensor, tell: Teller | None, note: str) -> Iterator[tuple[int, torch.Tensor]]:
    """(first row, rows) so few at a time that their similarities with all rows stay small; each is told when it is done."""
    rows = max(_CELLS // max(len(x), 1), 64)
    for start in range(0, len(x), rows):
        yield start, x[start : start + rows]
        if tell:
            tell(min(start + rows, len(x)) / len(x), note)


def _both_ways(points: Points) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(2e,) from, to and whether sure, sorted by where they start."""
    start, end = np.concatenate([points.links, points.links[:, ::-1]]).T
    order = np.argsort(start, kind="stable")
    return tuple(torch.from_numpy(column[order]) for column in (start, end, np.tile(points.sure, 2)))


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


def _by_chance(points: Points, x: np.ndarray) -> tuple[float, float]:
    """`chance` and `apart`, from each language's sum of vectors: no pair needs to be looked at."""
    sums = np.stack([x[points.language == one].sum(0, dtype=np.float64) for one in range(len(points.codes))])
    n, total = len(points), sums.sum(0)
    pairs = float(n**2 - (np.bincount(points.language) ** 2).sum())
    apart = float(1 - (total @ total - (sums**2).sum()) / pairs) if pairs else float("nan")
    return pairs / (n * (n - 1)) if n > 1 else float("nan"), apart
