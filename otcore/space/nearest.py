"""Exact nearest neighbours of every point, in blocks, so that memory stays flat for tens of thousands."""

from collections.abc import Iterator

import numpy as np
import torch

from otcore.base.progress import Teller
from otcore.space.metrics import METRICS

_CELLS = 2**24  # similarities at a time: 64 MB


def nearest(vectors: np.ndarray, k: int, metric: str = "cosine", tell: Teller | None = None) -> tuple[np.ndarray, np.ndarray]:
    """(n, k) the k nearest other points of each, nearest first, and (n, k) their distances ≥ 0, both float32 and int64.

    vectors: (n, d) finite, n > k
    metric : one of METRICS
    raises : Stopped   `tell` was asked to end
    """
    tell, chosen = tell or Teller(), METRICS[metric]
    x = torch.from_numpy(chosen.prepare(vectors))
    indices, distances = np.empty((len(x), k), np.int64), np.empty((len(x), k), np.float32)
    for start, block in blocks(x):
        rows = torch.arange(len(block))
        gaps = chosen.distance(block, x)
        gaps[rows, start + rows] = torch.inf
        found, places = gaps.topk(k, largest=False)
        distances[start : start + len(block)] = found.clamp_min(0).numpy()
        indices[start : start + len(block)] = places.numpy()
        tell((start + len(block)) / len(x), "finding neighbours")
    return indices, distances


def blocks(x: torch.Tensor) -> Iterator[tuple[int, torch.Tensor]]:
    """(first row, rows) so few at a time that their similarities with all rows stay small."""
    rows = max(_CELLS // max(len(x), 1), 64)
    for start in range(0, len(x), rows):
        yield start, x[start : start + rows]
