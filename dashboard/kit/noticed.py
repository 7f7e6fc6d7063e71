"""What was noticed of a person's files or text, beside what came of it."""

from collections.abc import Iterable, Mapping

import streamlit as st

from dashboard.kit import markup
from otcore.base.notices import Notice


def tell(notes: Iterable[Notice], remedies: Mapping[str, str] | None = None) -> None:
    """A line each; user text in it stays text.

    remedies: what can be done on this page, by the notice's key
    """
    lines = [f"- {markup.escape_markdown(one.told(remedies))}" for one in notes]
    if lines:
        st.info("\n".join(lines), icon=":material/info:")
