"""A page whose content is a background job's result: its progress while it works, why it ended otherwise, and then what it made."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard import markup
from dashboard.jobs import Jobs, Snapshot

AT_ONCE = 2.0  # seconds a run of the page waits for a result before it shows how far it is


def show(jobs: Jobs, found: Snapshot, draw: Callable[[Any], None], *, name: str) -> None:
    """Draws the result with `draw` once there is one.

    found: how the job stands
    name : of what is made, such as "comparison"; also of the buttons, `cancel_NAME` and `restart_NAME`
    """
    if found.alive:
        found = jobs.wait(found.key, AT_ONCE)
    if found.state == "done":
        draw(found.result)
    elif found.alive:
        _at_work(jobs, found.key, name)
    else:
        _again(jobs, found, name)


@st.fragment(run_every=1)
def _at_work(jobs: Jobs, key: str, name: str) -> None:
    """Redrawn every second while the job lives; mounted only then."""
    found = jobs.snapshot(key)
    if found is None or not found.alive:
        st.rerun()
    st.progress(found.share, text=markup.escape_markdown(_told(found)))
    st.caption("Other pages stay usable meanwhile, and the result is kept.")
    st.button("Cancel", key=f"cancel_{name}", on_click=jobs.cancel, args=(key,))


def _again(jobs: Jobs, found: Snapshot, name: str) -> None:
    if found.state == "failed":
        st.error(markup.escape_markdown(found.error))
    else:
        st.info(f"This {name} was cancelled. Choose other settings, or start it again.")
    st.button("Start again", key=f"restart_{name}", on_click=jobs.forget, args=(found.key,))


def _told(found: Snapshot) -> str:
    if found.state == "waiting":
        return f"Waiting for its turn: {found.ahead} job{'s' if found.ahead != 1 else ''} ahead."
    left = f", about {max(found.left, 1):.0f} s left" if found.left is not None else ""
    return f"{found.share:.0%} done{left}. {found.note[:1].upper()}{found.note[1:]}"
