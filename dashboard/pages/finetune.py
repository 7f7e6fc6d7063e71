"""Fine-tune: the transport as a loss, a run as it goes, and the runs there are."""

import streamlit as st

from dashboard import finetune_controls as controls
from dashboard import finetune_parts as parts

st.header("Fine-tune", anchor=False)
st.caption("An encoder trained on sentence pairs, with the transport between their words (or what it is compared with) as the loss.")
controls.choices()
parts.page()
