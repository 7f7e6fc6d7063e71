"""What can be done with a run at rest: resume, use, compare, download, rename, delete."""

from collections.abc import Callable

import streamlit as st

from dashboard import state
from dashboard.background import visitors
from dashboard.kit.downloads import save
from dashboard.kit.explain import attempt
from dashboard.pages.finetune import trainings
from otcore.base.errors import InputError
from otcore.base.places import RUN_PREFIX
from otcore.runs.owners import owner_of
from otcore.runs.store import Run, delete_run, rename_run, zip_run
from otcore.space.film import film_steps
from otcore.text.languages import LANGUAGES

ANOTHERS = "This run is another visitor's: it can be used, compared and downloaded here, and only they can change it."


def at_rest(run: Run) -> None:
    """A row of buttons."""
    name, own = RUN_PREFIX + run.name, visitors.may_change(owner_of(run.folder))
    if not own:
        st.caption(ANOTHERS)
    with st.container(horizontal=True):
        if own and run.resumable and st.button("Resume", key="resume_run", icon=":material/play_arrow:"):
            attempt(lambda: trainings.start(run))
        if run.usable and st.button("Use as encoder", key="use_run", help="Chooses it on all pages and shows it at Align."):
            state.put(encoder=name)
            st.switch_page(state.page("align"))
        if run.usable and st.button("Compare with before", key="compare_run"):
            bundled = [code for code in run.settings.languages if code in LANGUAGES]  # what there is to compare on
            state.put(compared=[run.settings.encoder, name], **({"over": bundled} if bundled else {}))
            st.switch_page(state.page("compare"))
        _film(run)
        held = "Settings, log, snapshots, and the encoder in the format of Transformers."
        save("Download", lambda: zip_run(run), f"{run.name}.zip", key="download_run", help=held, icon=None)
        if own:
            _changes(run)


def _changes(run: Run) -> None:
    with st.popover("Rename"), st.form("rename", border=False):
        new = st.text_input("New name", run.name, max_chars=80, key=f"new_name_{run.name}")
        if st.form_submit_button("Rename", key="rename_run"):
            _change(run, lambda: rename_run(run, new).name)
    with st.popover("Delete"):
        st.markdown("This removes the run and all it learnt; it cannot be undone.")
        if st.button("Delete for good", key="delete_run", type="primary"):
            _change(run, lambda: delete_run(run) or "")


def of_example(run: Run) -> None:
    """What can be done with the run that comes with the project."""
    with st.container(horizontal=True):
        _film(run)
        save("Download", lambda: zip_run(run), f"{run.name}.zip", key="download_run", help="Settings, log and snapshots.", icon=None)


def _film(run: Run) -> None:
    if film_steps(run.folder) and st.button("Show its film", key="film_run", help="Its words as points, moving as it learns, at Space."):
        state.put(run=run.name, sp_mode="film")
        st.switch_page(state.page("space"))


def _change(run: Run, act: Callable[[], str]) -> None:
    """act: changes the run; returns the name of the run that is looked at then"""

    def change() -> None:
        trainings.check_owner(run)
        if trainings.standing(run).alive:  # perhaps since another browser started it
            raise InputError(f"The run {run.name} waits or is at work; cancel it first.")
        state.put(run=act())

    attempt(change)
