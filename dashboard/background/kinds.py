"""Kinds of background work, by how long it takes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of work.

    plural: its name in sentences
    most  : jobs at work and waiting, of all visitors
    each  : of one visitor
    nice  : by how much it gives way to the server's pages, as the system counts it, in [0, 19]
    stays : whether it goes on when those who asked for it are gone
    """

    plural: str
    most: int
    each: int = 3
    nice: int = 0
    stays: bool = False


QUICK = Kind("computations", 40, nice=5)  # seconds, and somebody looks at the place where the result will stand
MEDIUM = Kind("longer computations", 20, each=2, nice=8)  # up to a minute, likewise
HEAVY = Kind("trainings", 12, nice=11, stays=True)  # minutes, asked for with a button
RUN = Kind("runs", 12, nice=14, stays=True)  # hours, in processes of their own
DOWNLOAD = Kind("downloads", 12, stays=True)  # wait for the net, not for the processor
