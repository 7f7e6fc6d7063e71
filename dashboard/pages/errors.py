"""Errors: which links go wrong, why, and whether the second system fixed them."""

import streamlit as st

from dashboard.align_parts import explain
from dashboard.errors import controls, parts
from otcore.errors import InputError

st.header("Errors", anchor=False)
st.caption("Every link judged against gold, with one cause by written rules; what B fixed and broke of A; notes for the finding.")
controls.source()
with st.sidebar:
    controls.systems()
try:
    parts.page()
except InputError as error:
    explain(error)
