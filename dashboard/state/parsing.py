"""A choice of a person and how its text in a URL becomes a value; every parser raises ValueError or KeyError where it cannot."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from dashboard.state.system import System
from otcore.base.choices import Choice, declared
from otcore.transport.solver import EPSILONS

LAYER_DEFAULT = -1


@dataclass(frozen=True)
class _Legacy:
    read: Callable[[str], object]

    def write(self, value: object) -> str:
        if isinstance(value, bool):
            return "1" if value else "0"
        return ",".join(value) if isinstance(value, list) else str(value)


def choices_of(fields: dict) -> dict[str, Choice]:
    """Fields of pages that are not declared as choices yet."""
    return {key: one if isinstance(one, Choice) else Choice(one.default, _Legacy(one.parse)) for key, one in fields.items()}


def system_fields(suffix: str, **changes) -> dict[str, Choice]:
    """The choices of one system."""
    return (
        {one.key or name + suffix: replace(one, default=changes.get(name, one.default)) for name, one in declared(System).items()}
        if not suffix
        else {name + suffix: replace(one, default=changes.get(name, one.default)) for name, one in declared(System).items()}
    )


@dataclass(frozen=True)
class Field:
    """One choice: its default, and how its text in a URL becomes a value (raises ValueError where it cannot)."""

    default: object
    parse: Callable[[str], object]


def one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return parse


def number(low: float, high: float, kind: type = float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = kind(text)
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(text)
        return value

    return parse


def at_most(limit: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if len(text) > limit:
            raise ValueError("too long")
        return text

    return parse


def place(text: str) -> str:
    if not re.fullmatch(r"[0-9]{0,5}-[0-9]{0,5}", text):
        raise ValueError(text)
    return text


def nonempty(text: str) -> str:
    if not text.strip() or len(text) > 200:
        raise ValueError(text)
    return text


def or_default(parse: Callable[[str], object]) -> Callable[[str], object]:
    """None, which leaves the choice to the engine, where the text is empty."""
    return lambda text: parse(text) if text else None


def flag(text: str) -> bool:
    return {"1": True, "0": False}[text]


def nearest_epsilon(text: str) -> float:
    value = number(1e-6, 1e6)(text)
    return min(EPSILONS, key=lambda epsilon: abs(math.log(epsilon / value)))


def tags(text: str) -> list[str]:
    return [tag for tag in at_most(500)(text).split(",") if tag]


def list_of(most: int, *choices: str) -> Callable[[str], list[str]]:
    """Different names divided by commas, at least one; of the choices, where there are any."""

    def parse(text: str) -> list[str]:
        names = list(dict.fromkeys(nonempty(name) for name in text.split(",")))
        if len(names) > most or (choices and not set(names) <= set(choices)):
            raise ValueError(text)
        return names

    return parse
