"""People's own sentence pairs: kept once, checked in the background."""

import streamlit as st

from dashboard.background.jobs import Jobs, Snapshot
from dashboard.pages.finetune import own_pairs
from dashboard.pages.finetune.own_pairs import Corpus
from otcore.base.errors import InputError
from otcore.base.progress import Teller


@st.cache_resource(show_spinner=False)
def corpus_jobs() -> Jobs:
    """The queue of checks."""
    return Jobs()


def corpus_check(corpus: Corpus) -> Snapshot:
    """How the check of a corpus stands; it is queued where there is none, or where what it wrote is gone."""
    jobs, key = corpus_jobs(), f"{corpus.folder}:{corpus}"
    known = jobs.snapshot(key)
    if known and known.state == "done" and not corpus.training_path(clean=True).is_file():
        jobs.forget(key)
    return jobs.submit(key, f"check of {corpus}", lambda handle: own_pairs.check(corpus, Teller(handle.progress, handle.stopped)))


def stored_corpus(code: str, given: list) -> Corpus:
    """Keeps what was uploaded.

    given : Streamlit's uploaded files
    raises: InputError   they cannot be read
    """
    found, problem = _stored(code, tuple(file.file_id for file in given), given)
    if found is None:
        raise InputError(problem)
    return found


@st.cache_data(max_entries=20, show_spinner="Reading the sentence pairs …")
def _stored(code: str, ids: tuple[str, ...], _given: list) -> tuple[Corpus | None, str]:
    """A file that cannot be read is read once, not at every run of the page."""
    try:
        return own_pairs.store(code, [(file.name, file.getvalue()) for file in _given]), ""
    except InputError as error:
        return None, str(error)
