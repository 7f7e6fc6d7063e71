"""What a session remembers beside its choices, such as the pages there are."""

from typing import Any

import streamlit as st


def remember(name: str, value: Any) -> None:
    """Keeps a value in this session; it is no choice and no part of the address."""
    st.session_state[f"_{name}"] = value


def recall(name: str, default: Any = None) -> Any:
    """What was kept under a name."""
    return st.session_state.get(f"_{name}", default)


def page(name: str) -> st.Page:
    """A page by name, for `st.page_link` and `st.switch_page`."""
    return recall("pages")[name]
