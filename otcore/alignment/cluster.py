"""A corpus aligned by a Ray cluster: blocks go to actors that each hold an encoder, and their lines come back in order.

Ray gives the block of an actor that died to the one it starts in its place. What is asked here beside that is that no more blocks are
read ahead than the actors can chew, and that lines are yielded in the order of the blocks.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otcore.base.errors import InputError

if TYPE_CHECKING:
    from otcore.alignment.workers import Blocks, Work

HERE = "here"  # for an address: a cluster of this machine alone, which ends with the work
REQUIREMENTS = "otcore/alignment/requirements.txt"
_AHEAD = 3  # blocks an actor that may be read before the first of them is written
_DEATHS = 3  # of actors at one block, after which it is not tried again
_ROOT = Path(__file__).resolve().parents[2]  # where every node has to have the project


def align_on_cluster(
    work: Work, blocks: Blocks, address: str, actors: int | None, tell: Callable[[int], None]
) -> Iterator[tuple[list[str], Any]]:
    """The lines and the unread of every block, in order, as `otcore.alignment.workers.align_blocks`.

    address: of the cluster (`auto`, `ray://head:10001`), or `HERE`
    actors : how many, each with one core; None for one a core of the cluster
    tell   : called with the pairs done of those that are not yet yielded
    raises : InputError   Ray is not installed, no cluster answers, as align_pair, or actors that die again and again
    """
    ray = _ray()
    _join(ray, address, actors)
    try:
        yield from _results(ray, work, blocks, actors or max(1, int(ray.cluster_resources().get("CPU", 1))), tell)
    finally:
        ray.shutdown()


def _ray():
    try:
        import ray
    except ImportError as error:
        raise InputError(f"Ray is not installed; install it with: pip install -r {REQUIREMENTS}") from error
    return ray


def _join(ray, address: str, actors: int | None) -> None:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # what `python -m otcore` found by its working folder
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    given = {"logging_level": "error", "log_to_driver": False, "runtime_env": {"env_vars": {"PYTHONPATH": path}}}
    where = {"num_cpus": actors, "include_dashboard": False} if address == HERE else {"address": address}
    try:
        ray.init(**given, **where)
    except (ConnectionError, RuntimeError, ValueError) as error:
        told = str(error).strip().partition("\n")[0][:200]
        raise InputError(f"No Ray cluster can be joined ({told}); start one with `ray start --head`, or leave its address out.") from error


def _results(ray, work: Work, blocks: Blocks, count: int, tell: Callable[[int], None]) -> Iterator[tuple[list[str], Any]]:
    actor = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=_DEATHS - 1)(_Aligner)
    idle = deque(actor.remote(work) for _ in range(count))
    running: dict[Any, tuple[int, Any]] = {}  # what is waited for → the block's number and who has it
    found: dict[int, tuple[list[str], Any]] = {}
    read = written = 0
    more = True
    while True:
        while more and idle and read - written < _AHEAD * count:
            pairs = next(blocks, None)
            more = pairs is not None
            if more:
                taker = idle.popleft()
                running[taker.lines.remote(list(pairs))] = (read, taker)
                read += 1
        if written in found:
            yield found.pop(written)
            written += 1
        elif running:
            (done,), _ = ray.wait(list(running), num_returns=1)
            number, taker = running.pop(done)
            found[number] = _got(ray, done)
            idle.append(taker)
            tell(sum(len(lines) for lines, _ in found.values()))
        else:
            return


def _got(ray, done) -> tuple[list[str], Any]:
    try:
        return ray.get(done)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, InputError):
            raise InputError(str(error.cause)) from error
        raise
    except ray.exceptions.RayError as error:
        told = str(error).strip().partition("\n")[0][:200]
        raise InputError(f"Workers of the cluster ended {_DEATHS} times at the same work ({told}); memory may be short there.") from error


class _Aligner:
    """On a node: an encoder, and blocks to their lines."""

    def __init__(self, work: Work) -> None:
        import torch

        torch.set_num_threads(1)  # the core that it asked for
        self._work, self._encoder = work, None

    def lines(self, pairs: list) -> tuple[list[str], Any]:
        if self._encoder is None:  # not at the start, where what is wrong would count as a death
            self._encoder = self._work.loaded()
        return self._work.lines(self._encoder, pairs, _nobody)


def _nobody(_: int) -> None:
    """Who is told how far a block is: its lines come back in one."""
