"""A button that gives a file."""

import mimetypes
from collections.abc import Callable
from typing import Any

import streamlit as st


def save(label: str, content: str | bytes | Callable[[], str | bytes], name: str, **more: Any) -> None:
    """A download button that does not run the page again.

    content: what is in the file, or a function that makes it when it is asked for
    name   : of the file; its ending says what kind it is
    more   : options of Streamlit's button
    """
    kind = mimetypes.guess_type(name)[0] or "text/plain"
    st.download_button(label, content, name, kind, **{"on_click": "ignore", "icon": ":material/download:"} | more)
