"""Space: the words of several languages as points, before, during and after fine-tuning."""

import streamlit as st

from dashboard import resources
from dashboard.align_parts import explain
from dashboard.space import controls, parts, view
from otcore.errors import InputError

st.header("Space", anchor=False)
st.caption("Words in their sentences as points of the embedding space: do translations meet, and do languages mix?")
controls.mode()
with st.sidebar:
    controls.sidebar()
controls.look()
try:
    parts.page(view.current(resources.collection()))
except InputError as error:
    explain(error)
