"""Align: a sentence pair, its transport plan, its links."""

import streamlit as st

from dashboard.pages.align import controls, view
from dashboard.pages.align.choices import CHOICES

_LEAD = (
    "**otcore** finds which word of a sentence became which word of its translation: a **thick line** is a good match, "
    "and you can **type two sentences of your own** into the boxes."
)


def page() -> None:
    """The controls, and the pair under one system or two."""
    st.title("Align", anchor=False)
    st.markdown(_LEAD)
    controls.languages_and_sentence()
    with st.sidebar:
        controls.systems()
    view.page(CHOICES.current())
