"""Space: the words of several languages as points, before, during and after fine-tuning."""

from dataclasses import replace

import streamlit as st

from dashboard import state
from dashboard.pages.space import controls, view
from dashboard.pages.space.choices import CHOICES


def page() -> None:
    st.title("Space", anchor=False)
    st.caption("Words in their sentences as points of the embedding space: do translations meet, and do languages mix?")
    controls.mode()
    with st.sidebar:
        controls.sidebar()
    controls.look()
    view.page(replace(CHOICES.current(), run=state.get("run")))
