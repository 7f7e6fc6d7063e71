"""The widgets of the Search page: they only set choices."""

from collections.abc import Sequence

import streamlit as st

from dashboard import background, state
from dashboard.kit import encoder_choice, own_sentences, widgets
from dashboard.pages.search import cache
from dashboard.pages.search.choices import CHOICES
from otcore.retrieval.sentences import written_query
from otcore.text.languages import language

_KNOWN = "For these it is known which sentences of the collection answer them."


def query() -> None:
    """What is looked for, in which language; or one of the queries written for the collection."""
    narrow, wide, written = st.columns([3, 6, 5], vertical_alignment="bottom")
    widgets.draw(CHOICES, "code", narrow, filter_mode="contains", on_change=_translated)
    with written:
        _written()
    widgets.draw(CHOICES, "query", wide, placeholder="a few words or a sentence")


def sidebar(available: Sequence[str]) -> None:
    """Encoders, the text, how much is shown."""
    st.subheader("Encoders", anchor=False)
    encoder_choice.one("se_a", "A")
    encoder_choice.one("se_b", "B", offered=state.get("se_a") != state.get("se_b"))
    st.subheader("Searched", anchor=False)
    state.put(se_in=[code for code in state.get("se_in") if code in available])
    languages = {"options": list(available), "format_func": lambda code: language(code).name, "placeholder": "all but the query's own"}
    for name in CHOICES.at("searched"):
        widgets.draw(CHOICES, name, **languages if name == "languages" else {})


def available() -> tuple[str, ...]:
    """Languages of the text that is searched.

    raises: InputError   own files that are not here (any more)
    """
    if not CHOICES.current().own_text:
        return background.collection().languages
    return tuple(one.language for one in cache.own_sentences(state.get("se_files"))) if state.get("se_files") else ()


def own_text() -> None:
    """Texts of one's own, one a language."""
    if CHOICES.current().own_text:
        own_sentences.panel("se_files", "se", cache.own_sentences, forget=("se_in",))  # what was noticed of the texts is told there


def _written() -> None:
    """The list of written queries; it shows the one that is typed, whatever was picked before."""
    collection, code = background.collection(), state.get("se_from")
    texts = {query.id: query.texts[code] for query in collection.queries}
    now = written_query(collection, state.get("se_query"), code)
    label, key = f"or one of {len(texts)} written queries", f"se_written_{code}_{now.id if now else ''}"
    options = {"filter_mode": "contains", "placeholder": "pick one", "help": _KNOWN}
    at = list(texts).index(now.id) if now else None
    picked = st.selectbox(label, list(texts), index=at, key=key, format_func=texts.get, **options)
    if picked and (now is None or picked != now.id):
        state.put(se_query=texts[picked])


def _translated() -> None:
    """Callback of the query's language: a written query is put in the new one."""
    code = state.get("se_from")
    found = written_query(background.collection(), state.get("se_query"), code)
    if found:
        state.put(se_query=found.texts[code])
