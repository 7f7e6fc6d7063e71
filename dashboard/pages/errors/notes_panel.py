"""Notes on pairs and links, corrections of gold links, agreement of annotators, import and export."""

import pandas as pd
import streamlit as st

from dashboard.background import visitors
from dashboard.kit import markup
from dashboard.kit.downloads import save
from dashboard.kit.explain import attempt
from dashboard.kit.marks import Mark
from dashboard.kit.markup import filled
from dashboard.pages.errors import cache, clicks
from dashboard.pages.errors.findings import words_of
from otcore.analysis.sources import Corpus
from otcore.corpora.types import SentencePair
from otcore.notes.files import agreement, read_notes, to_csv, to_json
from otcore.notes.store import Correction, Note, NoteStore

_TAGS = ("wrong gold", "ambiguous", "idiom", "segmentation", "translation is free", "interesting")
_STATUS_WORDS = {"sure": "sure", "possible": "possible", "none": "no link"}


def of_pair(corpus: Corpus, pair: SentencePair, key: str, mark: Mark) -> None:
    """The notes of the open pair, and a form for another."""
    store = cache.notes()
    notes = store.notes(corpus.key, key)
    st.markdown(f"**Notes on this pair** ({len(notes)})")
    for note in notes:
        text, delete = st.columns([8, 1], vertical_alignment="center")
        text.html(filled("pages/errors/note.html", {"note": note, "words": words_of(pair, note.source, note.target)}))
        mine = visitors.may_change(store.owner_of(note.uid))
        told = "Delete this note" if mine else "Another visitor's note"
        if delete.button("✕", key=f"delete_{note.uid}", help=told, disabled=not mine):
            attempt(lambda uid=note.uid: _delete(store, uid))
    author = st.text_input("Your name", key="notes_author", persist_state="session", max_chars=60, help="Kept in this session only.")
    on = words_of(pair, mark.source, mark.target)
    tags = dict.fromkeys([*_TAGS, *(note.tag for note in store.notes(corpus.key) if note.tag)])
    with st.form(f"note_{key}", clear_on_submit=True):
        link = st.checkbox(f"On the link {markup.escape_markdown(on)}, not the whole pair", value=True) if on else False
        tag = st.selectbox("Tag", list(tags), index=None, accept_new_options=True, placeholder="choose or write one")
        comment = st.text_area("Comment", height=80, max_chars=4_000)
        if st.form_submit_button("Save note", type="primary"):
            places = (mark.source, mark.target) if link else (None, None)
            attempt(
                lambda: store.add(Note(corpus.key, key, author.strip(), (tag or "").strip(), comment.strip(), *places), visitors.owner())
            )
    _corrections(corpus, pair, key, author, mark if on else Mark())


def all_notes(corpus: Corpus, notes: list[Note]) -> None:
    """All notes of the corpus: a table, agreement, files."""
    with st.expander(f"All notes on this text ({len(notes)})"):
        if notes:
            rows = [(note.pair, _place(note), note.tag, note.comment, note.author) for note in notes]
            rows = pd.DataFrame(rows, columns=["pair", "link", "tag", "comment", "author"])
            clicks.table(rows, "er_notes", clicks.opening([note.pair for note in notes]), "All notes")
            with st.container(horizontal=True):
                save("Notes as CSV", to_csv(notes), "notes.csv")
                save("Notes as JSON", to_json(notes), "notes.json")
            _agreement(notes)
        else:
            st.caption("None yet: open a pair above and write one.")
        given = st.file_uploader("Import notes (CSV or JSON, as exported here)", type=["csv", "json"], key="er_import")
        if given is not None and st.button("Import", key="er_import_now"):
            attempt(lambda: cache.notes().merge(read_notes(given.getvalue(), given.name), visitors.owner()))


def _corrections(corpus: Corpus, pair: SentencePair, key: str, author: str, mark: Mark) -> None:
    store = cache.notes()
    known = [one for one in store.corrections(corpus.key) if one.pair == key]
    with st.expander(f"Correct a gold link ({len(known)} corrected here)"):
        st.caption("Corrections are kept beside the gold, which stays as it is; “Corrected gold” above judges by them.")
        for one in known:
            left, right = st.columns([8, 1], vertical_alignment="center")
            words, name = words_of(pair, one.source, one.target), f"withdraw_{key}_{one.source}_{one.target}"
            if words:
                left.markdown(markup.escape_markdown(f"{words}: {_STATUS_WORDS[one.status]} ({one.author})"))
            mine = visitors.may_change(store.corrector_of(one) or "")
            if right.button("✕", key=name, help="Take the correction back" if mine else "Another visitor's correction", disabled=not mine):
                attempt(lambda one=one: _withdraw(store, one))
        with st.form(f"correct_{key}"):
            columns = st.columns(3)
            i = _word(columns[0], "Source word", pair.source.words, mark.source)
            j = _word(columns[1], "Target word", pair.target.words, mark.target)
            should = columns[2].selectbox("Should be", list(_STATUS_WORDS), format_func=_STATUS_WORDS.get)
            if st.form_submit_button("Save correction"):
                attempt(lambda: _correct(store, Correction(corpus.key, key, i, j, should, author.strip())))


def _delete(store: NoteStore, uid: str) -> None:
    visitors.check(store.owner_of(uid), "This note")
    store.delete(uid)


def _withdraw(store: NoteStore, one: Correction) -> None:
    visitors.check(store.corrector_of(one) or "", "This correction")
    store.withdraw(one)


def _correct(store: NoteStore, one: Correction) -> None:
    """Anyone corrects what nobody has; a correction is changed by whoever made it."""
    corrector = store.corrector_of(one)
    if corrector is not None:
        visitors.check(corrector, "The correction of this link")
    store.correct(one, visitors.owner())


def _word(column, label: str, words: tuple[str, ...], marked: int | None) -> int:
    return column.selectbox(label, range(len(words)), index=marked or 0, format_func=lambda place: f"{place} {words[place]}")


def _agreement(notes: list[Note]) -> None:
    authors = sorted({note.author for note in notes if note.tag})
    if len(authors) < 2:
        st.caption("Agreement of two annotators appears here once two people have tagged.")
        return
    left, right = st.columns(2)
    first = left.selectbox("Annotator", authors, index=0, key="er_annotator1")
    second = right.selectbox("and", [name for name in authors if name != first], key="er_annotator2")
    found = agreement(notes, first, second)
    if not found.places:
        st.caption("These two have tagged no pair or link in common.")
    else:
        kappa = f"Cohen's κ {found.kappa:.2f}" if found.kappa is not None else "κ is not defined, since both used one tag throughout"
        st.markdown(f"{kappa}; the same tag on {found.share:.0%} of {found.places} places both have tagged.")


def _place(note: Note) -> str:
    return "" if note.source is None else f"{note.source}–{note.target}"
