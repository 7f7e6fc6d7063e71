"""UMAP, by umap-learn: one state by `umap.UMAP`, several in one coordinate system by the loop of `umap.AlignedUMAP`.

Both start from the principal components: pictures are as trustworthy as from umap-learn's spectral start (within 0.01), take two thirds
of its time for 20,000 points, and states lie on each other from the beginning. `umap.UMAP` tells how far it is, and is stopped, through
its progress bar. `umap.AlignedUMAP` is not called: it can do neither, compiles its loop anew for every fit, lays out each state once
more only to drop that, and optimises with the curve of a minimum distance of 0.1 whatever was asked for. Its loop for one round is
private to umap-learn and called by the names of its arguments; a test holds it against the class.

numba's threads do not bear two fits at once (the process is aborted), so that one lock is around all of it.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import threading
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otcore.base.choices import Number, choice
from otcore.base.errors import InputError
from otcore.base.progress import Stopped, Teller
from otcore.space.method import Method
from otcore.space.methods.pca import scores

if TYPE_CHECKING:
    from otcore.space.settings import ProjectionSettings

WINDOW = 3  # states on either side to which a state is tied (umap.AlignedUMAP's default)
PULL = 0.01  # strength of the ties: its alignment_regularisation
ROUNDS = 200  # of several states together: its n_epochs
_DISTANCE_HELP = "How close points may come on the picture: small packs them, large spreads them; only looks change."
_SEED_HELP = "Of the random steps: the same seed gives the same picture; what changes with the seed means nothing."
_PATIENCE = 3  # seconds that the end of the process waits for a fit
_SEEDS = np.iinfo(np.int32).min + 1, np.iinfo(np.int32).max - 1
_lock = threading.Lock()
_closing = threading.Event()
Found = tuple[np.ndarray, np.ndarray]  # neighbours (n, k) and distances (n, k), the point itself first


@dataclass(frozen=True, kw_only=True)
class Umap(Method):
    """Who is near whom, laid out.

    source: McInnes, Healy & Melville 2018; Islam & Fleischer 2022 (several states)
    """

    name, label, rank, slow = "umap", "UMAP", 20, True
    about = "UMAP lays out who is near whom."
    reading = "Near on a UMAP picture means near in the space; far, size and density mean nothing."
    note = (
        "UMAP keeps who is near whom. How far two groups stand apart, how large or how dense a group looks, and the axes mean nothing; "
        "read lengths from the lines and the list, which are measured in the original space."
    )

    min_dist: float = choice(0.1, Number(0, 1, dial=(0.0, 1.0, 0.05)), "Minimum distance", _DISTANCE_HELP)
    seed: int = choice(0, Number(0, 2**32 - 1, whole=True), "Seed", _SEED_HELP)

    def place(self, vectors: Sequence[np.ndarray], settings: ProjectionSettings, same_space: bool, tell: Teller) -> list[np.ndarray]:
        """raises: Stopped   also while it waits for another fit"""
        n, least = len(vectors[0]), settings.dimensions + 2
        if n <= least:
            raise InputError(f"UMAP in {least - 2} dimensions needs more than {least} points and there are {n}; choose PCA or more points.")
        if n <= settings.neighbours:
            needed = f"UMAP with {settings.neighbours} neighbours needs more points than that and there are {n}"
            raise InputError(f"{needed}; lower the neighbours to {n - 1} or less, or choose more sentences or languages.")
        found = [_found(x, settings, part) for x, part in tell.part(0, 0.2).each(vectors)]
        random = np.random.RandomState(self.seed)
        starts = [_start(one, random) for one in scores(vectors, settings.dimensions, same_space)]
        with _numba(tell := tell.part(0.2, 1)), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a fit with given neighbours places no further points
            if len(starts) == 1:
                return [self._one(starts[0], found[0], tell)]
            return list(self._together(np.stack(starts), [_graph(*pair) for pair in zip(starts, found, strict=True)], random, tell))

    def _one(self, start: np.ndarray, found: Found, tell: Teller) -> np.ndarray:
        import umap

        bar = {"file": _Bar(tell), "bar_format": "{n}/{total}", "disable": False, "mininterval": 0, "miniters": 1}
        given = {"n_neighbors": found[0].shape[1], "precomputed_knn": found, "init": start, "tqdm_kwds": bar}
        fit = umap.UMAP(n_components=start.shape[1], min_dist=self.min_dist, random_state=self.seed, n_jobs=1, **given)
        return fit.fit_transform(start)

    def _together(self, places: np.ndarray, graphs: list, random: np.random.RandomState, tell: Teller) -> np.ndarray:
        """The steps in all states at once, each point pulled towards itself in the states around, in place (states, n, dimensions)."""
        from umap.umap_ import find_ab_params

        edges = [graph.tocoo() for graph in graphs]
        # of each edge, every how many rounds it is due; what only pads never is
        every = _padded([edge.data.max() / edge.data for edge in edges], np.inf, np.float32)
        between = every / 5  # five points are pushed away for each edge that pulls
        (a, b), (where, weights) = find_ab_params(1.0, self.min_dist), _ties(graphs)
        given = {"head_embeddings": places, "tail_embeddings": places, "dim": places.shape[2], "move_other": True}
        given |= {"heads": _padded([one.row for one in edges], 0, np.int32), "tails": _padded([one.col for one in edges], 0, np.int32)}
        given |= {"epochs_per_sample": every, "epoch_of_next_sample": every.copy()}
        given |= {"epochs_per_negative_sample": between, "epoch_of_next_negative_sample": between.copy()}
        given |= {"relations": where, "regularisation_weights": weights, "lambda_": PULL}
        given |= {"a": float(a), "b": float(b), "gamma": 1.0, "rng_state": random.randint(*_SEEDS, 3).astype(np.int64)}
        for number in range(ROUNDS):
            _round()(**given, n=number, alpha=1.0 - max(number - 1, 0) / ROUNDS)
            _tell_round(tell, number + 1, ROUNDS)
        return places


def _found(x: np.ndarray, settings: ProjectionSettings, tell: Teller) -> Found:
    from otcore.space.measures import nearest

    indices, distances = nearest(x, settings.neighbours - 1, settings.metric, tell)
    return np.hstack([np.arange(len(x))[:, None], indices]), np.hstack([np.zeros_like(distances[:, :1]), distances])


def _start(places: np.ndarray, random: np.random.RandomState) -> np.ndarray:
    """As umap-learn scales a start: to reach 10, with a little noise, so that no two points lie on each other."""
    scaled = places * (10 / max(np.abs(places).max(), 1e-12))
    return (scaled + random.normal(scale=1e-4, size=places.shape)).astype(np.float32)


def _graph(start: np.ndarray, found: Found):
    """The fuzzy graph of a state, (n, n) sparse, without edges that are too weak for any round."""
    import umap

    fit = umap.UMAP(n_neighbors=found[0].shape[1], random_state=0, n_jobs=1, precomputed_knn=found, transform_mode="graph")
    graph = fit.fit_transform(start)
    graph.data[graph.data < graph.data.max() / ROUNDS] = 0
    graph.eliminate_zeros()
    return graph


def _padded(rows: Sequence[np.ndarray], filling: float, kind: type) -> np.ndarray:
    """Rows of unequal length as one array, which compiled code reads some times faster than a list of arrays."""
    table = np.full((len(rows), max(map(len, rows))), filling, kind)
    for row, values in zip(table, rows, strict=True):
        row[: len(values)] = values
    return table


def _ties(graphs: list) -> tuple[np.ndarray, np.ndarray]:
    """(states, 2 WINDOW + 1, n) the same point in the states around, −1 where there is none, and how strongly it is tied: the share of
    its neighbours in either state that are so in both."""
    count, n = len(graphs), graphs[0].shape[0]
    where, weights = np.full((count, 2 * WINDOW + 1, n), -1, np.int32), np.zeros((count, 2 * WINDOW + 1, n), np.float32)
    sizes = [graph.getnnz(axis=1) for graph in graphs]
    for one in range(count):
        for other in range(max(one - WINDOW, 0), min(one + WINDOW + 1, count)):
            if one != other:
                both = graphs[one].multiply(graphs[other]).tocsr().getnnz(axis=1)
                where[one, WINDOW + other - one] = np.arange(n)
                weights[one, WINDOW + other - one] = both / np.maximum(sizes[one] + sizes[other] - both, 1)
    return where, weights


@functools.cache
def _round():
    """One round, compiled for one thread and without the interpreter's lock, so that pages answer meanwhile; kept on disk for the next
    process where some folder for it can be written."""
    import numba
    from umap import layouts

    options = {"fastmath": True, "nogil": True}
    try:
        return numba.njit(cache=True, **options)(layouts._optimize_layout_aligned_euclidean_single_epoch)
    except RuntimeError:  # numba found no such folder
        return numba.njit(**options)(layouts._optimize_layout_aligned_euclidean_single_epoch)


@contextlib.contextmanager
def _numba(tell: Teller) -> Iterator[None]:
    """Holds the one lock; who waits for it can still be stopped."""
    while not _lock.acquire(timeout=0.1):
        tell(0.0, "waiting for another fit")
    try:
        _tell_round(tell, 0, ROUNDS)
        yield
    finally:
        _lock.release()


@atexit.register
def _close() -> None:
    """A process must not end in the middle of compiled code: the fit at work is asked to stop and waited for."""
    _closing.set()
    if _lock.acquire(timeout=_PATIENCE):
        _lock.release()


class _Bar:
    """What umap-learn's progress bar is drawn on, once a round: it is told, and a stop ends the fit."""

    def __init__(self, tell: Teller) -> None:
        self._tell = tell

    def write(self, text: str) -> None:
        number, _, total = text.strip().partition("/")
        if total:
            _tell_round(self._tell, int(number), int(total))

    def flush(self) -> None:
        """Nothing is held back."""


def _tell_round(tell: Teller, number: int, rounds: int) -> None:
    if _closing.is_set():
        raise Stopped
    tell(number / rounds, f"laying out, round {number} of {rounds}")


METHOD = Umap
