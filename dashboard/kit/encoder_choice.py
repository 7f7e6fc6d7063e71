"""The choice of an encoder, or of several, wherever a page has one; a name that is not on this machine is offered below it."""

import streamlit as st

from dashboard import background, state
from dashboard.kit import encoder_offer
from dashboard.pages.compare.choices import MOST_COMPARED
from otcore.encoders.catalogue import EDITIONS

_HELP = "A bundled edition, a fine-tuning run (run:NAME), or a hub name: type it and press Enter."


def one(key: str, label: str = "Encoder", *, place=st, help: str = _HELP, offered: bool = True) -> None:
    """A select box for the choice under `key`.

    offered: False where another box of the page has the same name and offers it already
    """
    place.selectbox(label, _names(state.get(key)), key=key, format_func=_shown, accept_new_options=True, help=help)
    if offered:
        with place.container():
            encoder_offer.offer(state.get(key))


def several(place, placeholder: str) -> None:
    """The encoders that Compare sets beside each other, the first of them “before”."""
    compared = state.get("compared")
    place.multiselect(
        "Encoders", _names(*compared), key="compared", max_selections=MOST_COMPARED, accept_new_options=True, format_func=_shown,
        placeholder=placeholder, help="The first one is “before”; each other is compared with it. Fine-tuning runs are called run:NAME.",
    )  # fmt: skip
    with place:
        for name in state.get("compared"):
            encoder_offer.offer(name)


def _names(*chosen: str) -> list[str]:
    return list(dict.fromkeys([*background.encoder_names(), *chosen]))


def _shown(name: str) -> str:
    return f"{name} (bundled)" if name in EDITIONS else name
