"""The choice of an encoder, or of several, wherever a page has one; a name that is not on this machine is offered below it."""

import streamlit as st

from dashboard import background, state
from dashboard.kit import encoder_offer, widgets
from dashboard.state import Choices
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


def several(choices: Choices, name: str, place, placeholder: str) -> None:
    """A box for a choice of several encoders."""
    chosen, options = state.get(choices.key(name)), {"accept_new_options": True, "format_func": _shown, "placeholder": placeholder}
    widgets.draw(choices, name, place, options=_names(*chosen), max_selections=choices.declared[name].kind.most, **options)
    with place:
        for one in chosen:
            encoder_offer.offer(one)


def _names(*chosen: str) -> list[str]:
    return list(dict.fromkeys([*background.encoder_names(), *chosen]))


def _shown(name: str) -> str:
    source = find_source(name)
    return f"{name} ({source.mark})" if source and source.mark else name
