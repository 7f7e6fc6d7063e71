"""Many problems by a solver of POT's that takes one at a time and lets other threads run meanwhile."""

import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from otcore.transport.problem import Plan, Problem

_CHUNK = 16  # problems that a thread takes at a time


def on_threads(solved: Callable[[Problem], Plan], problems: Sequence[Problem]) -> list[np.ndarray]:
    """The plans (n, m) of all problems, in order, on the threads that are free; POT's warnings are kept silent."""
    from otcore.transport.compiled.solving import share

    plans: list[np.ndarray] = [np.empty(0)] * len(problems)

    def run(first: int, last: int) -> None:
        for k in range(first, last):
            plans[k] = solved(problems[k]).plan

    with quietly():  # once for all: threads that each do so would undo each other's
        share(run, deque((first, min(first + _CHUNK, len(problems))) for first in range(0, len(problems), _CHUNK)))
    return plans


@contextmanager
def quietly() -> Iterator[None]:
    """What POT would warn of is read from its log."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
