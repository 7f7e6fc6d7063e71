"""Compare: encoders before and after, on sentences none was trained on, and on tasks learnt in English only."""

import streamlit as st

from dashboard import compare_parts as parts
from dashboard import compare_selection, selection
from dashboard.align_parts import explain
from dashboard.fields.transfer import FIGURES, TRANSFER
from dashboard.transfer import parts as transfer_parts
from otcore.errors import InputError

st.header("Compare", anchor=False)
st.segmented_control(
    "Compare by", (FIGURES, TRANSFER), key="cmp_part", required=True, label_visibility="collapsed",
    format_func={FIGURES: "Alignment and geometry", TRANSFER: "Transfer"}.get,
)  # fmt: skip
transfer = selection.get("cmp_part") == TRANSFER
st.caption(
    "Encoders before and after, on tasks that are learnt in English only, or not learnt at all, and measured in other languages."
    if transfer
    else "Encoders before and after, on the collection's test sentences, which no run is trained on. Whiskers and brackets are 95% "
    "intervals over sentences; a change whose interval holds 0 is called within noise."
)
if not transfer:
    parts.controls()
try:
    if transfer:
        transfer_parts.page()
    else:
        parts.page(compare_selection.current())
except InputError as error:
    explain(error)
