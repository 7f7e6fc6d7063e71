"""Widgets from declared choices: what a choice may be decides what draws it."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.state import Choices
from otcore.base.choices import Choice, Flag, Maybe, Number, OneOf, Several, Text, declared
from otcore.base.registry import Registry


def draw(choices: Choices, name: str, place: Any = st, **more: Any) -> None:
    """The widget of a choice, or nothing while the choice does not apply.

    place: where, a container or a column
    more : options of the Streamlit widget beside those that follow from the declaration; `disabled` draws it though it does not apply
    """
    one, key = choices.declared[name], choices.key(name)
    if not ("disabled" in more or choices.applies(name)):
        return
    kind = one.kind.kind if isinstance(one.kind, Maybe) else one.kind
    if isinstance(kind, OneOf) and isinstance(kind.options, Registry) and "on_change" not in more:
        more |= {"on_change": _settle, "args": (choices, name, kind.options, more.pop("then", None))}
    if isinstance(kind, Text) and "options" in more:  # names that are known only now
        widget, options = place.selectbox, {}
    else:
        widget, options = _WIDGETS[type(kind)](kind, one, key, place)
    widget(more.pop("label", one.label), key=key, help=one.help or None, **options | more)


def offer(choices: Choices, name: str, options: Mapping[Any, str], place: Any = st, *, row: bool = False) -> None:
    """A choice between values that are known only now, in a list or a row of buttons; what was chosen and is none of them gives way to
    the first.

    options: value → label, as a widget holds it
    """
    one, key = choices.declared[name], choices.key(name)
    if state.get(key) not in options:
        state.put(**{key: next(iter(options))})
    widget, more = (place.segmented_control, {"required": True}) if row else (place.selectbox, {})
    widget(one.label, list(options), key=key, format_func=options.get, help=one.help or None, **more)


def draw_all(choices: Choices, names: Iterable[str], place: Any = st) -> None:
    """The widgets of several choices, in order."""
    for name in names:
        draw(choices, name, place)


def register(kind: type, widget: Callable) -> None:
    """Gives a kind of choice that a page declares for itself its widget.

    widget: a function of (kind, choice, key, place), as those below: it gives what draws the choice, called with the label, `key`, `help`
            and the options, and those options
    """
    _WIDGETS[kind] = widget


def _flag(kind: Flag, one: Choice, key: str, place: Any):
    return place.toggle, {}


def _number(kind: Number, one: Choice, key: str, place: Any):
    if kind.stops or kind.offered:
        return place.select_slider, {"options": sorted({*(kind.stops or kind.offered), state.get(key)})}
    if kind.dial:
        low, high, step = kind.dial
        return place.slider, {"min_value": low, "max_value": high, "step": step}
    limits = {"min_value": kind.low, "max_value": kind.high}
    options = {name: limit for name, limit in limits.items() if math.isfinite(limit)}
    if kind.whole:
        options["step"] = 1
    return place.number_input, options | ({"value": None} if isinstance(one.kind, Maybe) else {})


def _one_of(kind: OneOf, one: Choice, key: str, place: Any):
    labels = ({one.kind.blank: one.kind.label} if isinstance(one.kind, Maybe) and one.kind.label else {}) | kind.labels
    options = {"options": list(labels), "format_func": lambda value: labels.get(value, value)}
    if kind.style == "row":
        return place.segmented_control, options | {"required": True}
    return (place.select_slider if kind.style == "scale" else place.selectbox), options


def _several(kind: Several, one: Choice, key: str, place: Any):
    options = {"options": list(kind.labels), "format_func": lambda value: kind.labels.get(value, value)}
    return place.multiselect, options | ({"placeholder": "one or more"} if kind.least else {})


def _text(kind: Text, one: Choice, key: str, place: Any):
    return (place.text_area if kind.lines > 1 else place.text_input), {"max_chars": kind.most}


_WIDGETS: dict[type, Callable] = {Flag: _flag, Number: _number, OneOf: _one_of, Several: _several, Text: _text}


def _settle(choices: Choices, name: str, registry: Registry, then: Callable[[], None] | None) -> None:
    """Callback of a choice between members of a registry: a setting that members share by name but not by default starts at the
    chosen member's own."""
    one = choices.declared[name]
    for setting, own in declared(registry[state.get(choices.key(name))]).items():
        defaults = {repr(found[setting].default) for found in map(declared, registry.values()) if setting in found}
        if len(defaults) > 1:
            state.put(**{choices.key(one.sibling(setting)): own.default})
    if then:
        then()
