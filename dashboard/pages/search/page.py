"""Search: a query in one language, the nearest sentences of the others under two encoders."""

import streamlit as st

from dashboard.pages.search import controls, view


def page() -> None:
    """The query, and what is found."""
    st.title("Search", anchor=False)
    st.caption("A query in one language, the nearest sentences of all others by cosine, under two encoders side by side.")
    controls.query()
    view.page()
