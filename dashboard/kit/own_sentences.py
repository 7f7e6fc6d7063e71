"""Texts of a person's own, one a language: pasted or uploaded, one sentence a line, and kept under a key that stands in a choice."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.kit import markup, noticed
from dashboard.kit.kept_files import kept_panel, owned
from dashboard.kit.languages import NAMES
from otcore.base.errors import InputError
from otcore.retrieval.sentences import TEXTS, Sentences, keep_sentences, kept_files
from otcore.text.languages import language

_PASTED = 200_000  # characters; larger texts are uploaded
_CODE_HELP = "Pick it, or type another code, such as pt or sw."
_PLACEHOLDER = "The first sentence.\nThe second sentence."


def panel(key: str, name: str, texts: Callable[[str], Sequence[Sentences]], *, forget: tuple[str, ...] = ()) -> None:
    """Draws what is given and how to give more.

    key   : of the choice that holds the key of the kept texts
    name  : before the keys of the widgets
    texts : reads kept texts by their key, or finds them read already
    forget: choices that go back to nothing with the texts
    """
    given = _given(key)
    with st.expander("Your text, one sentence a line", expanded=not given, icon=":material/edit_note:"):
        left, right = st.columns([5, 3], vertical_alignment="top")
        pasted = left.text_area("Paste a text", key=f"{name}_pasted", max_chars=_PASTED, height=120, placeholder=_PLACEHOLDER)
        options = {"format_func": lambda one: NAMES.get(one, one), "accept_new_options": True, "help": _CODE_HELP}
        code = right.selectbox("Its language", list(NAMES), key=f"{name}_own_code", filter_mode="contains", **options)
        file = right.file_uploader("or a text file (UTF-8, also packed)", key=f"{name}_upload", max_upload_size=30)
        if left.button("Add this text", key=f"{name}_add", type="primary"):
            _add(key, given, code, pasted, file)
        if given:
            listed = ", ".join(f"{language(own).name}: {called}" for own, called, _ in given)
            st.markdown(markup.escape_markdown(f"Given now: {listed}."))
            noticed.tell(note for one in texts(state.get(key)) for note in one.notes)
            empty = {one: [] if isinstance(state.get(one), list) else "" for one in (key, *forget)}
            st.button("Take all away", key=f"{name}_clear", on_click=state.put, kwargs=empty)
        st.caption("A second text in the same language replaces the first. The texts stay on this server.")
        with st.popover("Kept files"):
            kept_panel(TEXTS)


def _given(key: str) -> list[tuple[str, str, bytes]]:
    try:
        return kept_files(state.get(key)) if state.get(key) else []
    except InputError:  # told where the sentences are read
        return []


def _add(key: str, given: list[tuple[str, str, bytes]], code: str | None, pasted: str, file) -> None:
    try:
        if file is None and not pasted.strip():
            raise InputError("There is nothing to add yet; paste a text or choose a file.")
        code = language(code or "").code
        name, content = (Path(file.name).name, file.getvalue()) if file is not None else ("pasted text", pasted.encode())
        others = [entry for entry in given if entry[0] != code]
        state.put(**{key: owned(TEXTS, keep_sentences([*others, (code, name, content)]))})
    except InputError as error:
        st.error(markup.told(error))
        return
    st.rerun()
