"""The choice of an encoder, or of several, wherever a page has one; a name that is not on this machine is offered below it."""

import streamlit as st

from dashboard import background, state
from dashboard.kit import encoder_offer
from dashboard.pages.compare.choices import MOST_COMPARED
from otcore.encoders import find_source, kinds_of_names


def one(key: str, label: str = "Encoder", *, place=st, help: str = "", offered: bool = True) -> None:
    """A select box for the choice under `key`.

    help   : by default which names there are
    offered: False where another box of the page has the same name and offers it already
    """
    kinds = kinds_of_names(typed=True)
    help = help or f"{kinds[0].upper()}{kinds[1:]}: type it and press Enter."
    place.selectbox(label, _names(state.get(key)), key=key, format_func=_shown, accept_new_options=True, help=help)
    if offered:
        with place.container():
            encoder_offer.offer(state.get(key))


def about(name: str) -> None:
    """What is known of an encoder beside its name, in captions."""
    source = find_source(name)
    for line in source.about(name) if source else ():
        st.caption(line)


def several(place, placeholder: str) -> None:
    """The encoders that Compare sets beside each other, the first of them “before”."""
    compared = state.get("compared")
    place.multiselect(
        "Encoders",
        _names(*compared),
        key="compared",
        max_selections=MOST_COMPARED,
        accept_new_options=True,
        format_func=_shown,
        placeholder=placeholder,
        help="The first one is “before”; each other is compared with it. Fine-tuning runs are called run:NAME.",
    )
    with place:
        for name in state.get("compared"):
            encoder_offer.offer(name)


def _names(*chosen: str) -> list[str]:
    return list(dict.fromkeys([*background.encoder_names(), *chosen]))


def _shown(name: str) -> str:
    source = find_source(name)
    return f"{name} ({source.mark})" if source and source.mark else name
