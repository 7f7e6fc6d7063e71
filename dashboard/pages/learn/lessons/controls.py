"""The controls a lesson can have: each a name, a default, and a check of its text in an address (raises ValueError)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

# A control that is there only while another has one of these values: its name and the values.
Shown = tuple[str, tuple[object, ...]] | None

_MOST_NUMBERS = 100  # in a drawn list, so that no address makes a page huge


@dataclass(frozen=True)
class Slider:
    """A number from low to high; whole where `step` is an int."""

    name: str
    label: str
    low: float
    high: float
    step: float
    default: float
    help: str = ""
    when: Shown = None

    def parse(self, text: str) -> float:
        value = int(text) if isinstance(self.step, int) else float(text)
        if not (math.isfinite(value) and self.low <= value <= self.high):
            raise ValueError(text)
        return value


@dataclass(frozen=True)
class Steps:
    """A count from 0 to `last`, with buttons that play, step and restart."""

    name: str
    label: str
    last: int
    default: int = 0
    stride: int = 1
    help: str = ""
    when: Shown = None

    def parse(self, text: str) -> int:
        value = int(text)
        if not 0 <= value <= self.last:
            raise ValueError(text)
        return value


@dataclass(frozen=True)
class Choice:
    """One of a few values, each with its label; `row` draws them as buttons, else as a list to open. The values are all of the
    kind of the first: text, or numbers on a scale (`scale`), drawn as a slider that snaps."""

    name: str
    label: str
    options: Mapping[str | float, str]
    default: str | float
    scale: bool = False
    row: bool = True
    help: str = ""
    when: Shown = None

    def parse(self, text: str) -> str | float:
        value = type(next(iter(self.options)))(text)
        if value not in self.options:
            raise ValueError(text)
        return value


@dataclass(frozen=True)
class Flag:
    """On or off."""

    name: str
    label: str
    default: bool = False
    help: str = ""
    when: Shown = None

    def parse(self, text: str) -> bool:
        if text not in ("0", "1"):
            raise ValueError(text)
        return text == "1"


@dataclass(frozen=True)
class Numbers:
    """A list of whole numbers from 0 to `top`, drawn by hand: as the bars of a histogram ("bars") or as the cells of a square
    table ("cells"). Its value is text with commas, as in the address.

    limits: for cells, names of the two Numbers that say how much each row and column may hold
    """

    name: str
    label: str
    default: str
    top: int
    shape: str = "bars"
    limits: tuple[str, str] = ("", "")
    help: str = ""
    when: Shown = None
    count: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", len(self.default.split(",")))

    def parse(self, text: str) -> str:
        if len(text) > 4 * _MOST_NUMBERS:
            raise ValueError(text)
        numbers = [int(number) for number in text.split(",")]
        if len(numbers) != self.count or not all(0 <= number <= self.top for number in numbers):
            raise ValueError(text)
        if self.shape == "bars" and not any(numbers):
            raise ValueError(text)
        return ",".join(map(str, numbers))


def is_shown(control: "Control", values: Mapping[str, object]) -> bool:
    """Whether a control has a place on the page while the values are these."""
    return control.when is None or values[control.when[0]] in control.when[1]


Control = Slider | Steps | Choice | Flag | Numbers


def listed(text: object) -> list[int]:
    """The whole numbers of a drawn value."""
    return [int(number) for number in str(text).split(",")]
