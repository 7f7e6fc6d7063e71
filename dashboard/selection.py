"""What the person has chosen: widgets and URL on one side, a frozen Selection on the other.

The only reader and writer of the session state. Every choice has a field with a key, a default and a check; the URL holds
those that differ from their defaults, so any view can be sent as a link and a bad URL falls back field by field.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from otcore.aligner import AlignSettings
from otcore.alignment import LinkRule
from otcore.choices import COSTS, MASSES, POOLINGS, RULES, SOLVERS, UNITS
from otcore.errors import InputError
from otcore.languages import LANGUAGES
from otcore.transport import Solver

OWN_TEXT = "own"
LAYER_DEFAULT = -1
MAX_CHARACTERS = 20_000
VIEWS = ("plan", "cost", "similarity")
SWEEPS = ("layers", "epsilon")
# ε on a logarithmic slider, three steps a factor of about two
EPSILONS = tuple(float(f"{10 ** (k / 10):.2g}") for k in range(-30, 11))


@dataclass(frozen=True)
class Field:
    """One choice: its default, and how its text in a URL becomes a value (raises ValueError where it cannot)."""

    default: object
    parse: Callable[[str], object]


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return parse


def _number(low: float, high: float, kind: type = float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = kind(text)
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(text)
        return value

    return parse


def _text(limit: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if len(text) > limit:
            raise ValueError("too long")
        return text

    return parse


def _flag(text: str) -> bool:
    return {"1": True, "0": False}[text]


def _nearest_epsilon(text: str) -> float:
    value = _number(1e-6, 1e6)(text)
    return min(EPSILONS, key=lambda epsilon: abs(math.log(epsilon / value)))


def _tags(text: str) -> list[str]:
    return [tag for tag in _text(500)(text).split(",") if tag]


def _system_fields(suffix: str, **changes) -> dict[str, Field]:
    """The fields of one system: an encoder and everything between it and the links."""
    fields = {
        "encoder": Field("aligned", _text(200)),
        "layer": Field(LAYER_DEFAULT, _number(LAYER_DEFAULT, 1000, int)),
        "unit": Field("word", _one_of(*UNITS)),
        "pooling": Field("mean", _one_of(*POOLINGS)),
        "cost": Field("cosine", _one_of(*COSTS)),
        "masses": Field("uniform", _one_of(*MASSES)),
        "solver": Field("entropic", _one_of(*SOLVERS)),
        "epsilon": Field(0.1, _nearest_epsilon),
        "relative": Field(True, _flag),
        "penalty": Field(0.5, _number(0.01, 10)),
        "mass": Field(0.8, _number(0.05, 1)),
        "links": Field("mutual", _one_of(*RULES)),
        "threshold": Field(0.5, _number(0, 1)),
    }
    return {name + suffix: Field(changes.get(name, field.default), field.parse) for name, field in fields.items()}


FIELDS: dict[str, Field] = {
    "source": Field("en", _one_of(*LANGUAGES)),
    "target": Field("de", _one_of(*LANGUAGES)),
    "sentence": Field("g001", _text(20)),
    "tags": Field([], _tags),
    "text1": Field("", _text(MAX_CHARACTERS)),
    "text2": Field("", _text(MAX_CHARACTERS)),
    "presplit": Field(False, _flag),
    "view": Field("plan", _one_of(*VIEWS)),
    "gold": Field(True, _flag),
    "sweep": Field("layers", _one_of(*SWEEPS)),
    "mark": Field("", _text(20)),
    "compare": Field(False, _flag),
    **_system_fields(""),
    **_system_fields("_b", encoder="base"),
}


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
    state = st.session_state
    url = {key: _written(state[key]) for key, field in FIELDS.items() if state[key] != field.default}
    if url != st.query_params.to_dict():
        st.query_params.from_dict(url)
    state["_url"] = url


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


def put_mark(source: int | None, target: int | None) -> None:
    """Marks a word or a cell; the same one again takes the mark away."""
    text = _mark_text(Mark(source, target))
    put(mark="" if get("mark") == text else text)


def take_pick(key: str) -> None:
    """Callback of the sentence component: marks what was clicked there."""
    mark = _mark(st.session_state[key].get("picked") or "-")
    put_mark(mark.source, mark.target)


def take_point(key: str) -> None:
    """Callback of a figure whose points' customdata is [source word, target word]; a click on nothing clears the mark."""
    points = st.session_state[key]["selection"]["points"]
    cell = points[0].get("customdata") if points else None
    put(mark=_mark_text(Mark(int(cell[0]), int(cell[1]))) if cell else "")


def take_row(key: str, places: list[tuple[int | None, int | None]]) -> None:
    """Callback of a table whose rows are the given places."""
    rows = st.session_state[key]["selection"]["rows"]
    put(mark=_mark_text(Mark(*places[rows[0]])) if rows else "")


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
