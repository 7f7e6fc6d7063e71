"""Work in the background: comparisons and fine-tuning runs, one queue each for all sessions."""

import streamlit as st

from dashboard.compare_selection import Comparison
from dashboard.jobs import Jobs, Snapshot
from dashboard.resources.encoders import collection, encoder
from dashboard.training_view import Course, WatchedPlan, course, watched_plan
from dashboard.trainings import Trainings
from otcore.evaluation import Evaluation, compare
from otcore.finetuning import Run
from otcore.runs import run_stamp


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """The background worker, one for all sessions."""
    return Jobs()


def comparison(chosen: Comparison) -> Snapshot:
    """How the job of a comparison stands; it is queued where there is none yet, and its result kept.

    raises: InputError   an encoder cannot be had
    """
    key = _comparison_key(chosen)
    known = jobs().snapshot(key)
    if known:  # what is computed needs no encoder any more
        return known
    encoders = [encoder(name) for name in chosen.encoders]

    def work(handle) -> Evaluation:
        return compare(encoders, chosen.settings, progress=handle.progress, stop=handle.stopped)

    return jobs().submit(key, "comparison of " + ", ".join(chosen.encoders), work)


def _comparison_key(chosen: Comparison) -> str:
    """Names and settings, and of a run when its encoder was written: a run may be made anew under an old name."""
    return repr(("comparison", [(name, run_stamp(name)) for name in chosen.encoders], chosen.settings))


@st.cache_resource(show_spinner=False)
def trainings() -> Trainings:
    """The queue of fine-tuning runs, one for all sessions."""
    return Trainings()


def course_of(run: Run) -> Course:
    """A run's course; its log is read anew only when it has grown."""
    path = run.folder / "log.jsonl"
    try:
        stamp = path.stat()
    except OSError:
        return Course()
    return _course(str(run.folder), stamp.st_size, stamp.st_mtime_ns, run)


def plan_of(run: Run, step: int, number: int) -> WatchedPlan:
    """The plan of a run's watched pair with the vectors of a snapshot.

    raises: InputError   there is no such snapshot (any more)
    """
    path = run.folder / "snapshots" / f"{step:07d}.safetensors"
    stamp = path.stat().st_mtime_ns if path.is_file() else 0
    return _plan(str(run.folder), step, number, stamp, run)


@st.cache_resource(max_entries=12, show_spinner=False)
def _course(folder: str, size: int, stamp: int, _run: Run) -> Course:
    return course(_run.log())


@st.cache_resource(max_entries=200, show_spinner=False)
def _plan(folder: str, step: int, number: int, stamp: int, _run: Run) -> WatchedPlan:
    return watched_plan(_run.folder, step, number, collection())
