"""Blocks mapped over the workers of a Ray cluster, and what they come to in the order of the blocks.

Ray gives the block of a worker that died to the one it starts in its place. What is asked here beside that is that no more blocks are
read ahead than the workers can chew, and that results are yielded in order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from types import ModuleType
from typing import Any, TypeVar

from otcore.base.errors import InputError
from otcore.cluster.joining import Cluster

_AHEAD = 3  # blocks a worker that may be read before the first of them is yielded
_DEATHS = 3  # of workers at one block, after which it is not tried again

Block = TypeVar("Block")
Result = TypeVar("Result")
Begin = Callable[[], Callable[[Block], Result]]
Told = Callable[[Collection[Result]], object]


def mapped(cluster: Cluster, begin: Begin, blocks: Iterable[Block], tell: Told = len, *, ahead: int = _AHEAD) -> Iterator[Result]:
    """What every block comes to, in order.

    begin : called once by every worker, where it runs, for what is done there with each of its blocks
    tell  : called with the results that are there and not yet yielded, whenever one comes
    ahead : blocks a worker that may be read before the first of them is yielded
    raises: InputError   as `Cluster.joined`, as what is done with a block, or workers that die again and again
    """
    with cluster.joined() as (ray, count):
        yield from _results(ray, begin, iter(blocks), tell, count, ahead)


def _results(ray: ModuleType, begin: Begin, blocks: Iterator, tell: Told, count: int, ahead: int) -> Iterator:
    started = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=_DEATHS - 1)(_Worker).remote
    held = ray.put(begin)  # as long as there are workers: Ray lets go of a large argument once one has begun, and its successor lacks it
    idle: list[Any] = []
    running: dict[Any, tuple[int, Any]] = {}  # what is waited for → the block's number and who has it
    found: dict[int, Any] = {}
    read = written = 0
    more = True
    while True:
        while more and len(running) < count and read - written < ahead * count:
            block = next(blocks, None)
            more = block is not None
            if more:
                worker = idle.pop() if idle else started(held)
                running[worker.result.remote(block)] = (read, worker)
                read += 1
        if written in found:
            yield found.pop(written)
            written += 1
        elif running:
            (done,), _ = ray.wait(list(running), num_returns=1)
            number, worker = running.pop(done)
            found[number] = _got(ray, done)
            idle.append(worker)
            tell(found.values())
        else:
            return


def _got(ray: ModuleType, done: Any) -> Any:
    try:
        return ray.get(done)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, InputError):
            raise InputError(str(error.cause)) from error
        raise
    except ray.exceptions.RayError as error:
        told = str(error).strip().partition("\n")[0][:200]
        raise InputError(f"Workers of the cluster ended {_DEATHS} times at the same work ({told}); memory may be short there.") from error


class _Worker:
    """On a node: blocks to their results."""

    def __init__(self, begin: Begin) -> None:
        import torch

        torch.set_num_threads(1)  # the core that it asked for
        self._begin, self._do = begin, None

    def result(self, block: Any) -> Any:
        if self._do is None:  # not at the start, where what is wrong would count as a death
            self._do = self._begin()
        return self._do(block)
