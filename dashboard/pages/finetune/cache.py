"""What is read of fine-tuning runs and kept; people's own sentence pairs: kept once, checked in the background."""

import streamlit as st

from dashboard.background import work
from dashboard.background.apart import Desk, Task
from dashboard.background.encoders import collection
from dashboard.background.jobs import Snapshot
from dashboard.pages.finetune import own_pairs
from dashboard.pages.finetune.own_pairs import Corpus
from dashboard.pages.finetune.watched import WatchedPlan, watched_plan
from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.corpora.checking.report import CorpusReport
from otcore.runs.store import Run


def plan_of(run: Run, step: int, number: int) -> WatchedPlan:
    """The plan of a run's watched pair with the vectors of a snapshot.

    raises: InputError   there is no such snapshot (any more)
    """
    path = run.folder / "snapshots" / f"{step:07d}.safetensors"
    stamp = path.stat().st_mtime_ns if path.is_file() else 0
    return _plan(str(run.folder), step, number, stamp, run)


def corpus_check(corpus: Corpus) -> Snapshot:
    """How the check of a corpus stands; its result is a CorpusReport. It is made anew where what it wrote is gone."""
    key = f"{corpus.folder}:{corpus}"
    known = work.known(key)
    if known and known.state == "done" and not corpus.training_path(clean=True).is_file():
        work.jobs().forget(key)
    return work.asked(key, f"check of {corpus}", lambda: Task(_checked, (corpus,)))


def _checked(tell: Teller, desk: Desk, corpus: Corpus) -> CorpusReport:
    return own_pairs.check(corpus, tell)


def stored_corpus(code: str, given: list) -> Corpus:
    """Keeps what was uploaded.

    given : Streamlit's uploaded files
    raises: InputError   they cannot be read
    """
    found = _stored(code, tuple(file.file_id for file in given), given)
    if isinstance(found, str):
        raise InputError(found)
    return found


@st.cache_data(max_entries=20, show_spinner="Reading the sentence pairs …")
def _stored(code: str, ids: tuple[str, ...], _given: list) -> Corpus | str:
    """The corpus, or why there is none: a file that cannot be read is read once, not at every run of the page."""
    try:
        return own_pairs.store(code, [(file.name, file.getvalue()) for file in _given])
    except InputError as error:
        return str(error)


@st.cache_resource(max_entries=200, show_spinner=False)
def _plan(folder: str, step: int, number: int, stamp: int, _run: Run) -> WatchedPlan:
    return watched_plan(_run.folder, step, number, collection())
