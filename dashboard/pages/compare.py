"""Compare: encoders before and after, on sentences none was trained on."""

import streamlit as st

from dashboard import compare_parts as parts
from dashboard import compare_selection
from dashboard.align_parts import explain
from otcore.errors import InputError

st.header("Compare", anchor=False)
st.caption(
    "Encoders before and after, on the collection's test sentences, which no run is trained on. Whiskers and brackets are 95% intervals "
    "over sentences; a change whose interval holds 0 is called within noise."
)
parts.controls()
try:
    parts.page(compare_selection.current())
except InputError as error:
    explain(error)
