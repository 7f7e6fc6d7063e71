"""The parts of the Fine-tune page below the choices: start, one run as it goes or went, and the table of runs."""

import contextlib

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.background import visitors
from dashboard.background.runs import course_of
from dashboard.kit import markup
from dashboard.kit.charts import CONFIG
from dashboard.kit.explain import attempt, explain
from dashboard.pages.finetune import actions, cache, damaged, figures, tables, trainings
from dashboard.pages.finetune.choices import NotYet, next_settings
from dashboard.pages.finetune.trainings import Standing
from dashboard.pages.finetune.watched import watched_pairs
from otcore.base.errors import InputError
from otcore.runs.course import Course, snapshot_steps
from otcore.runs.example import example_runs, is_example
from otcore.runs.owners import owner_of
from otcore.runs.store import Run, find_run, list_runs
from otcore.text.languages import language

_FIRST = (
    "Start trains a copy of the encoder on the chosen translations and shows its curves, its held-out figures and one sentence's plan as "
    "they change; other pages stay usable meanwhile. At the end, or whenever you cancel, what was learnt is kept here and can be used as "
    "an encoder everywhere."
)
_READ_LOSS = (
    "What the objective measures should fall. The anchor rises from 0 as English moves away from where it was, and then holds it; the "
    "loss is their sum and may rise with it on the way. A click on a language's name shows its own part."
)
_READ_HELD_OUT = (
    "Sentences the run never trains on. AER is the share of word links that are wrong, so it should fall; P@1, the share of sentences "
    "whose nearest neighbour is their translation, should rise."
)
_EXAMPLE = (
    "**An example**: a finished run that comes with the project, without its weights. Its curves, its sentences and its film can be looked "
    "at; to have an encoder, start a run of your own above."
)
_STATES = {
    "new": "Not started.",
    "interrupted": "Interrupted: its process ended before the run did. Resume goes on from the last checkpoint.",
    "cancelled": "Cancelled; what was learnt is kept. Resume goes on where it was.",
    "finished": "Finished.",
}


def page() -> None:
    """Everything below the choices."""
    _start()
    runs = list_runs()
    standings = {run.name: trainings.standing(run) for run in runs}
    run = _chosen(runs, standings)
    if not runs:
        st.info(_FIRST)
    if run is None:
        damaged.panel()
        return
    st.divider()
    if is_example(run):
        _example(run)
    elif standings[run.name].alive:
        live(run.name)
    else:
        for other in runs:
            if standings[other.name].state == "running":
                label = f"{markup.escape_markdown(other.name)} is at work: show it"
                st.button(label, key="show_live", on_click=state.put, kwargs={"run": other.name}, type="tertiary")
        _title(run)
        _draw(run, standings[run.name])
        actions.at_rest(run)
    if runs:
        _table(runs, standings)
    _other_examples(run)
    damaged.panel()


@st.fragment(run_every=1)
def live(name: str) -> None:
    """A run that waits or is at work, redrawn every second; mounted only then."""
    try:
        run = find_run(name)
    except InputError:  # it failed before it learnt anything, and its folder is gone
        st.rerun()
    standing = trainings.standing(run)
    if not standing.alive:
        st.rerun()
    _title(run)
    if visitors.may_change(owner_of(run.folder)):
        told = "The run ends at once and keeps what its steps have learnt; it can be resumed."
        more = {"icon": ":material/stop_circle:", "help": told, "disabled": standing.ending}
        st.button("Ending …" if standing.ending else "Cancel", key="cancel_run", on_click=_cancel, args=(run,), **more)
    else:
        st.caption(actions.ANOTHERS)
    if standing.ending:
        st.caption("What was learnt is measured once more and kept; this takes some seconds.")
    _draw(run, standing)


def _cancel(run: Run) -> None:
    with contextlib.suppress(InputError):  # not his any more: the page that follows shows no button
        trainings.cancel(run)


def _example(run: Run) -> None:
    """The run that comes with the project."""
    _title(run)
    st.markdown(_EXAMPLE)
    _draw(run, Standing(run.state))
    actions.of_example(run)


def _start() -> None:
    settings = None
    try:
        settings = next_settings()
    except NotYet as error:
        st.info(markup.told(error))
    except InputError as error:
        explain(error)
    if st.button("Start", key="start_run", type="primary", icon=":material/play_arrow:", disabled=settings is None):
        with st.spinner("Starting …"):
            attempt(lambda: state.put(run=trainings.begin(settings).name))


def _chosen(runs: list[Run], standings: dict[str, Standing]) -> Run | None:
    """The run that is asked for, else one that is at work, else the newest, else the first example."""
    examples = example_runs()
    if wanted := state.get("run"):
        if found := [run for run in (*runs, *examples) if run.name == wanted]:
            return found[0]
        failure = trainings.failure(wanted)
        tell = st.error if failure else st.info
        tell(markup.escape_markdown(failure or f"There is no run {wanted} (any more)."))
        state.put(run="")
    alive = [run for run in runs if standings[run.name].alive]
    return next((run for run in alive if run.state == "running"), alive[-1] if alive else next(iter((*runs, *examples)), None))


def _title(run: Run) -> None:
    settings = run.settings
    names = ", ".join(language(code).name for code in settings.languages)
    st.subheader(markup.escape_markdown(run.name), anchor=False)
    st.caption(markup.escape_markdown(f"{settings.objective.label} · {names} · from {settings.encoder}"))


def _draw(run: Run, standing: Standing) -> None:
    _say(run, standing)
    if standing.state == "waiting":
        return
    course = course_of(run)
    if standing.state == "running":
        _progress(run, course)
    for note in course.notes:
        st.info(markup.escape_markdown(note))
    st.html(markup.numbers(tables.facts(run, course)))
    left, right = st.columns(2, gap="medium")
    with left:
        if course.seconds:
            spoken = f"Loss {course.loss[0]:.3g} at first, {course.loss[-1]:.3g} at step {course.latest['step']}."
            st.plotly_chart(figures.losses(course), key="losses", config=CONFIG, alt=spoken)
            st.caption(_READ_LOSS)
        elif run.settings.objective.is_map:
            st.info("A map is fitted language by language, not trained by steps: there is no loss to draw.")
    with right:
        if course.held_out:
            st.plotly_chart(figures.held_out(course), key="held_out", config=CONFIG, alt=tables.spoken(course))
            st.caption(_READ_HELD_OUT)
    _watched(run, alive=standing.alive)


def _say(run: Run, standing: Standing) -> None:
    if standing.state == "waiting":
        runs = "1 run" if standing.ahead == 1 else f"{standing.ahead} runs"
        st.info(f"In the queue: {runs} ahead of this one. It starts by itself; one run at a time is trained on this server.")
    elif run.state == "stopped":
        st.warning(markup.escape_markdown(f"Stopped after step {run.step:,}: {run.reason}. What it had learnt until then is kept."))
    elif standing.error:
        st.error(markup.escape_markdown(standing.error))
    elif standing.state in _STATES:
        st.markdown(_STATES[standing.state])


def _progress(run: Run, course: Course) -> None:
    share, left = tables.pace(run, course)
    if not course.held_out:
        told = "Loading the encoder and the sentences …"
    elif not course.latest:
        told = "Before the first step …"
    else:
        told = f"Step {course.latest['step']:,}{tables.of_steps(run, course)}" + (
            f", about {tables.duration(left)} left" if left is not None else ""
        )
    st.progress(share, text=told)


def _watched(run: Run, *, alive: bool) -> None:
    """The plan of one pair: the newest while the run is at work, any of them afterwards."""
    pairs, steps = watched_pairs(run.folder), snapshot_steps(run.folder)
    if not pairs or not steps:
        return
    labels = {k: f"{language(pair.language).name}: \u2068{' '.join(pair.source)}\u2069" for k, pair in enumerate(pairs)}
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    number = left.selectbox("Watched sentence", list(labels), format_func=labels.get, key=f"watched_{run.name}")
    step = steps[-1]
    if not alive and len(steps) > 1:
        step = right.select_slider("After step", steps, value=steps[-1], key=f"snapshot_{run.name}_{steps[-1]}")
    try:
        found = cache.plan_of(run, step, number)
    except InputError as error:
        explain(error)
        return
    counts = ", ".join(f"{len(cells)} {name}" for name, cells in found.cells.items())
    st.plotly_chart(figures.watched(found), key="watched_plan", config=CONFIG, alt=f"Plan after step {step}: {counts}.")
    gold = "Marks compare its links with the hand-made ones. " if found.gold else "Squares are its links. "
    told = f"{counts[0].upper()}{counts[1:]}; transport cost {found.cost:.4f}"
    st.caption(f"{gold}{told}. Bright cells carry mass: a good plan has few of them.")


def _table(runs: list[Run], standings: dict[str, Standing]) -> None:
    def pick() -> None:
        row = state.picked_row("runs")
        state.put(run=runs[row].name if row is not None else "")

    st.subheader("Runs", anchor=False)
    table = pd.DataFrame([tables.row(run, standings[run.name]) for run in runs])
    shown = {"column_config": tables.columns(), "on_select": pick, "selection_mode": "single-row"}
    st.dataframe(table, hide_index=True, key="runs", alt="Fine-tuning runs", **shown)
    st.caption("Figures are means over the languages on held-out sentences, before → after. Tick a run to show it above.")


def _other_examples(shown_above: Run) -> None:
    """Ways to the bundled runs that are not shown."""
    for one in example_runs():
        if one.folder != shown_above.folder:
            about = f"Show an example run: {one.settings.objective.label} on {one.settings.encoder}"
            st.button(about, key=f"show_{one.name}", on_click=state.put, kwargs={"run": one.name}, type="tertiary")
