"""The address of the page: it holds the choices that differ from their defaults, so that any view can be sent as a link, and a bad
address falls back choice by choice.

Streamlit's own binding of widgets to the address is not used: it knows drawn widgets only, while here marks, filters and the choices
of other pages are part of the view, lists are short texts with commas, and links made by earlier editions go on working.
"""

from urllib.parse import urlencode

import streamlit as st

from dashboard.state import choices
from dashboard.state.choices import KNOWN

_LONGEST = 6_000  # characters of the whole query; servers and messengers cut or refuse longer addresses
TEXTS = ("text1", "text2")  # a person's own, left out of an address that would be too long


def begin(page: str) -> None:
    """Before any widget: takes over an address that this session did not write itself, and keeps every choice alive.

    The address of a page that was changed to is empty until its choices are written; only on the page that was shown before does an empty
    address say that all is at its default.
    """
    state, url = st.session_state, st.query_params.to_dict()
    same_page = state.get("_page") == page
    if "_url" not in state or (url != state["_url"] and (url or same_page)):
        for key, one in KNOWN.items():
            state[key] = choices.read(one, url.get(key))
    else:
        choices.keep()


def end(page: str) -> None:
    """After the page: writes the address of the view that is shown."""
    url = choices.changed(st.session_state)
    if not holds_texts():
        url = {key: text for key, text in url.items() if key not in TEXTS}
    if url != st.query_params.to_dict():
        st.query_params.from_dict(url)
    st.session_state["_url"], st.session_state["_page"] = url, page


def address_of(**values: object) -> dict[str, str]:
    """The part of an address that sets these choices, the first of them named even where it is the default, so that the address of a
    view of defaults is not empty."""
    first = next(iter(values), None)
    named = {key: value for key, value in values.items() if key == first or value != choices.start_of(KNOWN[key])}
    return {key: choices.written(KNOWN[key], value) for key, value in named.items()}


def holds_texts() -> bool:
    """Whether the person's own texts are short enough to be part of the address."""
    return len(urlencode(choices.changed(st.session_state))) <= _LONGEST
