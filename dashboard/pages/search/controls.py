"""The widgets of the Search page: they only set choices."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard import background, state
from dashboard.kit import encoder_choice, markup, noticed, widgets
from dashboard.kit.kept_files import kept_panel, owned
from dashboard.pages.search import cache
from dashboard.pages.search.choices import CHOICES
from otcore.base.errors import InputError
from otcore.retrieval.sentences import TEXTS, keep_sentences, kept_files, written_query
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
    """Files of one's own, one a language."""
    if not CHOICES.current().own_text:
        return
    given = _given()
    with st.expander("Your text, one sentence a line", expanded=not given):
        left, right, third = st.columns([2, 4, 2], vertical_alignment="bottom")
        code = left.text_input("Its language", "de", key="se_own_code", help="A code such as de, ja, pt-br.")
        file = right.file_uploader("A text file (UTF-8, also packed)", key="se_upload", max_upload_size=30)
        if third.button("Add this file", key="se_add", type="primary", disabled=file is None):
            _add(given, code, file)
        if given:
            listed = ", ".join(f"{language(own).name}: {name}" for own, name, _ in given)
            st.markdown(markup.escape_markdown(f"Searched now: {listed}."))
            noticed.tell(note for one in cache.own_sentences(state.get("se_files")) for note in one.notes)
            st.button("Take all away", key="se_clear", on_click=state.put, kwargs={"se_files": "", "se_in": []})
        st.caption("A second file of a language takes the first one's place. The files stay on this server.")
        with st.popover("Kept files"):
            kept_panel(TEXTS)


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


def _given() -> list[tuple[str, str, bytes]]:
    try:
        return kept_files(state.get("se_files")) if state.get("se_files") else []
    except InputError:  # told where the sentences are read
        return []


def _add(given: list[tuple[str, str, bytes]], code: str, file) -> None:
    try:
        code = language(code).code
        others = [entry for entry in given if entry[0] != code]
        state.put(se_files=owned(TEXTS, keep_sentences([*others, (code, Path(file.name).name, file.getvalue())])))
    except InputError as error:
        st.error(markup.escape_markdown(str(error)))
        return
    st.rerun()
