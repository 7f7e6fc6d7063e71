"""What the person has chosen: widgets and URL on one side, a frozen Selection on the other.

The only reader and writer of the session state. Every choice is a field; the URL holds those that differ from their
defaults, so any view can be sent as a link and a bad URL falls back field by field.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from dashboard.state.fields import FIELDS, LAYER_DEFAULT, OWN_TEXT, Field
from otcore.alignment import LinkRule
from otcore.alignment.aligner import AlignSettings
from otcore.base.errors import InputError
from otcore.transport import Solver

_ADDRESS_CHARACTERS = 6_000  # of the whole query; servers and messengers cut or refuse longer addresses


@dataclass(frozen=True)
class System:
    """An encoder by name and the settings of an alignment."""

    encoder: str
    settings: AlignSettings


@dataclass(frozen=True)
class Mark:
    """What was clicked: a source word, a target word, or both (a cell). None on the side that was not."""

    source: int | None = None
    target: int | None = None


@dataclass(frozen=True)
class Selection:
    """One view of the Align page, complete: equal selections show equal pages."""

    source: str
    target: str
    sentence: str
    text_source: str
    text_target: str
    presplit: bool
    first: System
    second: System | None
    view: str
    gold: bool
    sweep: str
    mark: Mark

    @property
    def own_text(self) -> bool:
        return self.sentence == OWN_TEXT


def begin(page: str) -> None:
    """Before any widget: takes over a URL that this session did not write itself, and keeps every choice alive though its
    widget may not be drawn this time."""
    state, url = st.session_state, st.query_params.to_dict()
    same_page = state.get("_page") == page
    fresh = "_url" not in state
    if fresh or (url != state["_url"] and (url or same_page)):
        for key, field in FIELDS.items():
            state[key] = _parsed(field, url.get(key))
    else:
        for key, field in FIELDS.items():
            state[key] = state.get(key, field.default)
    state["_page"] = page


def end() -> None:
    """After the page: writes the URL of the view that is shown."""
    url = _address()
    if not address_holds_texts():
        url = {key: text for key, text in url.items() if key not in ("text1", "text2")}
    if url != st.query_params.to_dict():
        st.query_params.from_dict(url)
    st.session_state["_url"] = url
    if get("sentence") != OWN_TEXT:
        st.session_state["_left"] = get("sentence")


def back_to_collection() -> None:
    """Callback: from one's own text to the sentence that was shown before it."""
    put(sentence=st.session_state.get("_left", FIELDS["sentence"].default), mark="")


def address_of(**values: object) -> dict[str, str]:
    """The part of a URL that sets these choices, the first of them named even where it is the default, so that the address of a
    view of defaults is not empty."""
    first = next(iter(values), None)
    return {key: _written(value) for key, value in values.items() if key == first or value != FIELDS[key].default}


def address_holds_texts() -> bool:
    """Whether the person's own texts are short enough to be part of the URL."""
    return len(urlencode(_address())) <= _ADDRESS_CHARACTERS


def current() -> Selection:
    """The choices as they stand.

    raises: InputError   a combination the engine refuses
    """
    state = st.session_state
    return Selection(
        source=state["source"],
        target=state["target"],
        sentence=state["sentence"],
        text_source=state["text1"],
        text_target=state["text2"],
        presplit=state["presplit"],
        first=_system(""),
        second=_system("_b") if state["compare"] else None,
        view=state["view"],
        gold=state["gold"],
        sweep=state["sweep"],
        mark=_mark(state["mark"]),
    )


def put(**values: object) -> None:
    """Sets choices, from a callback or before their widgets are drawn."""
    for key, value in values.items():
        if key not in FIELDS:
            raise KeyError(key)
        st.session_state[key] = value


def get(key: str) -> object:
    """One choice as it stands."""
    return st.session_state[key]


def system(suffix: str) -> System:
    """The system of the fields that end so.

    raises: InputError   a combination the engine refuses
    """
    return _system(suffix)


def mark(field: str = "mark") -> Mark:
    """What is marked, in the field of a page."""
    return _mark(get(field))


def put_mark(source: int | None, target: int | None, field: str = "mark") -> None:
    """Marks a word or a cell; the same one again takes the mark away."""
    text = _mark_text(Mark(source, target))
    put(**{field: "" if get(field) == text else text})
    new_stamp()


def new_stamp() -> None:
    """Makes the points of the next figures unlike those of the last, so that a click on the same one is heard again."""
    st.session_state["_stamp"] = stamp() + 1


def stamp() -> int:
    """How often a mark was set in this session. A figure's points carry it: a browser keeps quiet about a click that selects
    what was selected before, though the mark may have moved on since."""
    return st.session_state.get("_stamp", 0)


def unmark(field: str = "mark") -> None:
    """Callback of whatever changes the words: a mark on the old ones would point at others."""
    put(**{field: ""})


def take_pick(key: str, field: str = "mark") -> None:
    """Callback of the sentence component: marks what was clicked there."""
    mark = _mark(st.session_state[key].get("picked") or "-")
    put_mark(mark.source, mark.target, field)


def take_point(key: str, field: str = "mark") -> None:
    """Callback of a figure whose points' customdata starts with [source word, target word]; a click on nothing clears the mark."""
    cell = picked_point(key)
    if cell:
        put_mark(int(cell[0]), int(cell[1]), field)
    else:
        unmark(field)


def picked_point(key: str) -> list | None:
    """The customdata of the point that was clicked in a figure."""
    points = st.session_state[key]["selection"]["points"]
    return points[0].get("customdata") if points else None


def take_points(key: str, field: str, write: Callable[[list[int]], str]) -> None:
    """Callback of a figure whose points' customdata is one number each: the numbers of the points chosen there, as a choice."""
    points = st.session_state[key]["selection"]["points"]
    numbers = [point["customdata"] for point in points if point.get("customdata") is not None]
    put(**{field: write(sorted({int(one[0] if isinstance(one, list) else one) for one in numbers}))})
    new_stamp()


def clicked_point(key: str) -> dict | None:
    """For callbacks: the first of the points chosen on a figure, as the figure gives it (`curve_number`, `point_index`, `x`, `y`)."""
    points = st.session_state[key]["selection"]["points"]
    return points[0] if points else None


def take_text(key: str, name: str, field: str) -> None:
    """Callback of a component that gives a text under `name`: it becomes the choice, where the field takes it."""
    text = st.session_state[key].get(name)
    if text is not None:
        put(**{field: _parsed(FIELDS[field], str(text))})


def take_row(key: str, places: list[tuple[int | None, int | None]]) -> None:
    """Callback of a table whose rows are the given places."""
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        put_mark(*places[rows[0]])
    else:
        unmark()


def picked_row(key: str) -> int | None:
    """Which row of a table is ticked."""
    rows = st.session_state[key]["selection"]["rows"]
    return rows[0] if rows else None


def _address() -> dict[str, str]:
    state = st.session_state
    return {key: _written(state[key]) for key, field in FIELDS.items() if state[key] != field.default}


def _system(suffix: str) -> System:
    value = lambda name: st.session_state[name + suffix]  # noqa: E731
    try:
        solver = Solver(value("solver"), value("epsilon"), value("relative"), value("penalty"), value("mass"))
        layer = None if value("layer") == LAYER_DEFAULT else value("layer")
        rule = LinkRule(value("links"), value("threshold"))
        settings = AlignSettings(layer, value("unit"), value("pooling"), value("cost"), value("masses"), solver, rule)
    except ValueError as error:
        raise InputError(str(error)) from error
    return System(value("encoder"), settings)


def _mark(text: str) -> Mark:
    left, _, right = text.partition("-")
    return Mark(int(left) if left.isdecimal() else None, int(right) if right.isdecimal() else None)


def _mark_text(mark: Mark) -> str:
    return f"{'' if mark.source is None else mark.source}-{'' if mark.target is None else mark.target}"


def _parsed(field: Field, text: str | None) -> object:
    if text is None:
        return field.default
    try:
        return field.parse(text)
    except (ValueError, KeyError):
        return field.default


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return ",".join(value) if isinstance(value, list) else str(value)
