"""Principal components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otcore.base.progress import Teller
from otcore.space.method import Method

if TYPE_CHECKING:
    from otcore.space.settings import ProjectionSettings


@dataclass(frozen=True, kw_only=True)
class Pca(Method):
    """The directions of the largest variance.

    source: Pearson 1901; turning states onto each other Schönemann 1966
    """

    name, label, rank, linear = "pca", "PCA", 10, True
    about = "PCA turns the space so that most variance shows: lengths keep their meaning, much is hidden."
    reading = "PCA shows only the share of the variance that its axes name."

    def place(self, vectors: Sequence[np.ndarray], settings: ProjectionSettings, same_space: bool, tell: Teller) -> list[np.ndarray]:
        return scores(vectors, settings.dimensions, same_space)


def scores(vectors: Sequence[np.ndarray], dimensions: int, same_space: bool) -> list[np.ndarray]:
    """(n, dimensions) float64 of each state: along the same axes for all where they lie in one space, otherwise along axes of their
    own, turned to lie on those of the state before."""
    if same_space:
        together = np.concatenate(vectors).astype(np.float64)
        centre = together.mean(0)
        axes = _axes(together - centre, dimensions)
        return [(x - centre) @ axes for x in vectors]
    found: list[np.ndarray] = []
    for x in vectors:
        centred = x - x.mean(0, dtype=np.float64)
        own = centred @ _axes(centred, dimensions)
        found.append(own @ _turn(own, found[-1]) if found else own)
    return found


def _axes(centred: np.ndarray, dimensions: int) -> np.ndarray:
    """(d, dimensions) directions of the largest variance; of each the largest entry is positive, so that no sign is left to chance."""
    _, directions = np.linalg.eigh(centred.T @ centred)
    axes = directions[:, ::-1][:, :dimensions]
    axes = np.pad(axes, ((0, 0), (0, dimensions - axes.shape[1])))
    return axes * np.where(np.take_along_axis(axes, np.abs(axes).argmax(0)[None], axis=0) < 0, -1.0, 1.0)


def _turn(own: np.ndarray, before: np.ndarray) -> np.ndarray:
    """The rotation or reflection that brings one state's scores nearest to another's."""
    left, _, right = np.linalg.svd(own.T @ before)
    return left @ right


METHOD = Pca
