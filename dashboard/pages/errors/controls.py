"""The widgets of the Errors page: what is analysed, and the filters. They only set choices."""

import os
from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.kit import markup
from dashboard.kit.kept_files import kept_panel
from dashboard.pages.align import controls as system_controls
from dashboard.pages.errors import selection as errors_selection
from dashboard.pages.errors.choices import OWN_FILES
from dashboard.pages.errors.figures import pair_name
from otcore.analysis.analyse import Analysis, languages_of
from otcore.analysis.classes import NAMES, OUTCOMES, RULES
from otcore.analysis.significance import CHANGES
from otcore.analysis.sources import BUNDLED, CORPORA, FORMATS, SPLITS, FileFormat, keep
from otcore.base.errors import InputError
from otcore.notes.store import Note
from otcore.text.languages import LANGUAGES, language

FOLDER_VARIABLE = "OTCORE_CORPORA"
_SORTS = {
    "aer": "highest AER", "improved": "most improved", "harmed": "most harmed", "errors": "most wrong links", "class": "main cause",
    "order": "corpus order",
}  # fmt: skip


def source() -> None:
    """The bundled collection, or own files."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "Text", (BUNDLED, OWN_FILES), key="er_data", required=True, width="content", on_change=_new_text,
            format_func={BUNDLED: "Bundled collection", OWN_FILES: "Own files"}.get,
        )  # fmt: skip
        if state.get("er_data") == BUNDLED:
            st.multiselect(
                "From English to", [code for code in LANGUAGES if code != "en"], key="er_over",
                format_func=lambda code: LANGUAGES[code].name,
                width=420, placeholder="one or more languages", on_change=_new_text,
            )  # fmt: skip
            st.selectbox(
                "Sentences", SPLITS, key="er_split", width=130, on_change=_new_text,
                help="Test: no bundled edition was trained or tuned on them. Dev: settings were chosen on them.",
            )  # fmt: skip
        st.toggle(
            "Corrected gold", key="er_fixed",
            help="Judge against the gold links as people corrected them in the notes; the original stays as it is.",
        )  # fmt: skip
    if state.get("er_data") == OWN_FILES:
        _own_files()


def systems() -> None:
    """System A, and B where two are compared; for the sidebar."""
    st.subheader("System A", anchor=False)
    system_controls.system("_ea")
    st.toggle("Compare with a second system", key="er_two", help="What B fixed and what it broke of A's links.")
    if state.get("er_two"):
        st.subheader("System B", anchor=False)
        system_controls.system("_eb")


def filters(analysis: Analysis, notes: list[Note]) -> None:
    """Filters of links and pairs, and the order of the list."""
    languages = list(dict.fromkeys(map(languages_of, analysis.pairs)))
    sorts = list(_SORTS) if len(analysis.systems) > 1 else ["aer", "errors", "class", "order"]
    state.put(er_langs=[pair for pair in state.get("er_langs") if pair in languages])
    if state.get("er_sort") not in sorts:
        state.put(er_sort=sorts[0])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(analysis.systems) > 1:
            st.segmented_control(
                "About", ("A", "B"), key="er_side", required=True, width="content", help="Whose links are filtered and shown."
            )
        st.multiselect("Outcome", OUTCOMES, key="er_outcomes", width=200, placeholder="all", on_change=_refiltered)
        st.multiselect(
            "Cause",
            [rule.key for rule in RULES],
            key="er_causes",
            format_func=NAMES.get,
            width=260,
            placeholder="all",
            on_change=_refiltered,
        )
        if len(languages) > 1:
            st.multiselect(
                "Language", languages, key="er_langs", format_func=pair_name, width=200, placeholder="all", on_change=_refiltered
            )
        if len(analysis.systems) > 1:
            st.multiselect("A → B", CHANGES, key="er_change", width=220, placeholder="all", on_change=_refiltered)
        tags = sorted({note.tag for note in notes if note.tag} | ({state.get("er_note")} - {""}))
        st.selectbox("Note's tag", ["", *tags], key="er_note", width=150, format_func=lambda tag: tag or "all", on_change=_refiltered)
        st.text_input(
            "Search", key="er_find", width=220, placeholder="regular expression", on_change=_refiltered,
            help="In either sentence, case ignored, words divided by one space: \\bnot\\b, ^The, colou?r, \\p{Lu}{3}.",
        )  # fmt: skip
        st.selectbox("Order", sorts, key="er_sort", format_func=_SORTS.get, width=170, on_change=_refiltered)


def chosen_bins() -> None:
    """The bins clicked in figures, each with a way to take it off, and one for all filters."""
    entries = state.get("er_bins")
    some = any(state.get(name) for name in (*errors_selection.FILTERS, *errors_selection.TEXT_FILTERS))
    if not some:
        return
    with st.container(horizontal=True):
        for entry in entries:
            dimension, _, value = entry.partition(":")
            try:
                name = errors_selection.bin_name(dimension, value)
            except (KeyError, ValueError, IndexError):
                continue
            st.button(f"✕ {markup.escape_markdown(name)}", key=f"drop_{entry}", on_click=errors_selection.drop_bin, args=(entry,))
        st.button("Clear all filters", key="er_clear", on_click=errors_selection.clear, icon=":material/filter_alt_off:")


def _own_files() -> None:
    with st.expander("Your pairs and gold links", expanded=not state.get("er_files")):
        left, right, third, fourth = st.columns([3, 2, 2, 3])
        left.selectbox("Format", list(FORMATS), key="er_format", format_func=FORMATS.get)
        right.text_input("Source language", key="er_from", help="A code such as en, de, pt-br.")
        third.text_input("Target language", key="er_to")
        fourth.segmented_control(
            "Gold counts words from", (0, 1), key="er_base", required=True, help="Pharaoh links: i-j sure, ipj or i?j possible."
        )
        labels = ["Pairs", "Gold links"] if state.get("er_format") != "parallel" else ["Source side", "Target side", "Gold links"]
        given = [_one_file(column, label) for column, label in zip(st.columns(len(labels)), labels, strict=True)]
        st.caption("Words must already stand apart at spaces, since gold links count them. The files stay on this server.")
        if st.button("Analyse these files", key="er_take", type="primary"):
            _take(labels, given)
        with st.popover("Kept files"):
            kept_panel(CORPORA)


def _one_file(column, label: str) -> tuple[str, bytes] | None:
    """An uploaded file, or one of the folder that the owner of this installation opened."""
    uploaded = column.file_uploader(label, key=f"er_upload_{label}", max_upload_size=30)
    names = _open_files()
    picked = column.selectbox(f"… or from the server, {label.lower()}", ["", *names], key=f"er_path_{label}") if names else ""
    if uploaded is not None:
        return uploaded.name, uploaded.getvalue()
    return (picked, (_folder() / picked).read_bytes()) if picked in names and picked else None


def _take(labels: list[str], given: list[tuple[str, bytes] | None]) -> None:
    absent = [label for label, file in zip(labels, given, strict=True) if file is None]
    try:
        if absent:
            raise InputError(f"{absent[0]} is missing; choose a file for it.")
        codes = [language(state.get(name)).code for name in ("er_from", "er_to")]
        shape = FileFormat(state.get("er_format"), *codes, gold_base=state.get("er_base"))
        state.put(er_files=keep(given, shape), er_pair="", er_mark="")
    except InputError as error:
        st.error(markup.escape_markdown(str(error)))
        return
    state.put(er_bins=[], er_langs=[])
    st.rerun()


def _folder() -> Path | None:
    named = os.environ.get(FOLDER_VARIABLE, "").strip()
    return Path(named).expanduser() if named else None


def _open_files() -> list[str]:
    """Names of the files in the opened folder, not of its subfolders."""
    folder = _folder()
    if folder is None or not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))[:500]


def _new_text() -> None:
    state.put(er_pair="", er_mark="", er_langs=[], er_bins=[])


def _refiltered() -> None:
    state.put(er_pair="", er_mark="")
