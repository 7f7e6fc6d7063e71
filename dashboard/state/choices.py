"""What a person has chosen: every declared choice under its key in the session, whether or not its widget is drawn this time.

A page declares a frozen dataclass of `otcore.base.choices.choice`s and wraps it in `Choices`; the keys in the address and in the
session, the widgets and the dataclass itself derive from that. Only this package reads and writes the session state.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st

from otcore.base import choices as declarations
from otcore.base.choices import Choice, Maybe, Several, Values

KNOWN: dict[str, Choice] = {}  # key → choice, of every page whose choices are loaded
_ALL: list["Choices"] = []


class Choices:
    """The choices of one settings dataclass on a page.

    settings: the dataclass; `prefix`: of every key
    page    : whose choices they are, by its title, where one of the next two is given
    opening : name → value of what a visit without any address opens on: another view than the one of all defaults, which addresses
              mean by what they leave out
    private : names of choices that stand in the address of that page alone, and only where they apply: a person's own text
    """

    def __init__(
        self, settings: type, prefix: str = "", *, page: str = "", opening: Values | None = None, private: tuple[str, ...] = ()
    ) -> None:
        self.settings, self._prefix = settings, prefix
        self.page, self.opening, self.private = page, opening or {}, private
        self.keys: dict[str, str] = {}
        _ALL.append(self)
        self.declare()

    def declare(self) -> None:
        """Makes the choices known; once more where a registry has grown."""
        for key in self.keys.values():
            KNOWN.pop(key, None)
        self.declared = declarations.declared(self.settings)
        self.keys = {name: self._prefix + (one.key or name) for name, one in self.declared.items()}
        KNOWN.update({self.keys[name]: one for name, one in self.declared.items()})

    def key(self, name: str) -> str:
        """The key of a choice in the session and the address."""
        return self.keys[name]

    def at(self, place: str) -> list[str]:
        """The names of the choices that a part of the page draws, in the order of their declaration."""
        return [name for name, one in self.declared.items() if one.place == place]

    def values(self) -> Values:
        """Name → value of every choice, as it stands."""
        return {name: value_of(self.declared[name], get(key)) for name, key in self.keys.items()}

    def current(self, **given: Any) -> Any:
        """The settings as they stand; `given` are values in place of chosen ones.

        raises: InputError   a combination that the settings refuse
        """
        return declarations.build(self.settings, self.values() | given)

    def applies(self, name: str) -> bool:
        """Whether a choice means anything while the others are what they are."""
        return self.declared[name].applies(_Held(self))


class _Held(Mapping[str, Any]):
    """Name → value, each read from the session when it is asked for."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices

    def __getitem__(self, name: str) -> Any:
        return value_of(self._choices.declared[name], get(self._choices.keys[name]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._choices.keys)

    def __len__(self) -> int:
        return len(self._choices.keys)


def opening_of(page: str) -> dict[str, Any]:
    """Key → value, as a widget holds it, of what a page opens on without any address, where that is not the default."""
    found = [(one, name, value) for one in _ALL if one.page == page for name, value in one.opening.items()]
    return {one.keys[name]: widget_of(one.declared[name], value) for one, name, value in found}


def private_keys(page: str = "") -> set[str]:
    """The keys of what is a person's own, all of them or those that the address of a page must not hold."""
    own = [(one, name) for one in _ALL for name in one.private]
    return {one.keys[name] for one, name in own if not page or one.page != page or not one.applies(name)}


def declare_anew() -> None:
    """Every page's choices once more, where a registry has grown."""
    for one in _ALL:
        one.declare()


def get(key: str) -> Any:
    """One choice as its widget holds it."""
    return st.session_state[key]


def put(**values: Any) -> None:
    """Sets choices, from a callback or before their widgets are drawn."""
    for key, value in values.items():
        if key not in KNOWN:
            raise KeyError(key)
        st.session_state[key] = value


def keep() -> None:
    """Before any widget: every choice has a value, and stays though its widget is not drawn this time."""
    for key, one in KNOWN.items():
        st.session_state[key] = st.session_state.get(key, start_of(one))


def start_of(one: Choice) -> Any:
    """The default, as a widget holds it."""
    return widget_of(one, one.default)


def read(one: Choice, text: str | None) -> Any:
    """A choice from an address, as a widget holds it; the default where the text is no value of it."""
    try:
        return start_of(one) if text is None else widget_of(one, one.kind.read(text))
    except (ValueError, KeyError):
        return start_of(one)


def written(one: Choice, held: Any) -> str:
    """The text in an address of what a widget holds."""
    return one.kind.write(value_of(one, held))


def widget_of(one: Choice, value: Any) -> Any:
    """What a widget holds for a value."""
    if value is None and isinstance(one.kind, Maybe):
        return one.kind.blank
    return list(value) if isinstance(one.kind, Several) or isinstance(value, list) else value


def value_of(one: Choice, held: Any) -> Any:
    """The value of what a widget holds."""
    return None if isinstance(one.kind, Maybe) and held == one.kind.blank else held


def changed(state: Mapping[str, Any]) -> dict[str, str]:
    """Key → text of every choice that differs from its default."""
    return {key: written(one, state[key]) for key, one in KNOWN.items() if state[key] != start_of(one)}
