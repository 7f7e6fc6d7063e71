"""Gives a browser that has none the cookie by which its visitor is known again. Draws nothing."""

from pathlib import Path

import streamlit as st

from dashboard.background import visitors

_component = st.components.v2.component(
    "otcore.visitor",
    html="<span hidden></span>",
    js=(Path(__file__).parent / "visitor.js").read_text(encoding="utf-8"),
)


def remember() -> None:
    """To be drawn on every page, last: a browser that connected with its cookie is left alone."""
    if visitors.cookie_is_missing():
        told = _component(key="visitor", data={"name": visitors.COOKIE, "number": visitors.number()}, on_number_change=_noted)
        if told.number:
            visitors.take(told.number)


def _noted() -> None:
    """The page runs anew by itself."""
