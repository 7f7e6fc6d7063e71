"""The controls of one system: encoder, points, cost, transport, links."""

import streamlit as st

from dashboard import background, state
from dashboard.kit import encoder_choice, widgets
from dashboard.state import Choices
from otcore.alignment.settings import AlignSettings
from otcore.base.choices import declared
from otcore.encoders import shape_of
from otcore.encoders.encoder import Encoder
from otcore.encoders.facts import Shape

_BY_HAND = ("layer", "unit", "pooling", "lexicon")


def controls(choices: Choices, suffix: str, *, offered: bool = True) -> None:
    """Every choice of the system whose names end so, in the order of their declaration.

    offered: False where another box of the page has the same encoder and offers it already
    """
    encoder_choice.one(choices.key("encoder" + suffix), offered=offered)
    encoder_choice.about(state.get(choices.key("encoder" + suffix)))
    layer(choices, "layer" + suffix, "encoder" + suffix)
    pooled = choices.applies("pooling" + suffix)
    columns = st.columns(2) if pooled else [st]
    widgets.draw(choices, "unit" + suffix, columns[0])
    if pooled:
        widgets.draw(choices, "pooling" + suffix, columns[1])
    if _shape(state.get(choices.key("encoder" + suffix))).has_lexicon:
        widgets.draw(choices, "lexicon" + suffix)
    widgets.draw_all(choices, [name + suffix for name in declared(AlignSettings) if name not in _BY_HAND])


def layer(choices: Choices, name: str, encoder: str, label: str = "") -> None:
    """The layers that the chosen encoder has.

    name, encoder: of the two choices; `label`: instead of the declared one
    """
    one, key = choices.declared[name], choices.key(name)
    chosen = state.get(choices.key(encoder))
    loaded = _shape(chosen)
    own = one.kind.blank
    if state.get(key) > loaded.layers:
        state.put(**{key: own})
    names = {own: f"default ({loaded.default_layer})", 0: "0 (embedding)", loaded.layers: f"{loaded.layers} (last)"}
    options = [own, *range(loaded.layers + 1)]
    st.selectbox(label or one.label, options, key=key, format_func=lambda at: names.get(at, str(at)), help=one.help or None)


def _shape(chosen: str) -> Shape | Encoder:
    """Of an edition at once; another encoder is loaded."""
    return shape_of(chosen) or background.encoder(background.usable_encoder(chosen)[0])
