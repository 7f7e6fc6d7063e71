"""Links drawn by hand: on any pair, from what the system or gold has or from nothing, saved as gold or as a correction, or as a file."""

from dataclasses import replace

import streamlit as st

from dashboard import state
from dashboard.background import visitors
from dashboard.kit import widgets
from dashboard.kit.downloads import save
from dashboard.kit.explain import explain
from dashboard.kit.markup import escape_markdown
from dashboard.kit.word_view import View
from dashboard.pages.align import cache, gold
from dashboard.pages.align.choices import CHOICES, AlignView
from otcore.base.errors import InputError
from otcore.corpora.pharaoh import format_links, parse_links
from otcore.corpora.types import Link, Links

_AUTHOR = "notes_author"  # the same on Errors
_STARTS = {"system": "From the system's links", "gold": "From gold", "nothing": "From nothing"}


def links_of(view: View, chosen: AlignView) -> Links:
    """What is drawn now: as the person left it, else gold where there is any, else what the system found."""
    pair = view.result.pair
    if not chosen.hand:
        return pair.gold or _system_links(view)
    found = parse_links(chosen.hand[1:])
    sizes = len(pair.source.words), len(pair.target.words)
    return Links(*(frozenset(link for link in some if link[0] < sizes[0] and link[1] < sizes[1]) for some in (found.sure, found.possible)))


def drawn(view: View, chosen: AlignView) -> list[tuple[int, int, bool]]:
    """The same as the component takes it."""
    found = links_of(view, chosen)
    return [(i, j, (i, j) in found.sure) for i, j in sorted(found.possible)]


def panel(view: View, chosen: AlignView, file: str) -> None:
    """The switch, and what goes with it while links are drawn."""
    pair = view.result.pair
    base = cache.base_of(chosen)
    saved = gold.corrections_of(cache.notes(), base)
    with st.container(horizontal=True, vertical_alignment="center"):
        widgets.draw(CHOICES, "draw")
        if saved and not chosen.own_text:
            widgets.draw(CHOICES, "corrected")
    if saved:
        people = ", ".join(dict.fromkeys(one.author for one in saved))
        what = "Gold drawn" if chosen.own_text else "Gold corrected"
        st.caption(escape_markdown(f"{what} by {people}: {len(saved)} links."))
    if not chosen.draw:
        return
    st.caption(
        "Click a word, then its partner: a link. Click the same two words, or the line, again to mark the link as only possible (dotted), "
        "and once more to remove it."
    )
    found = links_of(view, chosen)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, label in _STARTS.items():
            lacking = name == "gold" and pair.gold is None
            st.button(label, key=f"hand_{name}", on_click=_start, args=(_start_text(name, view),), disabled=lacking)
        save("Pharaoh by hand", format_links(found, possible="?") + "\n", f"{file}-hand.pharaoh", key="save_hand")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Your name", key=_AUTHOR, persist_state="session", max_chars=60, help="Kept in this session only.")
        label = "Save as gold" if base.gold is None else "Save as a correction of gold"
        st.button(label, key="hand_save", type="primary", on_click=_save, args=(view, chosen))
    told = state.recall("hand_told")
    if told:
        state.remember("hand_told", "")
        st.success(told) if told[0] != "!" else explain(InputError(told[1:]))


def _save(view: View, chosen: AlignView) -> None:
    """Callback: the name and the links are those of the click, which may come before the page has been drawn with them."""
    base = cache.base_of(chosen)
    wanted, author = links_of(view, replace(chosen, hand=state.get(CHOICES.key("hand")))), state.get(_AUTHOR).strip()
    try:
        count, left = gold.save(cache.notes(), base, wanted, author, visitors.owner(), visitors.may_change)
    except InputError as error:
        state.remember("hand_told", f"!{error}")
        return
    if base.id:
        state.put(corrected=True)
    where = "" if base.gold is None else ", on the Errors page too"
    others = f" {left} of another visitor's corrections stay as they are." if left else ""
    state.remember("hand_told", f"Saved: {count} links differ from what was there. They count from now on{where}.{others}")


def _start(text: str) -> None:
    state.put(hand=text)


def _start_text(name: str, view: View) -> str:
    links = {"system": _system_links(view), "gold": view.result.pair.gold or Links(), "nothing": Links()}[name]
    return "=" + format_links(links, possible="?")


def _system_links(view: View) -> Links:
    pairs: set[Link] = view.result.alignment.pairs
    return Links(frozenset(pairs))
