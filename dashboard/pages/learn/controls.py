"""The widgets of a lesson: they only set its choices."""

from collections.abc import Callable

import streamlit as st

from dashboard import state
from dashboard.kit import widgets
from dashboard.kit.components import bars
from dashboard.kit.components.player import Axis
from dashboard.pages.learn.choices import CONTROLS
from dashboard.pages.learn.lessons.kinds import Drawn, Steps, listed
from dashboard.pages.learn.lessons.types import Lesson
from otcore.base.choices import Choice, Flag, OneOf, Values


def played(lesson: Lesson) -> str | None:
    """The control that plays in the browser: the first of those that can which applies now."""
    choices = CONTROLS[lesson.name]
    able = lesson.plays or [name for name, one in lesson.controls.items() if isinstance(one.kind, Steps)]
    return next((name for name in able if choices.applies(name)), None)


def draw(lesson: Lesson, *, abreast: bool = False) -> st.container:
    """The widgets, one below the other or all in a row; the place of the one that plays, which is filled when its figures are known."""
    choices, playing, place = CONTROLS[lesson.name], played(lesson), st.container()
    names = [name for name in lesson.controls if choices.applies(name)]
    spots = st.columns([_breadth(lesson.controls[name]) for name in names], gap="medium") if abreast else [st] * len(names)
    for name, spot in zip(names, spots, strict=True):
        if name == playing:
            place = spot.container()
        elif lesson.fleeting and name not in lesson.fleeting:
            widgets.draw(choices, name, spot, on_change=_forget, args=(lesson,))
        else:
            widgets.draw(choices, name, spot)
    return place


def _breadth(one: Choice) -> int:
    """About how many letters wide a widget is."""
    if isinstance(one.kind, OneOf) and one.kind.style == "row":
        return max(20, sum(len(str(label)) + 7 for label in one.kind.labels.values()))
    return 20 if isinstance(one.kind, OneOf | Flag) else 28


def _forget(lesson: Lesson) -> None:
    """Callback of what makes the lesson's fleeting choices those of another view."""
    choices = CONTROLS[lesson.name]
    state.put(**{choices.key(name): choices.declared[name].default for name in lesson.fleeting})


def stops(lesson: Lesson, name: str) -> tuple:
    """Every value of a control that plays, in order; one from an address that its slider has no place for is among them."""
    one = lesson.controls[name]
    kind, now = one.kind, state.get(CONTROLS[lesson.name].key(name))
    if isinstance(kind, Steps):
        return tuple(range(kind.last + 1))
    if isinstance(kind, OneOf):
        return tuple(kind.labels)
    low, high, step = kind.dial
    values = {type(one.default)(round(low + k * step, 9)) for k in range(round((high - low) / step) + 1)}
    return tuple(sorted({*values, now}))


def axis_of(lesson: Lesson, name: str) -> Axis:
    """The slider of a control that plays."""
    one, key, values = lesson.controls[name], CONTROLS[lesson.name].key(name), stops(lesson, name)
    shown = [f"{value} of {one.kind.last}" if isinstance(one.kind, Steps) else f"{value:g}" for value in values]
    return Axis(key, one.label, [one.kind.write(value) for value in values], shown, values.index(state.get(key)), state.get("play"))


def advance(lesson: Lesson) -> None:
    """What begins to play begins with a step; at the end, and where nothing is counted in steps, there is nothing to play."""
    name = played(lesson)
    axis = axis_of(lesson, name) if name and isinstance(lesson.controls[name].kind, Steps) else None
    if axis is None or axis.step + 1 >= len(axis.values):
        state.put(play=False)
    else:
        state.put(**{axis.field: stops(lesson, name)[axis.step + 1]})


def values_without(lesson: Lesson, name: str) -> Values:
    """The lesson's choices but for the one that plays."""
    return {other: value for other, value in CONTROLS[lesson.name].values().items() if other != name}


def _steps(kind: Steps, one: Choice, key: str, place) -> tuple[Callable, dict]:
    return place.slider, {"min_value": 0, "max_value": kind.last}


def _drawn(kind: Drawn, one: Choice, key: str, place) -> tuple[Callable, dict]:
    def widget(label: str, **options) -> None:
        place.caption(label)
        with place.container():
            _by_hand(kind, key, label)

    return widget, {}


def _by_hand(kind: Drawn, key: str, label: str) -> None:
    numbers = listed(state.get(key))
    if kind.limits:
        rows, columns = (listed(state.get(limit)) for limit in kind.limits)
        bars.cells(key, numbers, label=label, top=kind.top, rows=rows, columns=columns)
    else:
        bars.bars(key, numbers, label=label, top=kind.top, color=kind.color)


widgets.register(Steps, _steps)
widgets.register(Drawn, _drawn)
