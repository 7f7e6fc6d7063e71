"""UMAP: one state, or several in one coordinate system.

The graph and the curve are those of umap-learn (a test holds them against it). The steps are our own (`otcore.space.layout`): they take
half of its time, any number of fits goes on at once, and AlignedUMAP can neither tell how far it is nor be stopped. All states start from
their principal components, so that they lie on each other from the beginning.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otcore.base.choices import Number, choice
from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.space.method import Method
from otcore.space.methods.pca import scores

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from otcore.space.nearest import Found
    from otcore.space.settings import ProjectionSettings

_FEW = 10_000  # points up to which one state is given more rounds, as by umap-learn
_ROUNDS, _MORE_ROUNDS = 200, 500
_DISTANCE_HELP = "How close points may come on the picture: small packs them, large spreads them; only looks change."
_SEED_HELP = "Of the random steps: the same seed gives the same picture; what changes with the seed means nothing."
_HALVINGS = 48
_closing = threading.Event()


@dataclass(frozen=True, kw_only=True)
class Umap(Method):
    """Who is near whom, laid out.

    source: McInnes, Healy & Melville 2018; Islam & Fleischer 2022 (several states)
    """

    name, label, rank, slow, by_neighbours = "umap", "UMAP", 20, True, True
    about = "UMAP lays out who is near whom."
    reading = "Near on a UMAP picture means near in the space; far, size and density mean nothing."
    note = (
        "UMAP keeps who is near whom. How far two groups stand apart, how large or how dense a group looks, and the axes mean nothing; "
        "read lengths from the lines and the list, which are measured in the original space."
    )

    min_dist: float = choice(0.1, Number(0, 1, dial=(0.0, 1.0, 0.05)), "Minimum distance", _DISTANCE_HELP)
    seed: int = choice(0, Number(0, 2**32 - 1, whole=True), "Seed", _SEED_HELP)

    def check(self, count: int, settings: ProjectionSettings) -> None:
        """raises: InputError   too few points"""
        least = settings.dimensions + 2
        if count <= least:
            needed = f"UMAP in {settings.dimensions} dimensions needs more than {least} points and there are {count}"
            raise InputError(f"{needed}; choose PCA or more points.")
        if count <= settings.neighbours:
            needed = f"UMAP with {settings.neighbours} neighbours needs more points than that and there are {count}"
            raise InputError(f"{needed}; lower the neighbours to {count - 1} or less, or choose more sentences or languages.")

    def place(
        self, vectors: Sequence[np.ndarray], settings: ProjectionSettings, same_space: bool, tell: Teller, found: Sequence[Found] = ()
    ) -> list[np.ndarray]:
        from otcore.space.layout import curve, lay_out

        tell = _unless_closing(tell)
        tell(0.0, "joining neighbours")
        rounds = _MORE_ROUNDS if len(vectors) == 1 and len(vectors[0]) <= _FEW else _ROUNDS
        graphs = [fuzzy_graph(*one, rounds) for one in found]
        random = np.random.RandomState(self.seed)
        starts = np.stack([_start(one, random) for one in scores(vectors, settings.dimensions, same_space)])
        return list(lay_out(starts, graphs, curve(self.min_dist), rounds, self.seed, tell.part(0.1, 1)))


def fuzzy_graph(nearest: np.ndarray, distances: np.ndarray, rounds: int = _MORE_ROUNDS) -> csr_array:
    """(n, n) sparse and symmetric: how surely two points are neighbours of each other, in (0, 1], without what is too weak for any round.

    nearest, distances: (n, k) of other points, nearest first
    """
    from scipy.sparse import coo_array

    n, k = nearest.shape
    above = np.maximum(distances - np.where(distances > 0, distances, np.inf).min(1, initial=np.inf, keepdims=True), 0)
    above = np.where(np.isfinite(above), above, 0).astype(np.float64)
    scale = np.maximum(_scales(above, np.log2(k + 1)), 1e-3 * distances.mean(1, keepdims=True) * k / (k + 1))
    weights = np.where(above > 0, np.exp(-above / np.maximum(scale, 1e-300)), 1.0)
    one_way = coo_array((weights.ravel(), (np.repeat(np.arange(n), k), nearest.ravel())), shape=(n, n)).tocsr()
    other_way = one_way.T.tocsr()
    graph = (one_way + other_way - one_way.multiply(other_way)).tocsr()
    graph.data[graph.data < graph.data.max() / rounds] = 0
    graph.eliminate_zeros()
    return graph


def _scales(above: np.ndarray, wanted: float) -> np.ndarray:
    """(n, 1) the scale of each point by which its neighbours' weights exp(−distance / scale) sum up to `wanted`, by halving."""
    low, high, scale = (np.full((len(above), 1), value) for value in (0.0, np.inf, 1.0))
    for _ in range(_HALVINGS):
        over = np.exp(-above / scale).sum(1, keepdims=True) > wanted
        low, high = np.where(over, low, scale), np.where(over, scale, high)
        scale = np.where(np.isinf(high), 2 * scale, (low + np.where(np.isinf(high), 0, high)) / 2)
    return scale


def _start(places: np.ndarray, random: np.random.RandomState) -> np.ndarray:
    """As umap-learn scales a spectral start: to reach 10, with a little noise, so that no two points lie on each other."""
    scaled = places * (10 / max(np.abs(places).max(), 1e-12))
    return (scaled + random.normal(scale=1e-4, size=places.shape)).astype(np.float32)


def _unless_closing(tell: Teller) -> Teller:
    """A teller that also stops the work when the process is to end, which must not happen in the middle of compiled code."""
    return Teller(tell.progress, lambda: _closing.is_set() or tell.stop(), tell.begin, tell.end)


atexit.register(_closing.set)
METHOD = Umap
