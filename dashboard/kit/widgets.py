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
        widget, options = _WIDGETS[type(kind)](kind, one, key, place, one.own(choices.values()) if one.own else None)
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
    _WIDGETS[kind] = lambda kind, one, key, place, own: widget(kind, one, key, place)


def _flag(kind: Flag, one: Choice, key: str, place: Any, own: Any):
    if own is None:
        return place.toggle, {}
    return _left_empty({True: "yes", False: "no"}, place, own)


def _number(kind: Number, one: Choice, key: str, place: Any, own: Any):
    """`own` is what None stands for: on a slider of stops it is one of them, in an empty box it is written in grey."""
    if kind.stops or kind.offered:
        return place.select_slider, _stops(kind, key, own)
    low, high, step = kind.dial or (kind.low, kind.high, 1 if kind.whole else None)
    if kind.dial and not isinstance(one.kind, Maybe) and (high - low) / step < _AIMED:
        return place.slider, {"min_value": low, "max_value": high, "step": step}
    limits = {"min_value": low, "max_value": high, "step": step}
    options: dict[str, Any] = {
        name: limit if kind.whole else float(limit) for name, limit in limits.items() if limit is not None and math.isfinite(limit)
    }
    if not kind.whole:
        options["format"] = "%g"
    if isinstance(one.kind, Maybe):
        options |= {"value": None, "placeholder": (one.kind.label if own is None else f"{own:g}, recommended") or None}
    return place.number_input, options


def _stops(kind: Number, key: str, own: Any) -> dict[str, Any]:
    if own is not None and state.get(key) == own:
        state.put(**{key: None})
    stops = sorted({*(kind.stops or kind.offered), own if state.get(key) is None else state.get(key)})
    return {"options": [None if stop == own else stop for stop in stops], "format_func": lambda stop: str(own if stop is None else stop)}


def _options(labels: Mapping[Any, str]) -> dict[str, Any]:
    return {"options": list(labels), "format_func": lambda value: labels.get(value, value)}


def _left_empty(labels: Mapping[Any, str], place: Any, own: Any):
    """A list from which nothing need be chosen."""
    return place.selectbox, _options(labels) | {"index": None, "placeholder": f"{labels[own]}, recommended"}


def _one_of(kind: OneOf, one: Choice, key: str, place: Any, own: Any):
    if own is not None:
        return _left_empty(kind.labels, place, own)
    labels = ({one.kind.blank: one.kind.label} if isinstance(one.kind, Maybe) and one.kind.label else {}) | kind.labels
    if kind.style == "row":
        return place.segmented_control, _options(labels) | {"required": True}
    return (place.select_slider if kind.style == "scale" else place.selectbox), _options(labels)


def _several(kind: Several, one: Choice, key: str, place: Any, own: Any):
    more = {"placeholder": "one or more"} if kind.least else {}
    return place.multiselect, _options(kind.labels) | more | {"max_selections": kind.most}


def _text(kind: Text, one: Choice, key: str, place: Any, own: Any):
    return (place.text_area if kind.lines > 1 else place.text_input), {"max_chars": kind.most}


_AIMED = 1_000  # stops of a slider up to which a hand finds each
_WIDGETS: dict[type, Callable] = {Flag: _flag, Number: _number, OneOf: _one_of, Several: _several, Text: _text}


def _settle(choices: Choices, name: str, registry: Registry, then: Callable[[], None] | None) -> None:
    """Callback of a choice between members of a registry: a setting that members share by name but not by default is left to the chosen
    member."""
    one = choices.declared[name]
    for setting in declared(registry[state.get(choices.key(name))]):
        shared = one.sibling(setting)
        if shared in choices.declared and choices.declared[shared].own:
            state.put(**{choices.key(shared): None})
    if then:
        then()
