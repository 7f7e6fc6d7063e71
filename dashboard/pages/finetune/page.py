"""Fine-tune: the transport as a loss, a run as it goes, and the runs there are."""

import streamlit as st

from dashboard.pages.finetune import controls, view


def page() -> None:
    """The settings of the next run, and the runs there are."""
    st.title("Fine-tune", anchor=False)
    st.caption("An encoder trained on sentence pairs, with the transport between their words (or what it is compared with) as the loss.")
    controls.choices()
    view.page()
