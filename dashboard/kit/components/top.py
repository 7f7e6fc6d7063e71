"""Scrolls to the top of a page that shows something else than before. Draws nothing."""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "otcore.top",
    html="<span hidden></span>",
    js=(Path(__file__).parent / "top.js").read_text(encoding="utf-8"),
)


def to_the_top(shown: str) -> None:
    """To be called on every run of the page.

    shown: what the page is about now
    """
    _component(key="top", data={"shown": shown})
