"""The server's jobs and shelf as pages ask them: always in the name of the visitor whose page is drawn.

A page declares what it wants in one call, `asked(key, label, prepare)`, and shows it with `dashboard.kit.waiting`.
"""

import contextlib
import functools
import logging
from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.background import metrics, uploads
from dashboard.background.apart import Desk, Task, Workers
from dashboard.background.apart import wanted as apart_wanted
from dashboard.background.jobs import Jobs, Snapshot
from dashboard.background.kinds import QUICK, Kind
from dashboard.background.shelf import Shelf
from otcore.base.progress import Teller


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """The one admission of this server. Everything that works in the background is asked of it here, so a test that puts its own in
    this place has a server of its own."""
    _tell_the_log()
    uploads.bound()
    made = Jobs(present=lambda who: not who or not runtime.exists() or runtime.get_instance().is_active_session(who))
    metrics.tell(made.shelf)
    return made


def _tell_the_log() -> None:
    """Who waited for what, on standard error, where the server's own lines are."""
    log = logging.getLogger("dashboard")
    if not log.handlers:
        told = logging.StreamHandler()
        told.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
        log.addHandler(told)
        log.setLevel(logging.INFO)


def shelf() -> Shelf:
    """Where results and what they are made of are kept."""
    return jobs().shelf


def kept(key: Hashable, make: Callable[[], Any], told: str = "") -> Any:
    """What is kept under a key, made at once where there is nothing, under a spinner that says what is `told`."""

    def made() -> Any:
        with st.spinner(told) if told else contextlib.nullcontext():
            return make()

    return shelf().get(key, made)


def visitor() -> str:
    """Whose page is drawn, "" outside of pages."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def known(key: str) -> Snapshot | None:
    """How the job of a key stands, which the visitor wants from now on; None where there is none."""
    return jobs().join(key, visitor())


def asked(key: str, label: str, prepare: Callable[[], Task | Callable[[Teller], Any]], kind: Kind = QUICK) -> Snapshot:
    """The same, queued where there is none.

    prepare: gives the work, a Task that is done in a process of its kind, or a function that is called in the server; called only where
             there is none, for what is computed needs no encoder any more
    raises : InputError   there is no room for more; what `prepare` raises; an encoder that cannot be had
    """
    found = known(key)
    if found is None:
        made = prepare()
        found = jobs().submit(key, label, _placed(made, kind) if isinstance(made, Task) else made, kind, visitor())
    return found


@st.cache_resource(show_spinner=False)
def workers() -> Workers | None:
    """The server's processes for heavy work, or None where it is to do without."""
    return Workers() if apart_wanted() else None


def _placed(task: Task, kind: Kind) -> Callable[[Teller], Any]:
    from dashboard.background.encoders import check_encoder, encoder

    if found := workers():
        for name in task.encoders:
            check_encoder(name)
        return functools.partial(found.run, kind, task)
    loaded = {name: encoder(name) for name in task.encoders}
    return functools.partial(task.here, desk=Desk(loaded.__getitem__, shelf()))
