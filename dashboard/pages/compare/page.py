"""Compare: encoders before and after, on sentences none was trained on, and on tasks learnt in English only."""

import streamlit as st

from dashboard import state
from dashboard.kit import waiting, widgets
from dashboard.pages.compare import cache, controls, study, transfer, view
from dashboard.pages.compare.choices import CHOICES, STUDY, TRANSFER


def page() -> None:
    st.title("Compare", anchor=False)
    widgets.draw(CHOICES, "part", label_visibility="collapsed")
    if state.get(CHOICES.key("part")) == TRANSFER:
        st.caption(
            "Encoders before and after, on tasks that are learnt in English only, or not learnt at all, and measured in other languages."
        )
        transfer.page()
    elif state.get(CHOICES.key("part")) == STUDY:
        st.caption(
            "Every objective, over several seeds, against the encoder as it was, on everything that is measured. The table fills while the "
            "grid is worked through."
        )
        study.page()
    else:
        st.caption(
            "Encoders before and after, on the collection's test sentences, which no run is trained on. Whiskers and brackets are 95% "
            "intervals over sentences; a change whose interval holds 0 is called within noise."
        )
        controls.choices()
        chosen = CHOICES.current()
        view.examples(chosen)
        waiting.show(cache.comparison(chosen), lambda found: view.result(found, chosen), name="comparison")
