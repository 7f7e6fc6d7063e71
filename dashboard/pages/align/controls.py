"""The widgets of the Align page: they only set choices; what follows from them is computed elsewhere."""

import random

import streamlit as st

from dashboard import background, state
from dashboard.kit import system_controls, widgets
from dashboard.pages.align.cache import pair_of
from dashboard.pages.align.choices import CHOICES, OWN_TEXT
from otcore.corpora.collection import Entry
from otcore.text.languages import LANGUAGES

_LEFT = "left"  # the sentence that was shown before one's own text


def languages_and_sentence() -> None:
    """Two languages, and a sentence of the collection or the person's own text."""
    narrow, wide = st.columns([5, 6], vertical_alignment="bottom")
    with narrow.container(horizontal=True, vertical_alignment="bottom", wrap=False):
        widgets.draw(CHOICES, "source", filter_mode="contains", on_change=state.unmark)
        st.button("Swap the two sides", icon=":material/swap_horiz:", key="swap", on_click=_swap)
        widgets.draw(CHOICES, "target", filter_mode="contains", on_change=state.unmark)
    with wide:
        _sentence()
    if state.get("sentence") == OWN_TEXT:
        _own_text()
    else:
        _browse()


def systems() -> None:
    """The system, and a second one where two are compared."""
    st.subheader("Transport", anchor=False)
    system_controls.controls(CHOICES, "")
    widgets.draw(CHOICES, "compare")
    if state.get("compare"):
        st.subheader("Second system", anchor=False)
        system_controls.controls(CHOICES, "_b", offered=state.get("encoder_b") != state.get("encoder"))


def _sentence() -> None:
    collection = background.collection()
    entries = {entry.id: entry for entry in collection.entries if _has_tags(entry)}
    current = state.get("sentence")
    if current != OWN_TEXT and current not in entries:
        if not entries:  # the tags of a URL may exclude everything
            st.info("No sentence has all of these tags; every sentence is offered again.")
            state.put(tags=[])
            entries = {entry.id: entry for entry in collection.entries}
        if current not in entries:
            state.put(sentence=next(iter(entries)))
    source, target = (collection.gold.get(state.get(side), {}) for side in ("source", "target"))

    def label(id: str) -> str:
        # isolates keep a right-to-left sentence from pulling the other's punctuation around
        return "✎ your own text" if id == OWN_TEXT else f"{id} · \u2068{source[id].text}\u2069 · \u2068{target[id].text}\u2069"

    options = {"options": [*entries, OWN_TEXT], "format_func": label}
    if current != OWN_TEXT:
        state.remember(_LEFT, state.get("sentence"))
    widgets.draw(CHOICES, "sentence", **options, filter_mode="fuzzy", on_change=state.unmark)


def _browse() -> None:
    collection = background.collection()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        widgets.draw(CHOICES, "tags", options=collection.tags, placeholder="any phenomenon: compound, idiom, …", width=420)
        for sign, icon, name, step in (("◀", "chevron_left", "Previous sentence", -1), ("▶", "chevron_right", "Next sentence", 1)):
            st.button(name, icon=f":material/{icon}:", key=f"step{sign}", on_click=_step, args=(step,))
        st.button("Random", key="stepRandom", help="Another sentence", on_click=_step, args=(None,))
        st.button("✎ Own text", key="own", on_click=_own, help="Align your own sentences; starts from the ones shown.")


def _own_text() -> None:
    hint = "Write or paste a sentence, then Ctrl + Enter"
    for column, side in zip(st.columns(2), ("source", "target"), strict=True):
        label = f"Your {LANGUAGES[state.get(side)].name} text"
        widgets.draw(CHOICES, f"text_{side}", column, label=label, height=80, placeholder=hint, on_change=state.unmark)
    if not state.holds_texts():
        st.caption("These texts are too long for the address of the page: a reload or a shared link starts without them.")
    row = st.columns([3, 1], vertical_alignment="center")
    widgets.draw(CHOICES, "presplit", row[0], on_change=state.unmark)
    row[1].button("Back to the collection", key="back", on_click=_back, width="stretch")


def _has_tags(entry: Entry) -> bool:
    wanted = state.get("tags")
    return all(tag in entry.tags for tag in wanted)


def _swap() -> None:
    get = state.get
    state.put(source=get("target"), target=get("source"), text1=get("text2"), text2=get("text1"), mark="")


def _step(step: int | None) -> None:
    ids = [entry.id for entry in background.collection().entries if _has_tags(entry)]
    here = ids.index(state.get("sentence")) if state.get("sentence") in ids else 0
    others = [id for id in ids if id != state.get("sentence")] or ids
    state.put(sentence=random.choice(others) if step is None else ids[(here + step) % len(ids)], mark="")


def _own() -> None:
    pair = pair_of(CHOICES.current())
    state.put(text1=pair.source.text, text2=pair.target.text, sentence=OWN_TEXT, mark="")


def _back() -> None:
    state.put(sentence=state.recall(_LEFT, CHOICES.declared["sentence"].default), mark="")
