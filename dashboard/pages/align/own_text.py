"""The two texts as boxes: those of the collection until somebody types over them, and questions where a text looks like another
language than the one it stands under."""

import streamlit as st

from dashboard import background, state
from dashboard.kit import widgets
from dashboard.kit.markup import escape_markdown
from dashboard.pages.align import cache
from dashboard.pages.align.choices import CHOICES, OWN_TEXT, AlignView
from otcore.corpora.checking.doubt import Doubt
from otcore.text.languages import language

_SIDES = ("source", "target")


def boxes() -> None:
    """Draws both boxes, and below them what is to be asked about one's own text."""
    own = state.get("sentence") == OWN_TEXT
    if not own:
        gold = background.collection().gold
        state.put(**{_key(side): gold[state.get(side)][state.get("sentence")].text for side in _SIDES})
    for column, side in zip(st.columns(2), _SIDES, strict=True):
        how = {"height": 68, "placeholder": "Write or paste a sentence, then Ctrl + Enter", "on_change": _typed, "disabled": False}
        widgets.draw(CHOICES, f"text_{side}", column, label=f"{language(state.get(side)).name} text: type over it", **how)
    if not own:
        return
    if not state.holds_texts():
        st.caption("These texts are too long for the address of the page: a reload or a shared link starts without them.")
    widgets.draw(CHOICES, "presplit", on_change=changed)
    for side in _SIDES:
        _ask(side)


def missing() -> str:
    """What is still to be written before anything can be aligned, "" where nothing is."""
    empty = [language(state.get(side)).name for side in _SIDES if not state.get(_key(side)).strip()]
    return (
        f"Write or paste a sentence in {' and one in '.join(dict.fromkeys(empty))} above: its words are aligned at once." if empty else ""
    )


def looks_like(chosen: AlignView) -> list[str]:
    """The languages that one's own text is likely in and not said to be in, by code."""
    found = [_doubt(side) for side in _SIDES] if chosen.own_text else []
    return [one.code for one in found if one and one.code]


def changed() -> None:
    """Callback of whatever changes the words: a mark on the old ones, or a link drawn between them, would point at others."""
    state.put(mark="", hand="")
    state.remember("untagged", False)


def _typed() -> None:
    state.put(sentence=OWN_TEXT)
    changed()


def _ask(side: str) -> None:
    code, text = state.get(side), state.get(_key(side))
    if not language(code).spaced and not state.get("presplit"):
        st.caption(f"{language(code).name} is written without spaces, and nothing here splits it: put a space between words.")
    found = _doubt(side)
    if found is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(escape_markdown(f"{found.sentence} Lines drawn under a wrong language can be thick and mean nothing."))
        if found.code:
            name = language(found.code).name
            st.button(f"Take it as {name}", key=f"take_{side}", on_click=_take, args=(side, found.code), type="primary")
        meant = {"on_click": state.remember, "args": (f"meant_{side}", (code, text))}
        st.button(f"It is {language(code).name}", key=f"keep_{side}", **meant)


def _take(side: str, code: str) -> None:
    state.put(**{side: code})
    changed()


def _doubt(side: str) -> Doubt | None:
    """What is to be asked about a side, unless it was answered."""
    said = (state.get(side), state.get(_key(side)))
    return cache.doubt(said[1], said[0]) if state.recall(f"meant_{side}") != said else None


def _key(side: str) -> str:
    return CHOICES.key(f"text_{side}")
