"""What a choice of a lesson can be beside the kinds of all pages; the lessons' controls draw them."""

from dataclasses import dataclass

from dashboard.kit.theme import BLUE

_MOST_CHARACTERS = 400  # of a drawn list, so that no address makes a page huge


@dataclass(frozen=True)
class Steps:
    """A count from 0 to `last`, with buttons that play, step and restart."""

    last: int

    def read(self, text: str) -> int:
        return self.check(int(text))

    def write(self, value: int) -> str:
        return str(value)

    def check(self, value: int) -> int:
        if not (isinstance(value, int) and 0 <= value <= self.last):
            raise ValueError(f"must be a whole number from 0 to {self.last}, not {value}.")
        return value


@dataclass(frozen=True)
class Drawn:
    """`count` whole numbers from 0 to `top`, drawn by hand: bars of a histogram, not all 0, or cells of a square table. The value is text
    with commas, as in the address.

    color : of the bars
    limits: for cells, the keys of the two choices that say how much each row and column may hold; None for bars
    """

    count: int
    top: int
    color: str = BLUE
    limits: tuple[str, str] | None = None

    def read(self, text: str) -> str:
        return self.check(text)

    def write(self, value: str) -> str:
        return value

    def check(self, value: str) -> str:
        numbers = listed(value) if len(value) <= _MOST_CHARACTERS else []
        if len(numbers) != self.count or not all(0 <= number <= self.top for number in numbers) or not (self.limits or any(numbers)):
            raise ValueError(f"must be {self.count} whole numbers from 0 to {self.top} with commas, not “{value[:80]}”.")
        return ",".join(map(str, numbers))


def listed(text: str) -> list[int]:
    """The whole numbers of a drawn value."""
    return [int(number) for number in text.split(",")]
