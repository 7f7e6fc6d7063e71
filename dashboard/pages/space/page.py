"""Space: the words of several languages as points, before, during and after fine-tuning."""

import streamlit as st

from dashboard import background
from dashboard.pages.space import controls, selection, view


def page() -> None:
    """The controls, and the picture."""
    st.header("Space", anchor=False)
    st.caption("Words in their sentences as points of the embedding space: do translations meet, and do languages mix?")
    controls.mode()
    with st.sidebar:
        controls.sidebar()
    controls.look()
    view.page(selection.current(background.collection()))
