"""One declaration for each choice: what it is called, which values it takes, and what people read about it.

A settings dataclass declares its fields with `choice(default, kind, label, help)`. The command line's arguments
(`otcore.commands._options`), the keys of a page's address and its widgets (`dashboard.state`, `dashboard.kit.widgets`) and the check of
the settings themselves derive from that declaration, so that adding a choice is adding a field.

A field may hold a member of a registry with settings of its own (`variant`), or another settings dataclass (`nested`). `declared` lists
the choices of such a dataclass flat, by name; `build` makes the dataclass from flat values.
"""

import dataclasses
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from otcore.base.errors import InputError

Values = Mapping[str, Any]
Options = Mapping[str | float, str] | Iterable[str | float]  # value → label, or values that are their own labels


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
        fits = isinstance(value, int | (int if self.whole else float)) and not isinstance(value, bool) and math.isfinite(value)
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
    """One of some names, or of some numbers; `options` may be a registry, whose members bring their labels. `style` is how a widget
    offers them."""

    options: Options
    style: str = "list"  # "list", "row" of buttons, "scale"

    @property
    def labels(self) -> Mapping[str, str]:
        return labels_of(self.options)

    def read(self, text: str) -> str | float:
        kind = type(next(iter(self.labels), ""))  # "2" is the 2.0 among numbers
        try:
            return self.check(kind(text))
        except ValueError:
            return self.check(text)

    def write(self, value: str | float) -> str:
        return str(value)

    def check(self, value: Any) -> str | float:
        return value if value in self.labels else _refuse(f"must be one of {', '.join(map(str, self.labels))}", value)


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
        names = list(value)
        if len(set(names)) < len(names):
            _refuse("must name each once", ", ".join(names))
        if self.missing and not names and self.least:
            raise InputError(self.missing)
        if not self.least <= len(names) <= self.most:
            _refuse(f"must be {self.least} to {self.most} names", value)
        if self.options is not None and (unknown := [name for name in names if name not in self.labels]):
            _refuse(f"must be among {', '.join(map(str, self.labels))}", unknown[0])
        return names if all(len(name) <= _LONGEST_NAME for name in names) else _refuse("must be short names", value)


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
        if not isinstance(value, str) or len(value) > self.most:
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


@dataclass(frozen=True)
class Choice:
    """A declared choice.

    default: its value where nothing was chosen
    kind   : the values that it takes
    label, help: what people read beside it
    key    : its name in an address, where that is not the field's
    flag   : its option on the command line, where that is not the field's name; None keeps it off the command line
    place  : the part of its page in which it is drawn; "" where nothing draws it by itself
    when   : whether it applies, by the values of its dataclass by name; None for always
    own    : what None stands for, by the same values; None where that is no value
    around : what nested settings put before and after the names of their choices
    """

    default: Any
    kind: Kind
    label: str = ""
    help: str = ""
    key: str = ""
    flag: str | None = ""
    place: str = ""
    when: Callable[[Values], bool] | None = None
    own: Callable[[Values], Any] | None = None
    around: tuple[str, str] = ("", "")

    def sibling(self, name: str) -> str:
        """The flat name of another choice of the same settings."""
        return self.around[0] + name + self.around[1]

    def applies(self, values: Values) -> bool:
        return self.when is None or self.when(values)


def choice(default: Any, kind: Kind, label: str = "", help: str = "", **more: Any) -> Any:
    """A dataclass field that is a choice; `more` are the other fields of Choice."""
    made = Choice(default, kind, label, help, **more)
    if isinstance(default, list):
        return field(default_factory=lambda: list(default), metadata={_CHOICE: made})
    return field(default=default, metadata={_CHOICE: made})


def variant(default: Any, registry: Mapping[str, type], label: str = "", help: str = "", *, style: str = "list", **more: Any) -> Any:
    """A dataclass field that holds a member of a registry: a choice of the member, and the settings of all members."""
    made = Choice(default.name, OneOf(registry, style), label, help, **more)
    return field(default=default, metadata={_VARIANT: (made, registry, default)})


def nested(kind: type, prefix: str = "", suffix: str = "", *, placed: bool = False, **defaults: Any) -> Any:
    """A dataclass field that holds other settings; their choices get a prefix and a suffix, and other defaults by name.

    placed: only what has a place on pages can be chosen; the rest is left to the settings
    """
    return field(default_factory=kind, metadata={_NESTED: (kind, prefix, suffix, placed, defaults)})


def like(settings: type, name: str, **changes: Any) -> Any:
    """A dataclass field that is a choice as other settings declare it, but for these fields of Choice."""
    return choice(**vars(declared(settings)[name]) | changes)


def declared(settings: type) -> dict[str, Choice]:
    """Name → choice of a settings dataclass, flat: those of its fields, of nested settings, and of every member of a variant, which
    apply while that member is chosen."""
    found: dict[str, Choice] = {}
    for entry in dataclasses.fields(settings):
        if _CHOICE in entry.metadata:
            found[entry.name] = entry.metadata[_CHOICE]
        elif _VARIANT in entry.metadata:
            found |= _of_variant(entry.name, *entry.metadata[_VARIANT])
        elif _NESTED in entry.metadata:
            kind, prefix, suffix, placed, defaults = entry.metadata[_NESTED]
            for name, one in declared(kind).items():
                if one.place or not placed:
                    found[prefix + name + suffix] = _renamed(one, name, prefix, suffix, defaults)
    return found


def build(settings: type, values: Values) -> Any:
    """The settings dataclass from flat values by name; what is not among them is the default. A field that is no choice takes its value as
    it is.

    raises: InputError   what the settings refuse
    """
    arguments: dict[str, Any] = {}
    for entry in dataclasses.fields(settings):
        if _CHOICE in entry.metadata and entry.name in values:
            value = _checked(entry.name, entry.metadata[_CHOICE], values[entry.name])
            arguments[entry.name] = tuple(value) if isinstance(value, list) else value
        elif _VARIANT in entry.metadata:
            made, registry, default = entry.metadata[_VARIANT]
            for name, one in _of_variant(entry.name, made, registry, default).items():
                if values.get(name) is not None:  # also what another member than the chosen one would take
                    _checked(name, one, values[name])
            arguments[entry.name] = member(registry, values.get(entry.name, default.name), values, default)
        elif _NESTED in entry.metadata:
            kind, prefix, suffix, placed, defaults = entry.metadata[_NESTED]
            own = {name: prefix + name + suffix for name, one in declared(kind).items() if one.place or not placed}
            arguments[entry.name] = build(kind, defaults | {name: values[flat] for name, flat in own.items() if flat in values})
        elif entry.name in values:
            arguments[entry.name] = values[entry.name]
    return settings(**arguments)


def member(registry: Mapping[str, type], name: str, values: Values, default: Any = None) -> Any:
    """The member of a registry with those of the values that are settings of it; what is not among them is as in `default`, where that
    has such a setting and changed it, else the member's own default.

    raises: InputError   no such member, or a value that it refuses
    """
    if name not in registry:
        raise InputError(f"There is no {name!r} here; choose one of {', '.join(registry)}.")
    kind = registry[name]
    keys = [entry.name for entry in dataclasses.fields(kind)]
    return kind(**_start(kind, default) | {key: values[key] for key in keys if values.get(key) is not None})


def check(settings: Any, what: str = "") -> None:
    """For `__post_init__`: every choice of a settings dataclass has a value that it takes.

    what  : begins the sentence: "The objective's "
    raises: InputError   "epsilon must be a number above 0, not -1."
    """
    for entry in dataclasses.fields(settings):
        if _CHOICE in entry.metadata:
            _checked(what + entry.name, entry.metadata[_CHOICE], getattr(settings, entry.name))


def labels_of(options: Options) -> Mapping[str | float, str]:
    """Value → label."""
    if isinstance(options, Mapping):
        return {name: one if isinstance(one, str) else one.label for name, one in options.items()}
    return {name: f"{name:g}" if isinstance(name, float) else str(name) for name in options}


_CHOICE, _VARIANT, _NESTED = "choice", "variant", "nested"
_LONGEST_NAME = 200


def _checked(name: str, one: Choice, value: Any) -> Any:
    try:
        return one.kind.check(value)
    except InputError:  # a sentence already
        raise
    except ValueError as error:
        raise InputError(f"{name} {error}") from error


def _refuse(must: str, value: Any) -> Any:
    raise ValueError(f"{must}, not “{value[:80]}”." if isinstance(value, str) else f"{must}, not {str(value)[:80]}.")


def _start(kind: type, default: Any) -> dict[str, Any]:
    """What a member's settings are where nothing was chosen, by name: its own defaults, but for what `default` changes of its own."""
    own = {entry.name: entry.default for entry in dataclasses.fields(kind)}
    changed = {} if default is None else {entry.name: getattr(default, entry.name) for entry in dataclasses.fields(default)}
    unchanged = {} if default is None else {entry.name: entry.default for entry in dataclasses.fields(default)}
    return own | {key: value for key, value in changed.items() if key in own and value != unchanged[key]}


def _of_variant(name: str, made: Choice, registry: Mapping[str, type], default: Any) -> dict[str, Choice]:
    """A setting with which members start differently may be None, which stands for the member's own."""
    found, owners = {name: made}, {}
    for member_name, kind in registry.items():
        for key, one in declared(kind).items():
            owners.setdefault(key, {})[member_name] = one
    starts = {member_name: _start(kind, default) for member_name, kind in registry.items()}
    for key, of in owners.items():
        first, start = next(iter(of.values())), starts[next(iter(of))][key]
        if any(starts[member_name][key] != start for member_name in of):

            def own(values: Values, key: str = key) -> Any:
                return starts[values[name]].get(key)

            first, start = replace(first, kind=Maybe(first.kind), own=own), None

        def applies(values: Values, of: Mapping[str, Choice] = of) -> bool:
            chosen = of.get(values[name])
            return chosen is not None and chosen.applies(values)

        found[key] = replace(first, default=start, when=applies)
    return found


def _renamed(one: Choice, name: str, prefix: str, suffix: str, defaults: Values) -> Choice:
    """A choice of nested settings under its name in the whole; what depends on others still reads the names that it knows."""

    def inside(reads: Callable[[Values], Any] | None) -> Callable[[Values], Any] | None:
        def from_outside(values: Values) -> Any:
            names = (flat for flat in values if flat.startswith(prefix) and flat.endswith(suffix))
            return reads({flat[len(prefix) : len(flat) - len(suffix)]: values[flat] for flat in names})

        return from_outside if reads else None

    around = (prefix + one.around[0], one.around[1] + suffix)
    key = f"{prefix}{one.key or name}{suffix}"
    return replace(one, default=defaults.get(name, one.default), key=key, when=inside(one.when), own=inside(one.own), around=around)
