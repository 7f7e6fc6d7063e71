"""Clicks: what is marked on a page, and what was picked on a figure, a table or a component."""

from typing import Any

import streamlit as st

from dashboard.kit.marks import Mark, mark_of
from dashboard.state.choices import KNOWN, get, put, read


def mark(field: str = "mark") -> Mark:
    """What is marked, in the field of a page."""
    return mark_of(get(field))


def put_mark(source: int | None, target: int | None, field: str = "mark") -> None:
    """Marks a word or a cell; the same one again takes the mark away."""
    text = Mark(source, target).text
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
    mark = mark_of(st.session_state[key].get("picked") or "-")
    put_mark(mark.source, mark.target, field)


def take_point(key: str, field: str = "mark") -> None:
    """Callback of a figure whose points' customdata starts with [source word, target word]; a click on nothing clears the mark."""
    cell = picked_point(key)
    if cell:
        put_mark(int(cell[0]), int(cell[1]), field)
    else:
        unmark(field)


def take_text(key: str, name: str, field: str) -> None:
    """Callback of a component that gives a text under `name`: it becomes the choice, where the field takes it."""
    text = told(key, name)
    if text is not None:
        put(**{field: read(KNOWN[field], str(text))})


def told(key: str, name: str) -> Any:
    """For callbacks: what a component tells under a name, None where it tells nothing."""
    return st.session_state[key].get(name)


def take_row(key: str, places: list[tuple[int | None, int | None]]) -> None:
    """Callback of a table whose rows are the given places."""
    row = picked_row(key)
    if row is None:
        unmark()
    else:
        put_mark(*places[row])


def picked_point(key: str) -> list | None:
    """The customdata of the point that was clicked in a figure."""
    return (clicked_point(key) or {}).get("customdata")


def clicked_point(key: str) -> dict | None:
    """For callbacks: the first of the points chosen on a figure, as the figure gives it (`curve_number`, `point_index`, `x`, `y`)."""
    return next(iter(_chosen(key, "points")), None)


def picked_row(key: str) -> int | None:
    """Which row of a table is ticked."""
    return next(iter(_chosen(key, "rows")), None)


def _chosen(key: str, what: str) -> list:
    return st.session_state[key]["selection"][what]
