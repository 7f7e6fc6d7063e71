"""Align: a sentence pair, its transport plan, its links."""

import streamlit as st

from dashboard.pages.align import controls, view
from dashboard.pages.align.choices import CHOICES


def page() -> None:
    """The controls, and the pair under one system or two."""
    st.title("Align", anchor=False)
    st.caption("Words as two clouds of vectors, optimal transport between them, and the plan read as a word alignment.")
    controls.languages_and_sentence()
    with st.sidebar:
        controls.systems()
    view.page(CHOICES.current())
