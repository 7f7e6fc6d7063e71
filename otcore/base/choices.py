"""One declaration for each choice: what it is called, which values it takes, and what people read about it.

A settings dataclass declares its fields with `choice(default, kind, label, help)`. The command line's arguments
(`otcore.commands._options`), the keys of a page's address and its widgets (`dashboard.state`, `dashboard.kit.widgets`) and the check of
the settings themselves derive from that declaration, so that adding a choice is adding a field.

A field may hold a member of a registry with settings of its own (`variant`), or another settings dataclass (`nested`). `declared` lists
the choices of such a dataclass flat, by name; `build` makes the dataclass from flat values.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from otcore.base.errors import InputError
from otcore.base.kinds import Flag, Kind, Maybe, Number, OneOf, Several, Text, labels_of  # noqa: F401  whoever declares finds them here
from otcore.base.registry import Registry

Values = Mapping[str, Any]
_DECLARED = "declared"  # the metadata of a field that derives from a declaration


class _Declaration(Protocol):
    """What the metadata of a field holds."""

    def choices(self, name: str) -> dict[str, "Choice"]:
        """The choices that a field of that name stands for, by their flat names."""

    def value(self, name: str, values: Values) -> dict[str, Any]:
        """The field's value from flat values, under its name; nothing where its default is meant.

        raises: InputError   a value that is refused
        """


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

    def checked(self, name: str, value: Any) -> Any:
        """raises: InputError   a sentence that begins with the name"""
        try:
            found = self.kind.check(value)
        except InputError:  # a sentence already
            raise
        except ValueError as error:
            raise InputError(f"{name} {error}") from error
        return tuple(found) if isinstance(found, list) else found

    def choices(self, name: str) -> dict[str, "Choice"]:
        return {name: self}

    def value(self, name: str, values: Values) -> dict[str, Any]:
        return {name: self.checked(name, values[name])} if name in values else {}


@dataclass(frozen=True)
class _Variant:
    """A member of a registry: the choice of one, and the settings of all."""

    of: Choice
    registry: Mapping[str, type]
    default: Any

    def choices(self, name: str) -> dict[str, Choice]:
        """A setting with which members start differently may be None, which stands for the member's own."""
        owners: dict[str, dict[str, Choice]] = {}
        for member_name, kind in self.registry.items():
            for key, one in declared(kind).items():
                owners.setdefault(key, {})[member_name] = replace(one, default=_start(kind, self.default)[key])

        def shared(of: dict[str, Choice]) -> Choice:
            def applies(values: Values) -> bool:
                chosen = of.get(values[name])
                return chosen is not None and chosen.applies(values)

            def own(values: Values) -> Any:
                return of[values[name]].default if values[name] in of else None

            first, *others = of.values()
            if any(one.default != first.default for one in others):
                return replace(first, kind=Maybe(first.kind), default=None, when=applies, own=own)
            return replace(first, when=applies)

        return {name: self.of} | {key: shared(of) for key, of in owners.items()}

    def value(self, name: str, values: Values) -> dict[str, Any]:
        for key, one in self.choices(name).items():
            if values.get(key) is not None:  # also what another member than the chosen one would take
                one.checked(key, values[key])
        return {name: member(self.registry, values.get(name, self.default.name), values, self.default)}


@dataclass(frozen=True)
class _Within(Mapping[str, Any]):
    """Some of the values by other names, read one by one: whoever asks for one value of a page reads no others."""

    _of: Values
    names: Mapping[str, str]

    def __getitem__(self, name: str) -> Any:
        return self._of[self.names[name]]

    def __iter__(self) -> Iterator[str]:
        return (own for own, flat in self.names.items() if flat in self._of)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class _Nested:
    """Other settings, whose choices are called otherwise here, and may have other defaults."""

    kind: type
    prefix: str
    suffix: str
    placed: bool
    defaults: dict[str, Any]

    def choices(self, name: str) -> dict[str, Choice]:
        known = declared(self.kind)
        return {flat: self._renamed(own, known[own]) for own, flat in self._names().items()}

    def value(self, name: str, values: Values) -> dict[str, Any]:
        return {name: build(self.kind, self.defaults | dict(self._within(values)))}

    def _names(self) -> dict[str, str]:
        """Name in these settings → flat name."""
        known = _declared(self.kind, Registry.generation)
        return {own: self.prefix + own + self.suffix for own, one in known.items() if one.place or not self.placed}

    def _within(self, values: Values) -> Values:
        """Those of the values that are of these settings, by the names that they know."""
        return _Within(values, self._names())

    def _renamed(self, own: str, one: Choice) -> Choice:
        def inside(reads: Callable[[Values], Any] | None) -> Callable[[Values], Any] | None:
            return (lambda values: reads(self._within(values))) if reads else None

        around = (self.prefix + one.around[0], one.around[1] + self.suffix)
        key, default = f"{self.prefix}{one.key or own}{self.suffix}", self.defaults.get(own, one.default)
        return replace(one, default=default, key=key, when=inside(one.when), own=inside(one.own), around=around)


def choice(default: Any, kind: Kind, label: str = "", help: str = "", **more: Any) -> Any:
    """A dataclass field that is a choice; `more` are the other fields of Choice. A default of several names is a list."""
    made = Choice(default, kind, label, help, **more)
    return field(default=tuple(default) if isinstance(default, list) else default, metadata={_DECLARED: made})


def like(settings: type, name: str, **changes: Any) -> Any:
    """A dataclass field that is a choice as other settings declare it, but for these fields of Choice."""
    return choice(**vars(declared(settings)[name]) | changes)


def variant(default: Any, registry: Mapping[str, type], label: str = "", help: str = "", *, style: str = "list", **more: Any) -> Any:
    """A dataclass field that holds a member of a registry: a choice of the member, and the settings of all members."""
    made = Choice(default.name, OneOf(registry, style), label, help, **more)
    return field(default=default, metadata={_DECLARED: _Variant(made, registry, default)})


def nested(kind: type, prefix: str = "", suffix: str = "", *, placed: bool = False, **defaults: Any) -> Any:
    """A dataclass field that holds other settings; their choices get a prefix and a suffix, and other defaults by name.

    placed: only what has a place on pages can be chosen; the rest is left to the settings
    """
    made = _Nested(kind, prefix, suffix, placed, defaults)
    return field(default_factory=lambda: build(kind, defaults), metadata={_DECLARED: made})


def declared(settings: type) -> dict[str, Choice]:
    """Name → choice of a settings dataclass, flat: those of its fields, of nested settings, and of every member of a variant, which
    apply while that member is chosen."""
    return dict(_declared(settings, Registry.generation))


@functools.lru_cache(maxsize=256)
def _declared(settings: type, generation: int) -> dict[str, Choice]:
    """Derived once: a page asks for it with every widget."""
    found: dict[str, Choice] = {}
    for entry in dataclasses.fields(settings):
        if _DECLARED in entry.metadata:
            more = entry.metadata[_DECLARED].choices(entry.name)
            if twice := found.keys() & more.keys():
                raise ValueError(f"{settings.__name__} declares {', '.join(sorted(twice))} twice; each name is one key of the session.")
            found |= more
    return found


def build(settings: type, values: Values) -> Any:
    """The settings dataclass from flat values by name; what is not among them is the default. A field that is no choice takes its value as
    it is.

    raises: InputError   what the settings refuse
    """
    arguments: dict[str, Any] = {}
    for entry in dataclasses.fields(settings):
        if _DECLARED in entry.metadata:
            arguments |= entry.metadata[_DECLARED].value(entry.name, values)
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
    start = _start(registry[name], default)
    return registry[name](**start | {key: values[key] for key in start if values.get(key) is not None})


def check(settings: Any, what: str = "") -> None:
    """For `__post_init__`: every choice of a settings dataclass has a value that it takes.

    what  : begins the sentence: "The objective's "
    raises: InputError   "epsilon must be a number above 0, not -1."
    """
    for entry in dataclasses.fields(settings):
        one = entry.metadata.get(_DECLARED)
        if isinstance(one, Choice):
            one.checked(what + entry.name, getattr(settings, entry.name))


def _start(kind: type, default: Any) -> dict[str, Any]:
    """What a member's settings are where nothing was chosen, by name: its own defaults, but for what `default` changes of its own."""
    own = {entry.name: entry.default for entry in dataclasses.fields(kind)}
    if default is None:
        return own
    changed = {entry.name: value for entry in dataclasses.fields(default) if (value := getattr(default, entry.name)) != entry.default}
    return own | {key: value for key, value in changed.items() if key in own}
