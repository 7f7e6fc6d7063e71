"""What a cloud's neighbourhoods say: do translations find each other, do languages mix? In the original space and not on the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otcore.base.progress import Teller
from otcore.space.metrics import unit_vectors
from otcore.space.nearest import MOST_EXACT, Found, blocks, nearest
from otcore.space.points import Points

if TYPE_CHECKING:
    import torch

NEIGHBOURS = 10
KNOWN = 14  # neighbours that are kept for a picture made from them: as many as one asks for by default
_SAMPLED = 2_000  # points whose ranks are counted where there are too many for all distances


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
    known     : the same neighbours, and more of them, with their distances 1 − cos, for pictures that are made from neighbours
    """

    nearest: np.ndarray
    similarity: np.ndarray
    ranks: np.ndarray
    mixing: np.ndarray
    chance: float
    lengths: np.ndarray
    apart: float
    known: Found

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
    """Measures one state. Of more than MOST_EXACT points neighbours are found as `nearest` does, and ranks are those of a sample.

    vectors: (n, d)
    k      : neighbours of each point, or as many as there are others
    raises : Stopped   `tell` was asked to end
    """
    import torch

    x, tell = torch.from_numpy(unit_vectors(vectors)), tell or Teller()
    k, kept = (min(many, len(points) - 1) for many in (k, max(k, KNOWN)))
    if len(points) > MOST_EXACT:
        places, distances = nearest(vectors, kept, tell=tell.part(0, 0.8))
        cosines, ranks = 1 - distances, _sampled_ranks(x, points, tell.part(0.8, 1))
    else:
        places, cosines, ranks = _all(x, points, kept, tell)
    mixing = (points.language[places[:, :k]] != points.language[:, None]).mean(1) if k else np.zeros(len(points))
    lengths = 1 - (x[points.links[:, 0]] * x[points.links[:, 1]]).sum(1).numpy()
    chance, apart = _by_chance(points, x.numpy())
    known = places, (1 - cosines).clip(0)
    return Neighbourhoods(places[:, :k], cosines[:, :k], ranks, mixing, chance, lengths, apart, known)


def _all(x: torch.Tensor, points: Points, k: int, tell: Teller) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Neighbours (n, k), their cosines, ranks (n, L), by all similarities."""
    import torch

    edges, parts = _both_ways(points), []
    for start, block in blocks(x, tell, "measuring neighbourhoods"):
        similarity = block @ x.T
        rows = torch.arange(len(block))
        similarity[rows, start + rows] = -torch.inf
        found, places = similarity.topk(k)
        parts.append((places.numpy(), found.numpy(), _ranks(similarity, edges, start + rows, points).numpy()))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _sampled_ranks(x: torch.Tensor, points: Points, tell: Teller) -> np.ndarray:
    """(n, L) ranks of some of the points that have a translation; 0 for all others."""
    import torch

    ranks, tried = np.zeros((len(x), len(points.codes)), np.int32), np.unique(points.links[points.sure])
    chosen = tried if len(tried) <= _SAMPLED else np.sort(np.random.default_rng(0).choice(tried, _SAMPLED, replace=False))
    edges = _both_ways(points)
    for start in range(0, len(chosen), 64):
        rows = torch.from_numpy(chosen[start : start + 64])
        similarity = x[rows] @ x.T
        similarity[torch.arange(len(rows)), rows] = -torch.inf
        ranks[rows.numpy()] = _ranks(similarity, edges, rows, points).numpy()
        tell(min(start + 64, len(chosen)) / len(chosen), "ranking translations")
    return ranks


def _both_ways(points: Points) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(2e,) from, to and whether sure, sorted by where they start."""
    import torch

    start, end = np.concatenate([points.links, points.links[:, ::-1]]).T
    order = np.argsort(start, kind="stable")
    return tuple(torch.from_numpy(column[order]) for column in (start, end, np.tile(points.sure, 2)))


def _ranks(similarity: torch.Tensor, edges, rows: torch.Tensor, points: Points) -> torch.Tensor:
    """(b, L) from the similarities (b, n) of some points with all; the translations' own entries are overwritten.

    rows: (b,) which points these are, ascending
    """
    import torch

    origin, end, sure = edges
    low, high = torch.searchsorted(origin, rows), torch.searchsorted(origin, rows, right=True)
    mine = torch.cat([torch.arange(*ends) for ends in zip(low.tolist(), high.tolist(), strict=True)])
    rows, columns = torch.repeat_interleave(torch.arange(len(rows)), high - low), end[mine]
    languages = torch.from_numpy(points.language)[columns]
    shape = (len(similarity), len(points.codes))
    best, tried = torch.full(shape, -torch.inf), torch.zeros(shape, dtype=torch.bool)
    flat = rows * shape[1] + languages
    best.view(-1).scatter_reduce_(0, flat, similarity[rows, columns], "amax")
    tried.view(-1)[flat[sure[mine]]] = True
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
