"""Where vectors of a person's own are given."""

import streamlit as st

from dashboard import state
from dashboard.kit import markup
from dashboard.kit.kept_files import kept_panel, owned
from dashboard.pages.space.choices import CHOICES
from otcore.base.errors import InputError
from otcore.space.own_vectors import MOST_ROWS, VECTORS, keep_vectors

_VECTORS, _PICK = CHOICES.key("vectors"), CHOICES.key("pick")
_ABOUT = (
    f"Vectors: .npy, .safetensors or .parquet, one row a point, up to {MOST_ROWS:,}; two files of the same points are shown as before and "
    "after. Table: .csv, .tsv or .parquet with a column text, and if there are language (codes), id (the same for translations of each "
    "other) and label. A .parquet file may hold both."
)


def panel() -> None:
    """Draws the uploads; what cannot be read is told below them."""
    with st.expander("Your vectors", expanded=not state.get(_VECTORS), icon=":material/scatter_plot:"):
        left, right = st.columns(2)
        kinds = {"type": ["npy", "safetensors", "parquet"], "accept_multiple_files": True, "max_upload_size": 512}
        files = left.file_uploader("Vectors", key="sp_vector_files", **kinds)
        table = right.file_uploader("What they are", key="sp_vector_table", type=["csv", "tsv", "parquet"], max_upload_size=200)
        if st.button("Plot these", key="sp_vector_add", type="primary", disabled=not files):
            _add(files, table)
        if state.get(_VECTORS):
            st.button("Take them away", key="sp_vector_clear", on_click=state.put, kwargs={_VECTORS: "", _PICK: ""})
        st.caption(_ABOUT)
        with st.popover("Kept files"):
            kept_panel(VECTORS)


def _add(files: list, table) -> None:
    try:
        with st.spinner("Reading the files …"):
            found = owned(
                VECTORS, keep_vectors([(one.name, one.getvalue()) for one in files], (table.name, table.getvalue()) if table else None)
            )
    except InputError as error:
        st.error(markup.told(error))
        return
    state.put(**{_VECTORS: found, _PICK: ""})
    st.rerun()
