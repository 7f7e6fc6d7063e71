"""Fine-tuning runs: their queue, one for all sessions, and what is read of them."""

import streamlit as st

from dashboard.background.encoders import collection
from dashboard.pages.finetune.course import Course, WatchedPlan, course, watched_plan
from dashboard.pages.finetune.trainings import Trainings
from otcore.finetuning import Run


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
