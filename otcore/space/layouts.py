"""UMAP layouts of one state of a set of points, or of several in one coordinate system, by umap-learn's own routines.

The graph, its spectral start and the optimisation's inner loops are umap-learn's: `umap.UMAP`'s for one state, `umap.AlignedUMAP`'s
for several. They are driven from here, because the two classes hold the interpreter for a whole fit, tell nothing meanwhile and
cannot be stopped; and because `umap.AlignedUMAP` compiles its loop anew for every fit, lays out each state once more only to drop
that, and optimises with the curve of a minimum distance of 0.1 whatever was asked for. Tests hold both against the classes.

numba's threads do not bear two fits at once (the process is aborted), so that one lock is around all of it.

sources: McInnes, Healy & Melville 2018; Islam & Fleischer 2022 (aligned layouts); umap-learn 0.5.12
"""

import atexit
import contextlib
import functools
import threading
import warnings
from collections.abc import Iterator, Sequence

import numpy as np

from otcore.base.progress import Stopped, Teller

WINDOW = 3  # states on either side to which a state is tied (umap.AlignedUMAP's default)
_PATIENCE = 3  # seconds that the end of the process waits for it
PULL = 0.01  # strength of the ties: its alignment_regularisation
_SEEDS = np.iinfo(np.int32).min + 1, np.iinfo(np.int32).max - 1
_lock = threading.Lock()
_closing = threading.Event()


def layout(
    states: Sequence[np.ndarray], found: Sequence[tuple[np.ndarray, np.ndarray]], dimensions: int, min_dist: float, seed: int, tell: Teller
) -> list[np.ndarray]:
    """(n, dimensions) float32 for each state.

    states: (n, d) vectors, of which only the start of separate islands depends; d may differ
    found : neighbours (n, k) and distances (n, k) of each state, the point itself first
    raises: Stopped   `tell` was asked to end, also while it waits for another fit
    """
    with _numba(tell):
        graphs = [_graph(*pair, x) for x, pair in zip(states, found, strict=True)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a spectral start that fails falls back to a random one
            if len(states) == 1:
                return [_single(states[0], graphs[0], dimensions, min_dist, seed, tell)]
            return _aligned(states, graphs, dimensions, min_dist, seed, tell)


def warm_up(tell: Teller | None = None) -> None:
    """Compiles what both kinds of layout need; the first real fit is then quick."""
    tell, k = tell or Teller(), 6
    x = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    gaps = np.linalg.norm(x[:, None] - x[None], axis=2)
    indices = np.argsort(gaps, axis=1)[:, :k]
    found = indices, np.take_along_axis(gaps, indices, axis=1)
    layout([x], [found], 2, 0.1, 0, tell.part(0, 0.5))
    layout([x, x], [found, found], 2, 0.1, 0, tell.part(0.5, 1))


@contextlib.contextmanager
def _numba(tell: Teller) -> Iterator[None]:
    """Holds the one lock; who waits for it can still be stopped."""
    while not _lock.acquire(timeout=0.1):
        tell(0.0, "waiting for another fit")
    if _closing.is_set():
        _lock.release()
        raise Stopped
    try:
        yield
    finally:
        _lock.release()


@atexit.register
def _close() -> None:
    """A process must not end in the middle of compiled code: the fit at work is asked to stop and waited for."""
    _closing.set()
    if _lock.acquire(timeout=_PATIENCE):
        _lock.release()


def _graph(indices: np.ndarray, distances: np.ndarray, x: np.ndarray):
    """The fuzzy graph of a state, (n, n) sparse."""
    from umap.umap_ import fuzzy_simplicial_set

    random = np.random.RandomState(0)  # asked for, and not used where the neighbours are given
    return fuzzy_simplicial_set(x, indices.shape[1], random, "precomputed", {}, indices, distances)[0]


def _single(x: np.ndarray, graph, dimensions: int, min_dist: float, seed: int, tell: Teller) -> np.ndarray:
    """As `umap.UMAP` with `random_state=seed`."""
    from umap.spectral import spectral_layout
    from umap.umap_ import make_epochs_per_sample, noisy_scale_coords

    random = np.random.RandomState(seed)
    epochs = 500 if graph.shape[0] <= 10_000 else 200
    edges = graph.tocoo()
    edges.sum_duplicates()
    edges.data[edges.data < edges.data.max() / epochs] = 0.0
    edges.eliminate_zeros()
    start = noisy_scale_coords(spectral_layout(x, edges, dimensions, random, metric="euclidean"), random, max_coord=10, noise=0.0001)
    every = make_epochs_per_sample(edges.data, epochs)
    state = random.randint(*_SEEDS, 3).astype(np.int64)
    width = np.maximum(np.ptp(start, axis=0), 1e-12)
    places = (10.0 * (start - start.min(0)) / width).astype(np.float32, order="C")
    _descend(places, edges.row, edges.col, every, state, epochs, min_dist, tell)
    return places


def _descend(places, heads, tails, every, state, epochs: int, min_dist: float, tell: Teller) -> None:
    """Stochastic gradient steps over the edges, in place."""
    a, b = _curve(min_dist)
    step, none = _single_step(), np.zeros(1, np.float32)
    states = np.full((len(places), len(state)), state, dtype=np.int64) + places[:, 0].astype(np.float64).view(np.int64).reshape(-1, 1)
    between = every / 5.0  # five points are pushed away for each edge that pulls
    next_push, next_pull = between.copy(), every.copy()
    rate = 1.0
    for epoch in range(epochs):
        step(
            places, places, heads, tails, len(places), every, a, b, states, 1.0, places.shape[1], True, rate, between, next_push, next_pull,
            epoch, False, none, none, 0, 0, 0, 0, none, none, 0,
        )  # fmt: skip
        rate = 1.0 - epoch / epochs
        _tell_epoch(tell, epoch, epochs)


def _aligned(states, graphs, dimensions: int, min_dist: float, seed: int, tell: Teller) -> list[np.ndarray]:
    """As `umap.AlignedUMAP` with `transform_seed=seed` and every point tied to itself in the states before and after."""
    import numba
    from umap.aligned_umap import build_neighborhood_similarities, procrustes_align
    from umap.spectral import spectral_layout
    from umap.umap_ import make_epochs_per_sample

    epochs, n, random = 200, len(states[0]), np.random.RandomState(seed)
    typed = lambda rows: numba.typed.List([np.ascontiguousarray(row, dtype=np.int32) for row in rows])  # noqa: E731
    ties = _ties(len(states), n)
    weights = build_neighborhood_similarities(typed([graph.indptr for graph in graphs]), typed([graph.indices for graph in graphs]), ties)
    itself = np.vstack([np.arange(n), np.arange(n)])
    places: list[np.ndarray] = []
    for x, graph in zip(states, graphs, strict=True):
        start = spectral_layout(x, graph, dimensions, random)
        start = (start * (10.0 / max(np.abs(start).max(), 1e-12))).astype(np.float32, order="C")
        places.append(procrustes_align(places[-1], start, itself) if places else start)
        tell(0.0, "first places")
    seeds = random.randint(*_SEEDS, 3).astype(np.int64)
    edges = [graph.tocoo() for graph in graphs]
    every = _padded([make_epochs_per_sample(edge.data, epochs) for edge in edges], np.inf, np.float64)
    moving = np.stack(places)
    ends = [_padded(rows, 0, np.int32) for rows in ([edge.row for edge in edges], [edge.col for edge in edges])]
    _descend_together(moving, ends, every, (weights, ties), seeds, epochs, min_dist, tell)
    return list(moving)


def _padded(rows: Sequence[np.ndarray], filling: float, kind: type) -> np.ndarray:
    """Rows of unequal length as one array, which compiled code reads some times faster than umap-learn's list of arrays."""
    table = np.full((len(rows), max(map(len, rows))), filling, kind)
    for row, values in zip(table, rows, strict=True):
        row[: len(values)] = values
    return table


def _descend_together(moving, ends, every, tied, seeds, epochs: int, min_dist: float, tell: Teller) -> None:
    """The same steps in all states at once, each pulled towards itself in its neighbours, in place; an edge that only pads is never
    due."""
    a, b = _curve(min_dist)
    step = _aligned_step()
    between, next_pull = (every / 5.0).astype(np.float32), every.astype(np.float32)
    next_push, rate = between.copy(), 1.0
    for epoch in range(epochs):
        step(
            moving, moving, *ends, every, a, b, *tied, seeds, 1.0, PULL, moving.shape[2], True, rate, between, next_push, next_pull, epoch,
        )  # fmt: skip
        rate = 1.0 - epoch / epochs
        _tell_epoch(tell, epoch, epochs)


def _ties(count: int, n: int) -> np.ndarray:
    """(count, 2 WINDOW + 1, n) the same point in the states around, −1 where there is no such state and for the state itself."""
    ties = np.full((count, 2 * WINDOW + 1, n), -1, np.int32)
    for one in range(count):
        for offset in range(-WINDOW, WINDOW + 1):
            if offset and 0 <= one + offset < count:
                ties[one, WINDOW + offset] = np.arange(n)
    return ties


def _tell_epoch(tell: Teller, epoch: int, epochs: int) -> None:
    if _closing.is_set():
        raise Stopped
    tell((epoch + 1) / epochs, f"laying out, round {epoch + 1} of {epochs}")


@functools.cache
def _curve(min_dist: float) -> tuple[float, float]:
    """The two parameters of the curve by which distances on the picture count."""
    from umap.umap_ import find_ab_params

    a, b = find_ab_params(1.0, min_dist)
    return float(a), float(b)


@functools.cache
def _single_step():
    from umap import layouts

    return _compiled(layouts._optimize_layout_euclidean_single_epoch)


@functools.cache
def _aligned_step():
    from umap import layouts

    return _compiled(layouts._optimize_layout_aligned_euclidean_single_epoch)


def _compiled(function):
    """For one thread, without the interpreter's lock, so that pages answer meanwhile; kept on disk for the next process where some
    folder for it can be written."""
    import numba

    options = {"fastmath": True, "nogil": True}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # numba found no such folder
        return numba.njit(**options)(function)
