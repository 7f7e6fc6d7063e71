"""Ways from one page to another."""

import streamlit as st

_PAGES = "_pages"


def remember(pages: dict[str, st.Page]) -> None:
    """Before a page is drawn: the pages there are, by name."""
    st.session_state[_PAGES] = pages


def page(name: str) -> st.Page:
    """A page by name, for `st.page_link` and `st.switch_page`."""
    return st.session_state[_PAGES][name]
