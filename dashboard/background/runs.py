"""Fine-tuning runs as pages read them."""

import streamlit as st

from otcore.runs.course import Course, course
from otcore.runs.store import Run


def course_of(run: Run) -> Course:
    """A run's course; its log is read anew only when it has grown."""
    try:
        stamp = (run.folder / "log.jsonl").stat()
    except OSError:
        return Course()
    return _course(str(run.folder), stamp.st_size, stamp.st_mtime_ns, run)


@st.cache_resource(max_entries=12, show_spinner=False)
def _course(folder: str, size: int, stamp: int, _run: Run) -> Course:
    return course(_run.log())
