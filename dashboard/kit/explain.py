"""An error that a person can put right, on the page."""

from collections.abc import Callable

import streamlit as st

from dashboard.kit import markup
from otcore.base.errors import InputError


def explain(error: InputError) -> None:
    """An error as a sentence on the page; user text in it stays text."""
    st.error(markup.told(error))


def attempt(act: Callable[[], object]) -> None:
    """Does something and draws the page anew; what stands against it is told instead."""
    try:
        act()
    except InputError as error:
        explain(error)
    else:
        st.rerun()
