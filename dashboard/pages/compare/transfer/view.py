"""The parts of the Transfer tab: the job at work, verdicts, figure and table, the paper's rows, files."""

import json
from dataclasses import replace

import streamlit as st

from dashboard import state
from dashboard.kit import markup, waiting, widgets
from dashboard.kit.charts import CONFIG
from dashboard.kit.downloads import save
from dashboard.pages.compare import cache, figures, tables
from dashboard.pages.compare.choices import TRANSFER_CHOICES as CHOICES
from dashboard.pages.compare.choices import TransferView
from dashboard.pages.compare.transfer import controls, store
from otcore.evaluation.transfer.results import ALL, Transfer
from otcore.evaluation.transfer.tasks import TASKS

_CHART = CONFIG | {"toImageButtonOptions": {"format": "svg", "filename": "transfer"}}
_ELSEWHERE = (
    "The paper measured XNLI and XQuAD with larger models; its rows stand here for the size of gains that were found, not to be compared "
    "with this task's figures."
)
_BESIDE = (
    "Published with 12-layer encoders, 250,000 pairs a language and all training data; read direction and size of the gains, not the level."
)


def page() -> None:
    controls.choices()
    task, files = TASKS[state.get("tr_task")], state.get("tr_files")
    st.caption(task.about)
    if task.needs_files and not files:
        name = controls.task_name(task).partition(":")[0]
        st.info(f"{name} is learnt and measured on files: give them above, or choose a task that the bundled collection has the data for.")
        return
    view = CHOICES.current(files=files if store.is_kept(files, task.name) else "")
    found = cache.transfer_of(view)
    if found is None:
        st.info("This trains for some minutes in the background; other pages stay usable.")
        if st.button("Start", key="tr_start", type="primary"):
            cache.start_transfer(view)
            st.rerun()
        return
    waiting.show(found, lambda done: result(done, view), name="transfer")


def result(found: Transfer, view: TransferView) -> None:
    names = {key: view.kind.measures[key] for key in found.measures}
    left, right = st.columns(2, vertical_alignment="bottom")
    widgets.offer(CHOICES, "measure", names, left, row=True)
    measure = state.get("tr_measure")
    name = names[measure]
    with right:
        found = replace(found, seen=controls.seen(found.languages))
    lines = [f"- {sign} {markup.escape_markdown(text)}" for sign, text in tables.verdicts(found, measure, name)]
    if lines:
        st.markdown("\n".join(lines))
    left, right = st.columns([5, 6], gap="medium")
    with left:
        spoken = f"{figures.transfer_rows(found, measure, name).spoken()} Chance {found.guess(ALL, measure):.2f}."
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
