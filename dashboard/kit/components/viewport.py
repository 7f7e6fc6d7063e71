"""Whether the page is as narrow as a phone's: figures with two panes then stand one above the other. Draws nothing."""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "otcore.viewport",
    html="<span hidden></span>",
    js=(Path(__file__).parent / "viewport.js").read_text(encoding="utf-8"),
)


def is_narrow(key: str) -> bool:
    """False until the browser has told."""
    told = _component(key=key, default={"narrow": False}, on_narrow_change=_noted)
    return bool(told.narrow)


def _noted() -> None:
    """The page runs anew by itself."""
