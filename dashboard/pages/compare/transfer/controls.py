"""The widgets of the Transfer tab: they only set choices."""

from collections.abc import Sequence

import streamlit as st

from dashboard import state
from dashboard.kit import encoder_choice, markup, widgets
from dashboard.kit.explain import explain
from dashboard.kit.kept_files import kept_panel
from dashboard.kit.open_folder import open_files, open_folder
from dashboard.pages.compare.choices import TRANSFER_CHOICES as CHOICES
from dashboard.pages.compare.transfer import store
from otcore.base.errors import InputError
from otcore.evaluation.transfer.sources import ROLES
from otcore.evaluation.transfer.task import ENGLISH, Task
from otcore.evaluation.transfer.tasks import TASKS
from otcore.text.languages import language


def choices() -> None:
    left, right, third = st.columns([5, 3, 3], vertical_alignment="bottom")
    widgets.draw(CHOICES, "task", left, format_func=lambda name: task_name(TASKS[name]), on_change=_new_task)
    widgets.draw(CHOICES, "budget", right)
    widgets.draw(CHOICES, "train", third)
    task = TASKS[state.get("tr_task")]
    left, right = st.columns(2)
    encoder_choice.several(CHOICES, "encoders", left, "one or more: editions, runs, hub names")
    given = store.is_kept(state.get("tr_files"), task.name)
    if not task.needs_files and not given:
        widgets.draw(CHOICES, "languages", right, placeholder="one or more")
    if task.roles:
        _files(task, given)


def task_name(task: type[Task]) -> str:
    """What a task is called, as the start of a line."""
    return task.label[0].upper() + task.label[1:]


def seen(languages: Sequence[str]) -> tuple[str, ...]:
    """Languages that the encoders were aligned on, for the averages that the paper gives."""
    others = [code for code in languages if code != ENGLISH]
    state.put(tr_seen=[code for code in state.get("tr_seen") if code in others])
    names = {code: language(code).name for code in others}
    widgets.draw(CHOICES, "seen", options=others, format_func=names.get, placeholder="none named: one mean over all")
    return tuple(state.get("tr_seen"))


def _files(task: type[Task], given: bool) -> None:
    needed = task.needs_files
    with st.expander("Files" if needed else "Your own files in place of the collection", expanded=needed and not given):
        if given:
            kept = store.kept_names(state.get("tr_files"))
            listed = "; ".join(f"{ROLES[role].label}: {', '.join(names)}" for role, names in kept.items())
            st.markdown(markup.escape_markdown(f"{listed}."))
            st.button("Take these files away", key="tr_clear", on_click=state.put, kwargs={"tr_files": ""})
        columns = zip(st.columns(len(task.roles)), task.roles, strict=True)
        found = {role: _one_role(column, task.name, role) for column, role in columns}
        st.caption(task.formats + " A test file tells its language by its name, such as test.de.tsv. The files stay on this server.")
        if st.button("Take these files", key="tr_take", type="primary", disabled=not any(found.values())):
            _take(task.name, found)
        with st.popover("Kept files"):
            kept_panel(store.TASK_FILES)


def _one_role(column, task: str, role: str) -> list[store.Given]:
    """Uploaded files, and those picked from the folder that the owner of this installation opened."""
    label = ROLES[role].label + (" (may be left out)" if ROLES[role].optional else "")
    uploaded = column.file_uploader(label, key=f"tr_up_{task}_{role}", accept_multiple_files=True, max_upload_size=150)
    folder = open_folder()
    names = open_files(folder, depth=2)
    picked = column.multiselect(f"… or from the server: {label}", names, key=f"tr_path_{task}_{role}") if names else []
    return [*((one.name, one.getvalue()) for one in uploaded), *((name, folder / name) for name in picked)]


def _take(task: str, files: dict[str, list[store.Given]]) -> None:
    try:
        state.put(tr_files=store.keep_files(task, files))
    except InputError as error:
        explain(error)
        return
    st.rerun()


def _new_task() -> None:
    """What is trained, and the measure, are the new task's own."""
    state.put(tr_measure="", tr_train=CHOICES.declared["train"].kind.blank)
