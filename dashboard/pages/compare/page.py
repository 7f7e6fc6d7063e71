"""Compare: encoders before and after, on sentences none was trained on, and on tasks learnt in English only."""

import streamlit as st

from dashboard import state
from dashboard.pages.compare import selection as comparison
from dashboard.pages.compare import view
from dashboard.pages.compare.transfer import view as transfer_view
from dashboard.pages.compare.transfer.choices import FIGURES, TRANSFER


def page() -> None:
    """The figures of a comparison, or transfer."""
    st.header("Compare", anchor=False)
    st.segmented_control(
        "Compare by",
        (FIGURES, TRANSFER),
        key="cmp_part",
        required=True,
        label_visibility="collapsed",
        format_func={FIGURES: "Alignment and geometry", TRANSFER: "Transfer"}.get,
    )
    if state.get("cmp_part") == TRANSFER:
        st.caption(
            "Encoders before and after, on tasks that are learnt in English only, or not learnt at all, and measured in other languages."
        )
        transfer_view.page()
    else:
        st.caption(
            "Encoders before and after, on the collection's test sentences, which no run is trained on. Whiskers and brackets are 95% "
            "intervals over sentences; a change whose interval holds 0 is called within noise."
        )
        view.controls()
        view.page(comparison.current())
