"""The linear map: one rotation a language, fitted on word pairs of a frozen encoder.

Wang et al. 2019 and Schuster et al. 2019 for contextual vectors; METHOD, "The methods it is compared with". Use it as
the cheapest alignment of all: it takes seconds, and cannot change anything within a language.
"""

from typing import ClassVar

import numpy as np

from otcore.base.errors import InputError
from otcore.objectives.objective import Map

_TIE = 1e-9  # of the largest singular value: weighs only where the pairs say nothing


class Linear(Map):
    """Procrustes on word pairs."""

    name: ClassVar[str] = "linear"
    label: ClassVar[str] = "Linear map"
    rank: ClassVar[int] = 70
    about: ClassVar[str] = "Leaves the encoder as it is and rotates each language's vectors onto English's, from word pairs (Procrustes)."
    formula: ClassVar[str] = r"\min_{W^\top W = I} \lVert XW - Y \rVert_F"
    reference: ClassVar[str] = "Schönemann 1966; Schuster et al. 2019"
    needs_links: ClassVar[bool] = True

    def fit(self, source: np.ndarray, target: np.ndarray, seed: int) -> np.ndarray:
        return fit_procrustes(source, target)


OBJECTIVE = Linear


def fit_procrustes(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """(d, d) the orthogonal W that brings `source @ W` nearest to `target`.

    source, target: (k, d) the vectors of k word pairs; unit vectors where the cosine is to be raised
    returns       : float64; in directions in which no pair has length, as with fewer pairs than dimensions, the identity
    raises        : InputError   no pair, shapes that differ, or a vector that is not finite
    source        : Schönemann 1966: W = U Vᵀ of the singular value decomposition of sourceᵀ target
    """
    source, target = np.asarray(source, np.float64), np.asarray(target, np.float64)
    if source.shape != target.shape or source.ndim != 2 or not len(source):
        raise InputError(f"A linear map needs one or more word pairs of equal dimension, not {source.shape} and {target.shape}.")
    if not (np.isfinite(source).all() and np.isfinite(target).all()):
        raise InputError("A linear map needs finite vectors; choose another encoder or layer.")
    product = source.T @ target
    product += _TIE * np.linalg.norm(product, 2) * np.eye(len(product))
    left, _, right = np.linalg.svd(product)
    return left @ right
