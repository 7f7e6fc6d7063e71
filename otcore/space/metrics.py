"""What “near” means: each metric says how vectors are prepared for it and how far two of them are apart."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Metric:
    """A metric.

    prepare : (n, d) → (n, d) float32, the vectors as they are compared; a PCA takes them so, too
    distance: (b, d) and (n, d) prepared tensors → (b, n) distances, of which rounding may leave some a little below 0
    """

    label: str
    about: str
    prepare: Callable[[np.ndarray], np.ndarray]
    distance: Callable[[Any, Any], Any]


def unit_vectors(vectors: np.ndarray) -> np.ndarray:
    """(n, d) float32 rows of length 1; a zero row stays zero."""
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12)).astype(np.float32)


def _euclidean(some, all):
    return ((some * some).sum(1)[:, None] + (all * all).sum(1) - 2 * some @ all.T).clamp_min(0).sqrt()


METRICS = {
    "cosine": Metric("cosine", "Cosine compares directions only, as retrieval does", unit_vectors, lambda some, all: 1 - some @ all.T),
    "euclidean": Metric("euclidean", "Euclidean also lengths", lambda x: np.ascontiguousarray(x, dtype=np.float32), _euclidean),
}
