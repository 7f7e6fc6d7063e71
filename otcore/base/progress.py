"""How far a piece of work is, and whether it is still wanted."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TypeVar

Progress = Callable[[int, int, str], None]
Item = TypeVar("Item")


class Stopped(Exception):
    """The work was asked to end."""


@dataclass(frozen=True)
class Teller:
    """Tells progress in parts of a thousand and ends the work when it is asked to.

    progress: called with (done, total, note)
    stop    : true ends the work at its next step
    begin, end: the share of the whole, in [0, 1], that is told through this teller
    """

    progress: Progress = lambda done, total, note: None
    stop: Callable[[], bool] = lambda: False
    begin: float = 0.0
    end: float = 1.0

    def __call__(self, share: float, note: str) -> None:
        """share: of this teller's part, in [0, 1].

        raises: Stopped
        """
        if self.stop():
            raise Stopped
        self.progress(round(1000 * (self.begin + (self.end - self.begin) * share)), 1000, note)

    def counted(self, where: str, what: str) -> Callable[[int, int], None]:
        """A callback (done, total) that tells "de: 3 of 10 texts encoded"."""
        return lambda done, total: self(done / total, f"{where}: {done} of {total} {what}")

    def part(self, begin: float, end: float) -> "Teller":
        """A teller for a part of this one's part."""
        width = self.end - self.begin
        return Teller(self.progress, self.stop, self.begin + width * begin, self.begin + width * end)

    def each(self, items: Collection[Item]) -> Iterator[tuple[Item, "Teller"]]:
        """Every item with a teller for its share of this one's part, all alike."""
        for number, item in enumerate(items):
            yield item, self.part(number / len(items), (number + 1) / len(items))
