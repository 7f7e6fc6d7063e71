"""Batches of like length, and their work side by side, a thread each."""

from __future__ import annotations

import functools
import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Found = TypeVar("Found")
_making = threading.Lock()


def batches_of(lengths: Sequence[int], most: int) -> list[list[int]]:
    """Indices in batches of like length, at most so many padded tokens each."""
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batches and lengths[index] * (len(batches[-1]) + 1) <= most:
            batches[-1].append(index)
        else:
            batches.append([index])
    return batches


def side_by_side(work: Callable[[Item], Found], items: Iterable[Item]) -> Iterator[Found]:
    """What `work` gives of every item, in order; as many are worked on at once as torch has threads, each on one.

    Threads that share each product wait for each other in every one of them, and where another program has a core they wait for that:
    beside one busy process on one of two cores they took twice as long as this does, and beside a training ten times as long; on quiet
    cores as long (`tests/benchmarks/busy.py`). Few items are begun before what was asked is taken, so that whoever asks for one does not
    wait for all of somebody else's.
    """
    import torch

    threads = torch.get_num_threads()
    if threads == 1:
        yield from map(work, items)
        return
    pool, left = _pool(threads), iter(items)
    begun: deque[Future[Found]] = deque(pool.submit(work, item) for item in itertools.islice(left, threads + 1))
    try:
        while begun:
            found = begun.popleft().result()
            begun.extend(pool.submit(work, item) for item in itertools.islice(left, 1))
            yield found
    finally:
        for future in begun:
            future.cancel()


def _pool(threads: int) -> ThreadPoolExecutor:
    with _making:
        return _made(threads)


@functools.cache
def _made(threads: int) -> ThreadPoolExecutor:
    """Threads in each of which torch has one: that it is told by the thread, and what a new thread has is what was told last."""
    import torch

    pool, all_there = ThreadPoolExecutor(threads, "encoding"), threading.Barrier(threads)

    def alone() -> None:
        torch.get_num_threads()  # a thread takes what was told last when it first asks, and keeps what it is told after that
        torch.set_num_threads(1)
        all_there.wait()

    wait([pool.submit(alone) for _ in range(threads)])
    torch.set_num_threads(threads)
    return pool
