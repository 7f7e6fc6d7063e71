"""The widgets of the Transfer tab: they only set choices."""

import streamlit as st

from dashboard import state
from dashboard.kit import encoder_choice, markup
from dashboard.kit.kept_files import kept_panel
from dashboard.kit.open_folder import open_files, open_folder
from dashboard.pages.compare.transfer import store
from dashboard.pages.compare.transfer.choices import BUDGETS, OWN_CHOICE
from otcore.base.errors import InputError
from otcore.evaluation.transfer.settings import TRAINED
from otcore.evaluation.transfer.sources import ROLES
from otcore.evaluation.transfer.tasks import TASKS
from otcore.text.languages import LANGUAGES

_BUDGETS = {"quick": "quick", "usual": "usual", "full": "everything"}
_BUDGET_HELP = (
    "Quick: one seed, at most 1,000 examples to learn from and 200 of each language to be tested on. Usual: three seeds, 5,000 and 500. "
    "Everything: three seeds, all there is; with files this takes long on a small machine."
)
_TRAINED = {OWN_CHOICE: "the task's own choice"} | TRAINED


def choices() -> None:
    """Task, budget, encoders, languages, and the files of a task that takes some."""
    left, right, third = st.columns([5, 3, 3], vertical_alignment="bottom")
    left.selectbox("Task", list(TASKS), key="tr_task", format_func=task_name, on_change=_new_task)
    right.segmented_control("Budget", BUDGETS, key="tr_budget", format_func=_BUDGETS.get, required=True, help=_BUDGET_HELP)
    task = state.get("tr_task")
    if TASKS[task].trained:
        third.selectbox(
            "Trained in English", (OWN_CHOICE, *TRAINED), key="tr_train", format_func=_TRAINED.get,
            help="A head on the encoder's vectors as they are, or a copy of the encoder with it, which takes minutes.",
        )  # fmt: skip
    left, right = st.columns(2)
    encoder_choice.several(left, "one or more: editions, runs, hub names")
    given = store.is_kept(state.get("tr_files"), task)
    if not TASKS[task].needs_files and not given:
        right.multiselect(
            "Languages", [code for code in LANGUAGES if code != "en"], key="tr_over", format_func=lambda code: LANGUAGES[code].name,
            placeholder="one or more", help="Besides English, which the task is learnt or asked in.",
        )  # fmt: skip
    if TASKS[task].roles:
        _files(task, given)


def task_name(task: str) -> str:
    """What a task is called, as the start of a line."""
    label = TASKS[task].label
    return label[0].upper() + label[1:]


def measure(keys: tuple[str, ...], task: str) -> str:
    """Which measure is drawn and told."""
    if state.get("tr_measure") not in keys:
        state.put(tr_measure=keys[0])
    st.segmented_control("Measure", keys, key="tr_measure", format_func=TASKS[task].measures.get, required=True)
    return state.get("tr_measure")


def seen(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Languages that the encoders were aligned on, for the averages that the paper gives."""
    others = [code for code in languages if code != "en"]
    state.put(tr_seen=[code for code in state.get("tr_seen") if code in others])
    st.multiselect(
        "Aligned languages", others, key="tr_seen", format_func=lambda code: LANGUAGES[code].name if code in LANGUAGES else code,
        placeholder="none named: one mean over all",
        help="Name those that fine-tuning saw, and the means over seen and unseen languages are given as in the paper; English is seen.",
    )  # fmt: skip
    return tuple(state.get("tr_seen"))


def _files(task: str, given: bool) -> None:
    needed = TASKS[task].needs_files
    with st.expander("Files" if needed else "Your own files in place of the collection", expanded=needed and not given):
        if given:
            listed = "; ".join(
                f"{ROLES[role].label}: {', '.join(names)}" for role, names in store.kept_names(state.get("tr_files")).items()
            )
            st.markdown(markup.escape_markdown(f"{listed}."))
            st.button("Take these files away", key="tr_clear", on_click=state.put, kwargs={"tr_files": ""})
        roles = TASKS[task].roles
        found = {role: _one_role(column, task, role) for column, role in zip(st.columns(len(roles)), roles, strict=True)}
        st.caption(TASKS[task].formats + " A test file tells its language by its name, such as test.de.tsv. The files stay on this server.")
        if st.button("Take these files", key="tr_take", type="primary", disabled=not any(found.values())):
            _take(task, found)
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
        st.error(markup.escape_markdown(str(error)))
        return
    st.rerun()


def _new_task() -> None:
    state.put(tr_measure="", tr_train=OWN_CHOICE)
