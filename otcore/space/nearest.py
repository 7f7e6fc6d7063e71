"""The nearest other points of each: exactly by all distances, in blocks so that memory stays flat, or for very many points by
nearest-neighbour descent, which finds nearly all of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from otcore.base.progress import Teller
from otcore.space.metrics import METRICS

if TYPE_CHECKING:
    import torch

MOST_EXACT = 40_000  # points up to which all distances are looked at; the work grows with their square
_CELLS = 2**24  # distances at a time: 64 MB
_lock = threading.Lock()  # numba's own threads, which the library works with, do not bear two callers
Found = tuple[np.ndarray, np.ndarray]  # (n, k) int64 the nearest other points, nearest first, and (n, k) float32 their distances ≥ 0


def nearest(vectors: np.ndarray, k: int, metric: str = "cosine", tell: Teller | None = None, most_exact: int = MOST_EXACT) -> Found:
    """The k nearest other points of each.

    vectors   : (n, d) finite, n > k
    metric    : one of METRICS
    most_exact: of more points than that not all distances are looked at, so that a few neighbours are missed
    raises    : Stopped   `tell` was asked to end
    """
    import torch

    if len(vectors) > most_exact:
        return _by_descent(METRICS[metric].prepare(vectors), k, metric, tell or Teller())
    x, parts = torch.from_numpy(METRICS[metric].prepare(vectors)), []
    for start, block in blocks(x, tell, "finding neighbours"):
        rows = torch.arange(len(block))
        gaps = METRICS[metric].distance(block, x)
        gaps[rows, start + rows] = torch.inf
        parts.append(gaps.topk(k, largest=False))
    distances, places = (torch.cat(column).numpy() for column in zip(*parts, strict=True))
    return places, distances.clip(0)


def blocks(x: torch.Tensor, tell: Teller | None, note: str) -> Iterator[tuple[int, torch.Tensor]]:
    """(first row, rows) so few at a time that their distances to all rows stay small; each is told when it is done."""
    rows = max(_CELLS // max(len(x), 1), 64)
    for start in range(0, len(x), rows):
        yield start, x[start : start + rows]
        if tell:
            tell(min(start + rows, len(x)) / len(x), note)


def _by_descent(x: np.ndarray, k: int, metric: str, tell: Teller) -> Found:
    """source: Dong, Moses & Li 2011, by pynndescent; the same for the same points"""
    import torch
    from pynndescent import NNDescent

    while not _lock.acquire(timeout=0.1):
        tell(0.0, "waiting for another search")
    try:
        tell(0.05, "finding neighbours")
        index = NNDescent(x, metric=metric, n_neighbors=k + 1, random_state=0, n_jobs=torch.get_num_threads())
        places, distances = (table.copy() for table in index.neighbor_graph)
    finally:
        _lock.release()
    tell(1.0, "finding neighbours")
    # the point itself is most often the first; where it is missing the last one goes
    itself = places == np.arange(len(x))[:, None]
    itself[~itself.any(1), -1] = True
    return places[~itself].reshape(-1, k).astype(np.int64), distances[~itself].reshape(-1, k).astype(np.float32).clip(0)
