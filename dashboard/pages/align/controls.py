"""The widgets of the Align page: they only set choices; what follows from them is computed elsewhere."""

import random

import streamlit as st

from dashboard import background, state
from dashboard.kit import system_controls, widgets
from dashboard.kit.explain import explain
from dashboard.kit.languages import ALL_NAMES, label_of
from dashboard.pages.align import own_text
from dashboard.pages.align.choices import CHOICES, OWN_TEXT
from otcore.alignment.rules.argmax import Argmax
from otcore.base.errors import InputError
from otcore.corpora.collection import Entry
from otcore.text.languages import code_of

_AGAINST = "A: each subword and the one most similar to it, without any plan. B: the system as it is, on the same vectors."
_LEFT = "left"  # the sentence that was shown before one's own text


def languages_and_sentence() -> None:
    """Two languages, a sentence of the collection, and the two texts themselves, which a person may type over."""
    narrow, wide, buttons = st.columns([10, 7, 5], gap="small", vertical_alignment="bottom")
    with narrow.container(horizontal=True, vertical_alignment="bottom", wrap=False):
        _language("source")
        st.button("Swap the two sides", icon=":material/swap_horiz:", key="swap", on_click=_swap)
        _language("target")
    with wide:
        _sentence()
    with buttons:
        _browse()
    refused = state.recall("refused")
    if refused:
        explain(InputError(refused))
        state.remember("refused", None)
    if state.recall("untagged"):
        st.info("No sentence has all of these tags; every sentence is offered again.")
    own_text.boxes()


def systems() -> None:
    """The system, and a second one where two are compared."""
    st.subheader("Transport", anchor=False)
    system_controls.controls(CHOICES, "")
    widgets.draw(CHOICES, "compare")
    st.button("Argmax beside transport", key="against", on_click=_against_argmax, help=_AGAINST, width="stretch")
    if state.get("compare"):
        st.subheader("Second system", anchor=False)
        system_controls.controls(CHOICES, "_b", offered=state.get("encoder_b") != state.get("encoder"))


def _language(side: str) -> None:
    """A list of languages that takes any other by its code; the collection's come first."""
    if state.get("sentence") != OWN_TEXT and state.get(side) not in background.collection().gold:
        state.put(**{side: CHOICES.declared[side].default})  # an address may name a language that the sentence is not there in
    current = state.get(side)
    state.remember(f"was_{side}", current)
    options = list(dict.fromkeys([*ALL_NAMES, current]))
    how = {"options": options, "format_func": label_of, "accept_new_options": True, "filter_mode": "contains"}
    widgets.draw(CHOICES, side, **how, on_change=_language_chosen, args=(side,))


def _language_chosen(side: str) -> None:
    """Callback: what was typed becomes a code; the collection has no sentence in a language that is not bundled."""
    try:
        code = code_of(state.get(side))
    except InputError as error:
        state.remember("refused", str(error))
        state.put(**{side: state.recall(f"was_{side}")})
        return
    state.put(**{side: code})
    if state.get("sentence") != OWN_TEXT and code not in background.collection().gold:
        state.put(sentence=OWN_TEXT, **{CHOICES.key(f"text_{side}"): ""})
    own_text.changed()


def _sentence() -> None:
    collection = background.collection()
    entries = {entry.id: entry for entry in collection.entries if _has_tags(entry)}
    current = state.get("sentence")
    if current != OWN_TEXT and current not in entries:
        if not entries:  # the tags of a URL may exclude everything
            state.remember("untagged", True)
            state.put(tags=[])
            entries = {entry.id: entry for entry in collection.entries}
        if current not in entries:
            state.put(sentence=next(iter(entries)))
    sides = [found for side in ("source", "target") if (found := collection.gold.get(state.get(side)))]

    def label(id: str) -> str:
        # isolates keep a right-to-left sentence from pulling the other's punctuation around
        return "✎ your own text" if id == OWN_TEXT else " · ".join([id, *(f"\u2068{side[id].text}\u2069" for side in sides)])

    if current != OWN_TEXT:
        state.remember(_LEFT, state.get("sentence"))
    widgets.draw(CHOICES, "sentence", options=[*entries, OWN_TEXT], format_func=label, filter_mode="fuzzy", on_change=own_text.changed)


def _browse() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", wrap=False):
        for sign, icon, name, step in (("◀", "chevron_left", "Previous sentence", -1), ("▶", "chevron_right", "Next sentence", 1)):
            st.button(name, icon=f":material/{icon}:", key=f"step{sign}", on_click=_step, args=(step,))
        with st.popover("More"):
            st.button("Random sentence", key="stepRandom", on_click=_step, args=(None,), width="stretch")
            st.button("✎ Empty both boxes", key="own", on_click=_own, help="For sentences of your own.", width="stretch")
            if state.get("sentence") == OWN_TEXT:
                st.button("Back to the collection", key="back", on_click=_back, width="stretch")
            tags = background.collection().tags
            widgets.draw(CHOICES, "tags", options=tags, placeholder="any phenomenon: compound, idiom, …", width=320)


def _has_tags(entry: Entry) -> bool:
    wanted = state.get("tags")
    return all(tag in entry.tags for tag in wanted)


def _swap() -> None:
    get = state.get
    state.put(source=get("target"), target=get("source"), text1=get("text2"), text2=get("text1"))
    own_text.changed()


def _step(step: int | None) -> None:
    ids = [entry.id for entry in background.collection().entries if _has_tags(entry)]
    here = ids.index(state.get("sentence")) if state.get("sentence") in ids else 0
    others = [id for id in ids if id != state.get("sentence")] or ids
    state.put(sentence=random.choice(others) if step is None else ids[(here + step) % len(ids)])
    own_text.changed()


def _against_argmax() -> None:
    """The system as it is becomes the second one; the first reads the mutual argmax of subwords from the same vectors."""
    names = [name for name in CHOICES.declared if f"{name}_b" in CHOICES.declared]
    state.put(**{CHOICES.key(f"{name}_b"): state.get(CHOICES.key(name)) for name in names})
    state.put(compare=True, **{CHOICES.key("unit"): "subword", CHOICES.key("links"): Argmax.name})


def _own() -> None:
    state.put(sentence=OWN_TEXT, text1="", text2="")
    own_text.changed()


def _back() -> None:
    state.put(sentence=state.recall(_LEFT, CHOICES.declared["sentence"].default))
    own_text.changed()
