"""Keeps the browser's history to one entry for each page that was opened. Draws nothing."""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "otcore.history",
    html="<span hidden></span>",
    js=(Path(__file__).parent / "history.js").read_text(encoding="utf-8"),
)


def one_entry_a_page() -> None:
    """To be called on every run of the app."""
    _component(key="history")
