"""The kinds of values that a choice takes: what each reads from text, writes as text, and refuses."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from otcore.base.errors import InputError
from otcore.base.names import is_text, shown

Name = str | float
Options = Mapping[Name, Any] | Iterable[Name]  # value → label or member of a registry, or values that are their own labels
_LONGEST_NAME = 200
_GREATEST = 2**53 - 1  # of whole numbers: browsers, and 64 bits, hold it exactly


class Kind(Protocol):
    """The values that a choice takes: read from text, written as text, checked."""

    def read(self, text: str) -> Any:
        """raises: ValueError   the text is no such value"""

    def write(self, value: Any) -> str:
        """The text that `read` turns into the value."""

    def check(self, value: Any) -> Any:
        """The value itself.

        raises: ValueError   with what it must be, to follow the name of the choice: "must be …"
        """


@dataclass(frozen=True)
class Flag:
    """Yes or no; "1" or "0" in an address."""

    def read(self, text: str) -> bool:
        return {"1": True, "0": False}.get(text) if text in ("0", "1") else _refuse("must be 0 or 1", text)

    def write(self, value: bool) -> str:
        return "1" if value else "0"

    def check(self, value: Any) -> bool:
        return value if isinstance(value, bool) else _refuse("must be true or false", value)


@dataclass(frozen=True)
class Number:
    """A finite number from `low` to `high`.

    whole: integers only
    above, below: `low` or `high` itself is not allowed
    dial : (low, high, step) that a widget offers, where that is less than what is allowed; an address keeps to it too
    stops: the values that a widget offers; an address is taken to the nearest of them, by ratio
    offered: values that a widget offers, where others are welcome too
    """

    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    above: bool = False
    below: bool = False
    dial: tuple[float, float, float] | None = None
    stops: tuple[float, ...] = ()
    offered: tuple[float, ...] = ()

    def read(self, text: str) -> float:
        value = self.check(int(text) if self.whole else float(text))
        if self.stops:
            return min(self.stops, key=lambda stop: abs(math.log(stop / value))) if value > 0 else _refuse("must be above 0", text)
        low, high = self.dial[:2] if self.dial else (self.low, self.high)
        return value if low <= value <= high else _refuse(f"must be from {low:g} to {high:g}", text)

    def write(self, value: float) -> str:
        return str(value)

    def check(self, value: Any) -> float:
        fits = isinstance(value, int | (int if self.whole else float)) and not isinstance(value, bool) and abs(value) != math.inf
        if fits and isinstance(value, int) and abs(value) > _GREATEST:
            return _refuse(f"must be at most {_GREATEST:,}" if value > 0 else f"must be at least −{_GREATEST:,}", value)
        if fits and self.low <= value <= self.high and not (self.above and value == self.low) and not (self.below and value == self.high):
            return value
        return _refuse(f"must be {self.words}", value)

    @property
    def words(self) -> str:
        """ "a whole number from 1 up", "a number above 0 and at most 0.5"."""
        what = "a whole number" if self.whole else "a number"
        low = "" if self.low == -math.inf else f" {'above' if self.above else 'from'} {self.low:g}"
        if self.high == math.inf:
            return what + low + (" up" if low and not self.above else "")
        return f"{what}{low}{' and below' if self.below else ' and at most' if self.above else ' to'} {self.high:g}"


@dataclass(frozen=True)
class OneOf:
    """One of some names or numbers; `options` may be a registry, whose members bring their labels. `style` is how a widget offers
    them."""

    options: Options
    style: str = "list"  # "list", "row" of buttons, "scale"

    @property
    def labels(self) -> Mapping[Name, str]:
        return labels_of(self.options)

    def read(self, text: str) -> Name:
        kind = type(next(iter(self.labels), ""))  # "2" is the 2.0 among numbers
        try:
            return self.check(kind(text))
        except ValueError:
            return self.check(text)

    def write(self, value: Name) -> str:
        return str(value)

    def check(self, value: Any) -> Name:
        if isinstance(value, str | int | float) and value in self.labels:
            return value
        return _refuse(f"must be one of {', '.join(map(str, self.labels))}", value)


@dataclass(frozen=True)
class Several:
    """Different names divided by commas: of the options where there are any, `least` to `most` of them.

    missing: the sentence for people where there are none and must be some
    each   : the name that the text of one in an address stands for; raises ValueError where it is none
    """

    most: int
    options: Options | None = None
    least: int = 1
    missing: str = ""
    each: Callable[[str], str] = str

    @property
    def labels(self) -> Mapping[str, str]:
        return labels_of(self.options or ())

    def read(self, text: str) -> list[str]:
        return self.check(list(dict.fromkeys(self.each(name) for name in text.split(",") if name.strip())))

    def write(self, value: Iterable[str]) -> str:
        return ",".join(value)

    def check(self, value: Any) -> list[str]:
        if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
            _refuse("must be names", value)
        names = list(value)
        if len(set(names)) < len(names):
            _refuse("must name each once", ", ".join(names))
        if self.missing and not names and self.least:
            raise InputError(self.missing)
        if not self.least <= len(names) <= self.most:
            _refuse(f"must be {self.least} to {self.most} names", value)
        if self.options is not None and (unknown := [name for name in names if name not in self.labels]):
            _refuse(f"must be among {', '.join(map(str, self.labels))}", unknown[0])
        return names if all(len(name) <= _LONGEST_NAME and is_text(name) for name in names) else _refuse("must be short names", value)


@dataclass(frozen=True)
class Text:
    """Text of at most so many characters; `pattern`, where there is one, matches the whole of it."""

    most: int
    filled: bool = False  # whether it must hold more than blanks
    pattern: str = ""
    lines: int = 1  # of the widget

    def read(self, text: str) -> str:
        return self.check(text)

    def write(self, value: str) -> str:
        return value

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or len(value) > self.most or not is_text(value):
            _refuse(f"must be a text of at most {self.most} characters", value)
        if (self.filled and not value.strip()) or (self.pattern and not re.fullmatch(self.pattern, value)):
            _refuse("must be filled in" if self.filled else f"must look like {self.pattern}", value)
        return value


@dataclass(frozen=True)
class Maybe:
    """A kind, or None, which leaves the choice to whatever reads it; nothing is written for it.

    blank: what stands for None in a widget, where it is called `label`
    """

    kind: Kind
    blank: Any = None
    label: str = ""

    def read(self, text: str) -> Any:
        return self.kind.read(text) if text else None

    def write(self, value: Any) -> str:
        return "" if value is None else self.kind.write(value)

    def check(self, value: Any) -> Any:
        return None if value is None else self.kind.check(value)


def labels_of(options: Options) -> Mapping[Name, str]:
    """Value → label."""
    if isinstance(options, Mapping):
        return {name: one if isinstance(one, str) else one.label for name, one in options.items()}
    return {name: f"{name:g}" if isinstance(name, float) else str(name) for name in options}


def _refuse(must: str, value: Any) -> Any:
    raise ValueError(f"{must}, not “{shown(value, 80)}”." if isinstance(value, str) else f"{must}, not {_short(value)}.")


def _short(value: Any) -> str:
    """Python writes out no whole number of more than 4,300 digits."""
    if isinstance(value, int) and abs(value) > 10**20:
        return f"a number of about {int(abs(value).bit_length() * math.log10(2)) + 1:,} digits"
    return shown(value, 80)
