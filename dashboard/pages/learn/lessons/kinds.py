"""What a choice of a lesson can be beside the kinds of all pages; the lessons' controls draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.kit.theme import BLUE

if TYPE_CHECKING:
    import numpy as np

_ABREAST = 4  # terms of a sum that a column of the page has room for
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


def table(values: np.ndarray, form: str = "g") -> str:
    """LaTeX of an (n, m) table of numbers in brackets."""
    return r"\begin{pmatrix}" + r"\\".join("&".join(format(value, form) for value in row) for row in values) + r"\end{pmatrix}"


def gathered(*rows: str) -> str:
    """LaTeX of formulas one below the other."""
    return r"\begin{gathered}" + r"\\ ".join(rows) + r"\end{gathered}"


def added(terms: Sequence[str]) -> list[str]:
    """LaTeX of a sum, a row for every few of its terms."""
    return ["+" * (start > 0) + "+".join(terms[start : start + _ABREAST]) for start in range(0, len(terms), _ABREAST)]


def listed(text: str) -> list[int]:
    """The whole numbers of a drawn value."""
    return [int(number) for number in text.split(",")]
