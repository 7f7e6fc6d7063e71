"""The Transfer tab: tasks learnt in English, or not learnt at all, and measured in other languages. Its controls, then the job at work, or
verdicts, figure and table, the paper's rows, files."""

import json
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from dashboard import state
from dashboard.kit import encoder_choice, markup, noticed, waiting, widgets
from dashboard.kit.charts import CONFIG
from dashboard.kit.downloads import save
from dashboard.kit.explain import explain
from dashboard.kit.kept_files import kept_panel, owned
from dashboard.kit.open_folder import open_files, open_folder
from dashboard.pages.compare import cache, figures, tables, task_files
from dashboard.pages.compare.choices import TRANSFER_CHOICES as CHOICES
from dashboard.pages.compare.choices import TransferView
from otcore.base.errors import InputError
from otcore.base.notices import Notice
from otcore.evaluation.transfer.results import ALL, Transfer
from otcore.evaluation.transfer.sources import ROLES
from otcore.evaluation.transfer.task import ENGLISH, Task
from otcore.evaluation.transfer.tasks import TASKS
from otcore.text.languages import language

_CHART = CONFIG | {"toImageButtonOptions": {"format": "svg", "filename": "transfer"}}
_ELSEWHERE = (
    "The paper measured XNLI and XQuAD with larger models; its rows stand here for the size of gains that were found, not to be compared "
    "with this task's figures."
)
_BESIDE = (
    "Published with 12-layer encoders, 250,000 pairs a language and all training data; read direction and size of the gains, not the level."
)


def page() -> None:
    _choices()
    task, files = TASKS[state.get("tr_task")], state.get("tr_files")
    st.caption(task.about)
    if task.needs_files and not files:
        name = _task_name(task).partition(":")[0]
        st.info(f"{name} is learnt and measured on files: give them above, or choose a task that the bundled collection has the data for.")
        return
    view = CHOICES.current(files=files if task_files.is_kept(files, task.name) else "")
    found = cache.transfer_of(view)
    if found is None:
        st.info("This trains for some minutes in the background; other pages stay usable.")
        if st.button("Start", key="tr_start", type="primary"):
            cache.transfer_of(view, started=True)
            st.rerun()
        return
    waiting.show(found, lambda done: _result(done, view), name="transfer")


def _choices() -> None:
    left, right, third = st.columns([5, 3, 3], vertical_alignment="bottom")
    widgets.draw(CHOICES, "task", left, format_func=lambda name: _task_name(TASKS[name]), on_change=_new_task)
    widgets.draw(CHOICES, "budget", right)
    widgets.draw(CHOICES, "train", third)
    task = TASKS[state.get("tr_task")]
    left, right = st.columns(2)
    encoder_choice.several(CHOICES, "encoders", left, "one or more: editions, runs, hub names")
    given = task_files.is_kept(state.get("tr_files"), task.name)
    if not task.needs_files and not given:
        widgets.draw(CHOICES, "languages", right, placeholder="one or more")
    if task.roles:
        _files(task, given)


def _task_name(task: type[Task]) -> str:
    """What a task is called, as the start of a line."""
    return task.label[0].upper() + task.label[1:]


def _seen(languages: Sequence[str]) -> tuple[str, ...]:
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
            kept = task_files.kept_names(state.get("tr_files"))
            listed = "; ".join(f"{ROLES[role].label}: {', '.join(names)}" for role, names in kept.items())
            st.markdown(markup.escape_markdown(f"{listed}."))
            st.button("Remove these files", key="tr_clear", on_click=state.put, kwargs={"tr_files": ""})
        columns = zip(st.columns(len(task.roles)), task.roles, strict=True)
        found = {role: _one_role(column, task.name, role) for column, role in columns}
        st.caption(task.formats + " The name of a test file tells its language, as in test.de.tsv. The files stay on this server.")
        if st.button("Take these files", key="tr_take", type="primary", disabled=not any(found.values())):
            try:
                state.put(tr_files=owned(task_files.TASK_FILES, task_files.keep_files(task.name, found)))
            except InputError as error:
                explain(error)
            else:
                st.rerun()
        with st.popover("Kept files"):
            kept_panel(task_files.TASK_FILES)


def _one_role(column, task: str, role: str) -> list[task_files.Given]:
    """Uploaded files, and those picked from the folder that the owner of this installation opened."""
    label = ROLES[role].label + (" (may be left out)" if ROLES[role].optional else "")
    uploaded = column.file_uploader(label, key=f"tr_up_{task}_{role}", accept_multiple_files=True, max_upload_size=150)
    folder = open_folder()
    names = open_files(folder, depth=2)
    picked = column.multiselect(f"… or from the server: {label}", names, key=f"tr_path_{task}_{role}") if names else []
    return [*((one.name, one.getvalue()) for one in uploaded), *((name, folder / name) for name in picked)]


def _new_task() -> None:
    """What is trained, and the measure, are the new task's own."""
    state.put(tr_measure="", tr_train=CHOICES.declared["train"].kind.blank)


def _result(found: Transfer, view: TransferView) -> None:
    noticed.tell(map(Notice, found.notes))
    names = {key: view.kind.measures[key] for key in found.measures}
    left, right = st.columns(2, vertical_alignment="bottom")
    widgets.offer(CHOICES, "measure", names, left, row=True)
    measure = state.get("tr_measure")
    name = names[measure]
    with right:
        found = replace(found, seen=_seen(found.languages))
    lines = [f"- {sign} {markup.escape_markdown(text)}" for sign, text in tables.verdicts(found, measure, name)]
    if lines:
        st.markdown("\n".join(lines))
    left, right = st.columns([5, 6], gap="medium")
    with left:
        spoken = f"{figures.transfer_rows(found, measure, name).spoken()} Chance {found.guess(ALL, measure):.3f}."
        st.plotly_chart(figures.transfer_dots(found, measure, name), key="tr_dots", config=_CHART, alt=spoken)
        spread = "Whiskers reach from the lowest seed to the highest. " if len(found.seeds) > 1 else ""
        st.caption(f"{spread}The upright stroke is chance: what no knowledge at all scores.")
    with right:
        st.dataframe(tables.results_table(found, measure), hide_index=True, alt=f"{name} by language, before and after, and chance")
        st.caption(_how(found))
    _published(found)
    if any(fit.epochs for fit in found.fits):
        with st.expander("How each was trained"):
            st.dataframe(tables.training_table(found), hide_index=True, alt="Training by encoder and seed")
            st.caption("Training ends where English dev no longer gains; the epoch that was best there is kept.")
    with st.container(horizontal=True):
        save("Scores (CSV)", lambda: tables.scores_csv(found), "transfer.csv", key="tr_csv")
        save("JSON", lambda: json.dumps(found.as_dict(), ensure_ascii=False, indent=1) + "\n", "transfer.json", key="tr_json")


def _how(found: Transfer) -> str:
    settings, seconds = found.settings, f"{found.seconds:.0f} s of work"
    if not any(fit.epochs for fit in found.fits):
        elsewhere = " Whether a change is beyond noise is told by the intervals under Alignment and geometry."
        more = elsewhere if TASKS[found.task].in_figures else ""
        return f"Nothing is trained here, so there are no seeds; the vectors are compared as they are.{more} {seconds}."
    trained = "a head on the encoder's vectors" if settings.frozen else "the head and a copy of the encoder"
    some = f"at most {settings.train_examples:,} English examples" if settings.train_examples else "all English examples"
    seeds = f"mean ± deviation over {len(found.seeds)} seeds" if len(found.seeds) > 1 else "one seed"
    return f"Trained: {trained}, on {some}; {seeds}. {seconds}."


def _published(found: Transfer) -> None:
    table = tables.published_table(found)
    with st.expander("Published figures beside these", expanded=table is not None):
        if table is None:
            st.dataframe(tables.paper_table(), hide_index=True, placeholder="–", alt="Published XNLI and XQuAD F1 in percent")
            st.caption(_ELSEWHERE)
        else:
            st.dataframe(table, hide_index=True, placeholder="–", alt="F1 here and published, in percent")
            st.caption(_BESIDE)
