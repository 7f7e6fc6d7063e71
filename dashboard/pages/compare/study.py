"""The Study tab: a grid of objectives and seeds as its table fills, with verdicts, published rows and files."""

from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.kit import markup, widgets
from dashboard.kit.charts import CONFIG
from dashboard.kit.downloads import save
from dashboard.kit.explain import explain
from dashboard.pages.compare import study_figures as figures
from dashboard.pages.compare import study_tables as tables
from dashboard.pages.compare.choices import STUDY_CHOICES as CHOICES
from dashboard.pages.compare.figures import row_name
from dashboard.pages.compare.study_figures import Shown
from otcore.base.errors import InputError
from otcore.evaluation.study.plan import PLANS
from otcore.evaluation.study.table import EXAMPLES, Table, at_work, open_table, studies
from otcore.evaluation.study.verdicts import sentences
from otcore.evaluation.transfer.results import ALL

_CHART = CONFIG | {"toImageButtonOptions": {"format": "svg", "filename": "study"}}
_BESIDE = (
    "Published with 12-layer encoders, 250,000 pairs a language and all training data; read direction and size of the gains, not the "
    "level. The same paper found no gain on XLM-R base (XNLI 77.5 → 77.6)."
)
_INTERVALS = (
    "Changes are from the encoder that is not tuned, seed by seed; their 95% intervals are Student's t over seeds, wide where there are "
    "few. One that holds 0 is within noise."
)
_EVERY = 3  # seconds between two looks at a table that fills


def page() -> None:
    found = studies()
    if not found:
        st.info("There is no study on this machine yet. The command below starts one; this page shows its progress.")
        _commands()
        return
    left, right = st.columns(2)
    widgets.offer(CHOICES, "study", {name: name for name in found}, left)
    folder = found[state.get(CHOICES.key("study"))]
    try:
        table = open_table(folder)
    except InputError as error:
        explain(error)
        return
    st.caption(markup.escape_markdown(f"{table.described['about']} From {Path(table.described['encoder']).name}: {_tuned(table)}"))
    if table.finished < table.wanted and not folder.is_relative_to(EXAMPLES):
        _filling(str(folder), table.print())
    else:
        _progress(table, "")
    parts = {name: one["label"] for name, one in table.parts.items() if table.languages(name)}
    if parts:
        widgets.offer(CHOICES, "part", parts, right)
        _part(table, folder)
    with st.expander("How to begin a study, or go on with one"):
        _commands()


def _tuned(table: Table) -> str:
    tuning = table.described["tuning"]
    pairs = f", {tuning['pairs']:,} sentence pairs of each" if tuning.get("pairs") else ""
    seeds = f"seed{'s' if len(table.seeds) > 1 else ''} {', '.join(map(str, table.seeds))}"
    return f"{tuning['steps']} steps on {', '.join(tuning['languages'])}{pairs}; {seeds}."


@st.fragment(run_every=_EVERY)
def _filling(place: str, known: int) -> None:
    """How far it is, every few seconds; where a cell has come since, all of the page is drawn anew."""
    folder = Path(place)
    try:
        table = open_table(folder)
    except InputError as error:  # its folder is gone, or half of it
        explain(error)
        return
    if table.print() != known:
        st.rerun()
    units = at_work(folder)
    _progress(table, f"; at work on {', '.join(units)}" if units else "; not running")


def _progress(table: Table, more: str) -> None:
    done, wanted = table.finished, table.wanted
    st.progress(min(done / max(wanted, 1), 1.0), text=markup.escape_markdown(f"{done} of {wanted} cells{more}"))


def _part(table: Table, folder: Path) -> None:
    part = state.get(CHOICES.key("part"))
    left, right = st.columns(2, vertical_alignment="bottom")
    groups = {name: row_name(name) for name in reversed(table.groups(part))}
    widgets.offer(CHOICES, "over", groups, left, row=True)
    measures = table.parts[part]["measures"]
    if len(measures) > 1:
        widgets.offer(CHOICES, "measure", measures, right, row=True)
    measure = state.get(CHOICES.key("measure"))
    shown = Shown(part, measure if measure in measures else next(iter(measures)), state.get(CHOICES.key("over")) or ALL)
    lines = [f"- {sign} {markup.escape_markdown(text)}" for sign, text in sentences(table, part, shown.measure, shown.place)]
    st.markdown("\n".join(lines) or "Nothing can be compared yet: a tuned row and the one that is not tuned are needed.")
    if lines:
        spoken = figures.spoken(table, shown)
        st.plotly_chart(figures.change_figure(table, shown), key="st_changes", config=_CHART, alt=spoken)
    st.dataframe(tables.grid(table, shown), hide_index=True, alt="Rows of the study with means, changes and verdicts")
    st.caption(_INTERVALS)
    beside = tables.published(table, part)
    if beside is not None:
        st.dataframe(beside, hide_index=True, placeholder="–", alt="What the paper published, F1 in percent")
        st.caption(_BESIDE)
    with st.expander("By language"):
        st.dataframe(tables.by_language(table, shown), hide_index=True, alt="Means and changes by language")
    if table.trainings:
        with st.expander("How each was trained"):
            st.dataframe(tables.trainings(table), hide_index=True, alt="Fine-tunings of the study")
    with st.container(horizontal=True):
        save("Cells (CSV)", lambda: tables.cells_csv(folder), "study.csv", key="st_csv")
        save("JSON", lambda: tables.as_json(table, folder), "study.json", key="st_json")


def _commands() -> None:
    for name, plan in PLANS.items():
        st.markdown(markup.escape_markdown(f"{plan.label}: {plan.about}"))
        st.code(f"python -m otcore study --plan {name}" + (" --data DIR" if plan.data else ""), language="sh")
    st.caption("A study that was ended, or killed, goes on with the same command; several processes may work on it at once.")
