"""Problems shared out to threads. The kernel holds no lock of Python's, and its threads are plain ones of a small pool: whoever asks
works too, takes what the pool has not taken, and so never waits for others who ask at the same time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache

import numpy as np

from otcore.transport.compiled.code import ready

_LANES = 64  # bytes, as in `lanes`
_CELLS = 64_000  # of the problems that are handed out at a time: about a third of a millisecond


@dataclass(frozen=True)
class Flat:
    """P problems one after another, each n × m, in float32 or float64.

    cost   : every problem's costs, row by row
    a, b   : every problem's masses; each side of a problem sums to 1; words without mass, padding too, are left out, whatever they cost
    sizes  : (P, 2) n and m
    epsilon: (P,) absolute
    alike  : (P,) bool, whether it is a cloud onto itself: the cost symmetric and both masses the same
    """

    cost: np.ndarray
    a: np.ndarray
    b: np.ndarray
    sizes: np.ndarray
    epsilon: np.ndarray
    alike: np.ndarray


@dataclass(frozen=True)
class Solved:
    """plan, f, g laid out as cost, a, b; `found` (P, 4): value, transport cost, marginal error and iterations of each problem."""

    plan: np.ndarray
    f: np.ndarray
    g: np.ndarray
    found: np.ndarray


def solve(problems: Flat, tolerance: float, most: int) -> Solved | None:
    """Every problem until its L1 marginal error is at most the tolerance, in `most` sweeps; None where there is no kernel (yet)."""
    kernel = ready()
    if kernel is None:
        return None
    function, (n, m) = kernel[problems.cost.dtype.name], problems.sizes.T
    where = np.stack([_starts(n * m), n, m, _starts(n), _starts(m), problems.alike], 1).astype(np.int64)
    solved = Solved(*(np.empty_like(part) for part in (problems.cost, problems.a, problems.b)), np.empty((len(n), 4)))
    given = [problems.cost, problems.a, problems.b, where, np.ascontiguousarray(problems.epsilon, dtype=np.float64)]
    inputs = [part.ctypes.data for part in given]
    outputs = [part.ctypes.data for part in (solved.plan, solved.f, solved.g, solved.found)]

    def run(first: int, last: int) -> None:
        height, width = (int(side[first:last].max()) for side in (n, m))
        space, start = _room(height, width, problems.cost.dtype)
        places = np.empty(height + width, np.int64)
        function(*inputs, tolerance, most, *outputs, first, last, space.ctypes.data, start, places.ctypes.data)

    if len(n):
        share(run, _chunks(n * m))
    return solved


def _starts(counts: np.ndarray) -> np.ndarray:
    return np.cumsum(counts) - counts


def _room(n: int, m: int, dtype: np.dtype) -> tuple[np.ndarray, int]:
    """Memory for four matrices and four vectors a side in whole lanes, and where whole cache lines begin in it."""
    lanes = _LANES // dtype.itemsize
    height, width = -(-n // lanes) * lanes, -(-m // lanes) * lanes
    space = np.empty(4 * height * width + 4 * (height + width) + lanes, dtype)
    return space, (-space.ctypes.data % _LANES) // dtype.itemsize


def _chunks(cells: np.ndarray) -> deque[tuple[int, int]]:
    """(first, last) of runs of problems that are about as much work as each other."""
    cuts = np.flatnonzero(np.diff(np.cumsum(cells) // _CELLS)) + 1
    return deque(zip([0, *cuts.tolist()], [*cuts.tolist(), len(cells)], strict=True))


def share(run: Callable[[int, int], None], chunks: deque[tuple[int, int]]) -> None:
    """Runs all chunks (first, last), on this thread and on as many of the pool as are free: what runs must not hold Python's lock."""

    def work() -> None:
        while True:
            try:
                chunk = chunks.popleft()
            except IndexError:
                return
            run(*chunk)

    helpers = min(_threads(), len(chunks)) - 1
    waiting = [_pool(os.getpid()).submit(work) for _ in range(helpers)] if helpers > 0 else []
    try:
        work()
    finally:
        wait([one for one in waiting if not one.cancel()])
    for one in waiting:
        if not one.cancelled():
            one.result()


def _threads() -> int:
    """As many as torch may take, which is what whoever started this process allows it."""
    import torch

    return max(1, torch.get_num_threads())


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """One for each process: threads do not live on in a fork."""
    return ThreadPoolExecutor(max(1, _threads() - 1), thread_name_prefix="transport")
