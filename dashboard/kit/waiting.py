"""A page whose content is a background job's result: its progress while it works, why it ended otherwise, and then what it made."""

import contextlib
from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.background import work
from dashboard.background.jobs import Snapshot
from dashboard.kit import markup

AT_ONCE = 2.0  # seconds a run of the page waits for a result before it shows how far it is
_FIGURE = 360  # pixels, about what a result takes up


def show(found: Snapshot, draw: Callable[[Any], None], *, name: str, meanwhile: Callable[[Any], None] | None = None) -> None:
    """Draws the result with `draw` once there is one.

    found    : how the job stands
    name     : of what is made, such as "comparison"; also of the buttons, `cancel_NAME` and `restart_NAME`
    meanwhile: draws what the job gave out while at work, below its progress
    """
    early = meanwhile is not None and found.latest is not None
    if found.alive and not early:
        found = work.jobs().wait(found.key, AT_ONCE, work.visitor())
        if found is None:  # another's cancel ended it meanwhile: it is asked for anew
            st.rerun()
        early = meanwhile is not None and found.latest is not None
    # an element of its own for the progress: what is below keeps its place when it is done
    place = contextlib.nullcontext()
    if meanwhile is not None:
        place = st.empty().container() if found.alive else st.empty()
    if found.state == "done":
        draw(found.result)
    elif found.alive:
        with place:
            _at_work(found.key, name, meanwhile is not None and not early)
            if not early:
                st.skeleton(height=_FIGURE)
        if early:
            meanwhile(found.latest)
    else:
        _again(found, name)


@st.fragment(run_every=1)
def _at_work(key: str, name: str, until_early: bool) -> None:
    """Redrawn every second while the job lives; mounted only then. `until_early`: the page waits for what it gives out at work."""
    found = work.jobs().snapshot(key, work.visitor())
    if found is None or not found.alive or (until_early and found.latest is not None):
        st.rerun()
    st.progress(found.share, text=markup.escape_markdown(_told(found)))
    st.caption("Other pages stay usable meanwhile, and the result is kept.")
    st.button("Cancel", key=f"cancel_{name}", on_click=work.jobs().cancel, args=(key, work.visitor()))


def _again(found: Snapshot, name: str) -> None:
    if found.state == "failed":
        st.error(markup.told(found.error))
    else:
        st.info(f"This {name} was cancelled. Choose other settings, or start it again.")
    st.button("Start again", key=f"restart_{name}", on_click=work.jobs().forget, args=(found.key, work.visitor()))


def _told(found: Snapshot) -> str:
    if found.state == "waiting":
        return f"Waiting for its turn: {found.ahead} job{'s' if found.ahead != 1 else ''} ahead."
    left = f", about {_duration(found.left)} left" if found.left is not None else ", taking longer than expected" if found.late else ""
    return f"{found.share:.0%} done{left}. {found.note[:1].upper()}{found.note[1:]}"


def _duration(seconds: float) -> str:
    """Whole seconds, of long ones whole minutes: an estimate is no more exact."""
    return f"{max(seconds, 1):.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
