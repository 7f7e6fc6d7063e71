"""Transfer tasks in the background: one queue for all sessions, results kept by what they depend on."""

import streamlit as st

from dashboard.background.encoders import encoder
from dashboard.background.jobs import Jobs, Snapshot
from dashboard.pages.compare.transfer import store
from dashboard.pages.compare.transfer.selection import TransferView
from otcore.base.progress import Teller
from otcore.encoders import encoder_stamp
from otcore.evaluation.transfer import Sources, Task, Transfer, read_task, transfer


@st.cache_resource(show_spinner=False)
def transfer_jobs() -> Jobs:
    """The background worker, one for all sessions."""
    return Jobs()


def transfer_of(view: TransferView) -> Snapshot | None:
    """How the job of a transfer stands; a quick one is queued where there is none yet, of one that takes minutes there is None until
    somebody starts it.

    raises: InputError   an encoder cannot be had
    """
    known = transfer_jobs().snapshot(_key(view))
    if known:  # what is computed needs no encoder any more
        return known
    for name in view.encoders:
        encoder(name)
    return None if view.heavy else start_transfer(view)


def start_transfer(view: TransferView) -> Snapshot:
    """Queues the job, or joins the one there is.

    raises: InputError   an encoder cannot be had
    """
    encoders = [encoder(name) for name in view.encoders]

    def work(handle) -> Transfer:
        return transfer(_task(view), encoders, view.settings, view.seeds, tell=Teller(handle.progress, handle.stopped))

    return transfer_jobs().submit(_key(view), f"{view.task} with {', '.join(view.encoders)}", work)


def _task(view: TransferView) -> Task:
    """The task with its data: from files, else from the collection.

    raises: InputError   what its reader raises
    """
    if view.files:
        return read_task(view.task, store.kept_sources(view.files))
    return read_task(view.task, Sources(languages=view.languages))


def _key(view: TransferView) -> str:
    """Names and settings, and of a run when its encoder was written: a run may be made anew under an old name."""
    return repr(("transfer", view, [encoder_stamp(name) for name in view.encoders]))
