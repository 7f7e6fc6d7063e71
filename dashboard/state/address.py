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


def begin(page: str) -> None:
    """Before any widget: takes over an address that this session did not write itself, and keeps every choice alive.

    The address of a page that was changed to is empty until its choices are written; only on the page that was shown before does an empty
    address say that all is at its default.
    """
    state, url = st.session_state, st.query_params.to_dict()
    same_page = state.get("_page") == page
    fresh, anew = "_url" not in state, state.pop("_anew", False)
    taken = url if fresh or (url != state["_url"] and (url or same_page)) else None
    if taken is not None or anew:
        said = {} if anew else url
        opening = {} if said else choices.opening_of(page)
        for key, one in KNOWN.items():
            state[key] = opening.get(key, choices.read(one, said.get(key)))
    else:
        choices.keep()
    state["_taken"], state["_here"] = None if anew else taken, page


def end(page: str) -> None:
    """After the page: writes the address of the view that is shown."""
    url = _shown()
    if len(urlencode(url)) > _LONGEST:
        url = {key: text for key, text in url.items() if key not in choices.private_keys()}
    opening = choices.opening_of(page)
    if url == {key: choices.written(KNOWN[key], value) for key, value in opening.items()}:
        url = {}
    elif not url and opening:  # all defaults, which an empty address would not mean
        url = {key: choices.written(KNOWN[key], choices.start_of(KNOWN[key])) for key in opening}
        taken = st.session_state["_taken"]
        if taken and not url.items() <= taken.items():  # nothing of the address was understood: it is as good as none
            st.session_state["_anew"] = True
            st.rerun()
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
    return len(urlencode(_shown())) <= _LONGEST


def _shown() -> dict[str, str]:
    """The address of what is shown, however long: what is a person's own stays with its page."""
    left_out = choices.private_keys(st.session_state["_here"])
    return {key: text for key, text in choices.changed(st.session_state).items() if key not in left_out}
