"""Exact nearest neighbours of every point, in blocks, so that memory stays flat for tens of thousands."""

from collections.abc import Iterator

import numpy as np
import torch

from otcore.base.progress import Teller

METRICS = ("cosine", "euclidean")
_CELLS = 2**24  # similarities at a time: 64 MB


def nearest(vectors: np.ndarray, k: int, metric: str = "cosine", tell: Teller | None = None) -> tuple[np.ndarray, np.ndarray]:
    """(n, k) the k nearest other points of each, nearest first, and (n, k) their distances ≥ 0, both float32 and int64.

    vectors: (n, d) finite, n > k
    metric : "cosine" (1 − cos) or "euclidean"
    raises : Stopped   `tell` was asked to end
    """
    tell = tell or Teller()
    x = torch.from_numpy(np.ascontiguousarray(unit_vectors(vectors) if metric == "cosine" else vectors, dtype=np.float32))
    squares = (x * x).sum(1)
    indices, distances = np.empty((len(x), k), np.int64), np.empty((len(x), k), np.float32)
    for start, block in blocks(x):
        rows = torch.arange(len(block))
        gaps = 1 - block @ x.T if metric == "cosine" else squares[start : start + len(block), None] + squares[None] - 2 * block @ x.T
        gaps[rows, start + rows] = torch.inf
        found, places = gaps.topk(k, largest=False)
        found = found.clamp_min(0)
        distances[start : start + len(block)] = (found if metric == "cosine" else found.sqrt()).numpy()
        indices[start : start + len(block)] = places.numpy()
        tell((start + len(block)) / len(x), "finding neighbours")
    return indices, distances


def unit_vectors(vectors: np.ndarray) -> np.ndarray:
    """(n, d) float32 rows of length 1; a zero row stays zero."""
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12)).astype(np.float32)


def blocks(x: torch.Tensor) -> Iterator[tuple[int, torch.Tensor]]:
    """(first row, rows) so few at a time that their similarities with all rows stay small."""
    rows = max(_CELLS // max(len(x), 1), 64)
    for start in range(0, len(x), rows):
        yield start, x[start : start + rows]
