"""The widgets of the Fine-tune page: they only set choices; what follows from them is computed elsewhere."""

import importlib.util

import streamlit as st

from dashboard import state
from dashboard.kit import encoder_choice, widgets
from dashboard.pages.finetune import own_pairs_panel
from dashboard.pages.finetune.choices import CHOICES
from otcore.objectives import OBJECTIVES
from otcore.runs.settings import PRESETS
from otcore.text.languages import LANGUAGES

_STATISTICAL = ("eflomal", "joined")  # sources of word pairs that need the package eflomal, which an installation may lack


def choices() -> None:
    """Languages, encoder, objective, budget, data; everything else folded away."""
    left, right = st.columns(2)
    names = {code: entry.name for code, entry in LANGUAGES.items() if code != "en"}
    known = list(dict.fromkeys([*names, *state.get(CHOICES.key("ft_languages"))]))
    shown = {"options": known, "format_func": lambda code: names.get(code, code), "accept_new_options": True}
    widgets.draw(CHOICES, "ft_languages", left, **shown)
    encoder = CHOICES.key("ft_encoder")
    encoder_choice.one(encoder, place=right, help=CHOICES.declared["ft_encoder"].help)
    left, right = st.columns(2)
    chosen = CHOICES.values()
    # a number that was typed stays with whichever objective has it
    widgets.draw(CHOICES, "ft_objective", left, on_change=None)
    left.caption(OBJECTIVES[chosen["ft_objective"]].about)
    widgets.draw(CHOICES, "budget", right)
    right.caption(PRESETS[chosen["budget"]].about)
    own_pairs_panel.data()
    with st.expander("All other settings"):
        _group("training")
        _group("objective")


def _group(part: str) -> None:
    """The choices of one part of the page that mean anything now, in three columns."""
    columns = st.columns(3)
    for k, name in enumerate(name for name in CHOICES.at(part) if CHOICES.applies(name)):
        if name == "ft_word_pairs":
            labels, installed = CHOICES.declared[name].kind.labels, importlib.util.find_spec("eflomal")
            usable = {source: label for source, label in labels.items() if installed or source not in _STATISTICAL}
            widgets.offer(CHOICES, name, usable, columns[k % 3])
        else:
            widgets.draw(CHOICES, name, columns[k % 3])
