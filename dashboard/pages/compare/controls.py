"""The widgets of a comparison by figures: they only set choices."""

import streamlit as st

from dashboard import background, state
from dashboard.kit import encoder_choice, widgets
from dashboard.pages.compare.choices import CHOICES, MORE
from otcore.base.errors import InputError
from otcore.encoders import shape_of


def choices() -> None:
    left, right = st.columns(2)
    encoder_choice.several(CHOICES, "encoders", left, "two or more: editions, runs, hub names")
    widgets.draw(CHOICES, "languages", right)
    left, right = st.columns([1, 3])
    own = CHOICES.declared["layer"].kind
    widgets.offer(CHOICES, "layer", {own.blank: own.label, 0: "0 (embedding)"} | {at: str(at) for at in range(1, _layers() + 1)}, left)
    widgets.draw_all(CHOICES, CHOICES.at(MORE), right)


def _layers() -> int:
    """Layers that every chosen encoder has; an encoder that cannot be had is told of below the controls."""
    found = []
    for name in state.get(CHOICES.key("encoders")):
        try:
            shape = shape_of(name)  # of an edition at once: a comparison of editions is shown without loading any
            found.append(shape.layers if shape else background.layers_of(name))
        except InputError:
            continue
    return min(found, default=0)
