"""Search: a query in one language, the nearest sentences of the others under two encoders."""

import streamlit as st

from dashboard.align_parts import explain
from dashboard.search import controls, parts
from otcore.errors import InputError

st.header("Search", anchor=False)
st.caption("A query in one language, the nearest sentences of all others by cosine, under two encoders side by side.")
controls.query()
try:
    parts.page()
except InputError as error:
    explain(error)
