"""An error that a person can put right, on the page."""

import streamlit as st

from dashboard.kit import markup
from otcore.base.errors import InputError


def explain(error: InputError) -> None:
    """An error as a sentence on the page; user text in it stays text."""
    st.error(markup.escape_markdown(str(error)))
