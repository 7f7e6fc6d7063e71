"""Errors: which links go wrong, why, and whether the second system fixed them."""

import streamlit as st

from dashboard.pages.errors import controls, view


def page() -> None:
    """The data and the systems, and what is found in them."""
    st.title("Errors", anchor=False)
    st.caption("Every link judged against gold, with one cause by written rules; what B fixed and broke of A; notes for the finding.")
    controls.source()
    with st.sidebar:
        controls.systems()
    view.page()
