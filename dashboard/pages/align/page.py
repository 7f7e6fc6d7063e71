"""Align: a sentence pair, its transport plan, its links."""

import streamlit as st

from dashboard.pages.align import controls, view
from dashboard.state import selection


def page() -> None:
    """The controls, and the pair under one system or two."""
    st.header("Align", anchor=False)
    st.caption("Words as two clouds of vectors, optimal transport between them, and the plan read as a word alignment.")
    controls.languages_and_sentence()
    with st.sidebar:
        st.subheader("Transport", anchor=False)
        controls.system("")
        st.toggle("Side by side with a second system", key="compare", help="The same pair under two settings or two encoders.")
        if selection.get("compare"):
            st.subheader("Second system", anchor=False)
            controls.system("_b")
    view.page(selection.current())
