"""The parts of the Fine-tune page: start, one run as it goes or went, and the table of runs."""

import shutil
import tempfile
from pathlib import Path

import streamlit as st

from dashboard import background, state
from dashboard.kit import markup
from dashboard.kit.explain import explain
from dashboard.pages.finetune import cache, figures
from dashboard.pages.finetune import selection as finetune_selection
from dashboard.pages.finetune import tables as training_tables
from dashboard.pages.finetune.course import pace, snapshot_steps, status_of, watched_pairs
from dashboard.pages.finetune.trainings import Standing
from otcore.base.errors import InputError
from otcore.base.places import RUN_PREFIX, runs_folder
from otcore.runs.settings import FinetuneSettings
from otcore.runs.store import Run, create_run, delete_run, find_run, list_runs, rename_run, zip_run
from otcore.text.languages import LANGUAGES, language

_CHART = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "zoom", "pan"], "toImageButtonOptions": {"format": "svg"}}
_COPIES = 8  # of an encoder in single precision: weights with two moments, once more while they are replaced, and the result twice
_FIRST = (
    "Start trains a copy of the encoder on the chosen translations and shows its curves, its held-out figures and one sentence's plan as "
    "they change; other pages stay usable meanwhile. At the end, or whenever you cancel, what was learnt is kept here and can be used as "
    "an encoder everywhere."
)
_READ_LOSS = (
    "The loss should fall; the anchor rises from 0 as English moves away from where it was, and then holds it. A click on a language's "
    "name shows its own part."
)
_READ_HELD_OUT = (
    "Sentences the run never trains on. AER is the share of word links that are wrong, so it should fall; P@1, the share of sentences "
    "whose nearest neighbour is their translation, should rise."
)
_STATES = {
    "new": "Not started.", "interrupted": "Interrupted: its process ended before it had. Resume goes on from the last checkpoint.",
    "cancelled": "Cancelled; what was learnt is kept. Resume goes on where it was.", "finished": "Finished.",
}  # fmt: skip


def page() -> None:
    """Everything below the choices."""
    _start()
    runs = list_runs()
    run = _chosen(runs)
    if run is None:
        st.info(_FIRST)
        return
    st.divider()
    if cache.trainings().standing(run).alive:
        live(run.name)
    else:
        _others_at_work(runs, run)
        _title(run)
        _draw(run, cache.trainings().standing(run))
        _actions(run)
    _table(runs)


@st.fragment(run_every=1)
def live(name: str) -> None:
    """A run that waits or is at work, redrawn every second; mounted only then."""
    try:
        run = find_run(name)
    except InputError:  # it failed before it learnt anything, and its folder is gone
        st.rerun()
    standing = cache.trainings().standing(run)
    if not standing.alive:
        st.rerun()
    _title(run)
    st.button(
        "Cancel", key="cancel_run", on_click=cache.trainings().cancel, args=(run,), icon=":material/stop_circle:",
        help="The run ends after its step and keeps what it has learnt; it can be resumed.",
    )  # fmt: skip
    _draw(run, standing)


def begin(settings: FinetuneSettings) -> Run:
    """A new run in the queue; one of the same settings that waits or is at work is not begun twice.

    raises: InputError   the encoder cannot be had or trained, too little space, too many runs in the queue
    """
    trainings = cache.trainings()
    for run in list_runs():
        if run.settings == settings and trainings.standing(run).alive:
            return run
    trainings.make_room()
    encoder = background.encoder(settings.encoder)
    encoder.check_layer(settings.layer)
    _check_space(encoder.model.num_parameters() * 4 * _COPIES)
    run = create_run(settings)
    trainings.start(run)
    return run


def _start() -> None:
    settings = None
    try:
        settings = finetune_selection.current()
    except finetune_selection.NotYet as error:
        st.info(markup.escape_markdown(str(error)))
    except InputError as error:
        explain(error)
    if st.button("Start", key="start_run", type="primary", icon=":material/play_arrow:", disabled=settings is None):
        try:
            with st.spinner("Starting …"):
                run = begin(settings)
        except InputError as error:
            explain(error)
        else:
            state.put(run=run.name)


def _check_space(needed: int) -> None:
    folder = next(path for path in (runs_folder(), *runs_folder().parents) if path.is_dir())
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise InputError(
            f"A run of this encoder needs up to {needed / 1e6:,.0f} MB and {free / 1e6:,.0f} MB are free; delete old runs or make room."
        )


def _chosen(runs: list[Run]) -> Run | None:
    """The run that is asked for, else one that is at work, else the newest."""
    names = {run.name: run for run in runs}
    wanted = state.get("run")
    if wanted in names:
        return names[wanted]
    if wanted:
        failure = cache.trainings().failure(wanted)
        if failure:
            st.error(markup.escape_markdown(failure))
        else:
            st.info(markup.escape_markdown(f"There is no run {wanted} (any more)."))
        state.put(run="")
    alive = [run for run in runs if cache.trainings().standing(run).alive]
    return next((run for run in alive if run.state == "running"), alive[-1] if alive else runs[0] if runs else None)


def _others_at_work(runs: list[Run], shown: Run) -> None:
    for run in runs:
        if run.name != shown.name and cache.trainings().standing(run).state == "running":
            label = f"{markup.escape_markdown(run.name)} is at work: show it"
            st.button(label, key="show_live", on_click=state.put, kwargs={"run": run.name}, type="tertiary")


def _title(run: Run) -> None:
    settings = run.settings
    names = ", ".join(language(code).name for code in settings.languages)
    facts = f"{settings.objective.label} · {names} · from {settings.encoder}"
    st.subheader(markup.escape_markdown(run.name), anchor=False)
    st.caption(markup.escape_markdown(facts))


def _draw(run: Run, standing: Standing) -> None:
    _say(run, standing)
    if standing.state == "waiting":
        return
    course = cache.course_of(run)
    share, left = pace(run, course.latest)
    if standing.state == "running":
        st.progress(share if course.latest else 0.0, text=_progress_text(run, course, left))
    st.html(markup.numbers(training_tables.facts(run, course)))
    curves, figures_held = st.columns(2, gap="medium")
    with curves:
        if course.seconds:
            figure = figures.losses(course, {"transport": "transport cost", "contrast": "contrast", "anchor": "λ · anchor"})
            spoken = f"Loss {course.loss[0]:.3g} at first, {course.loss[-1]:.3g} at step {course.latest['step']}."
            st.plotly_chart(figure, key="losses", config=_CHART, alt=spoken)
            st.caption(_READ_LOSS)
        elif run.settings.objective.is_map:
            st.info("A map is fitted language by language, not trained by steps: there is no loss to draw.")
    with figures_held:
        if course.held_out:
            st.plotly_chart(figures.held_out(course), key="held_out", config=_CHART, alt=training_tables.spoken(course))
            st.caption(_READ_HELD_OUT)
    _watched(run, alive=standing.alive)


def _say(run: Run, standing: Standing) -> None:
    if standing.state == "waiting":
        runs = "1 run" if standing.ahead == 1 else f"{standing.ahead} runs"
        st.info(f"In the queue: {runs} ahead of this one. It starts by itself; one run at a time is trained on this server.")
    elif run.state == "stopped":
        st.warning(markup.escape_markdown(f"Stopped after step {run.step:,}: {run.reason}. What was good is kept."))
    elif standing.error:
        st.error(markup.escape_markdown(standing.error))
    elif standing.state in _STATES:
        st.markdown(_STATES[standing.state])


def _progress_text(run: Run, course, left: float | None) -> str:
    if not course.held_out:
        return "Loading the encoder and the sentences …"
    if not course.latest:
        return "Before the first step …"
    steps = f" of {run.steps:,}" if run.steps else ""
    return f"Step {course.latest['step']:,}{steps}" + (f", about {training_tables.duration(left)} left" if left is not None else "")


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
    counts = ", ".join(f"{len(cells)} {name}" for name, cells in status_of(found).items())
    st.plotly_chart(figures.watched(found), key="watched_plan", config=_CHART, alt=f"Plan after step {step}: {counts}.")
    gold = "Marks compare its links with the hand-made ones. " if found.gold else "Squares are its links. "
    st.caption(
        f"{gold}{counts[0].upper()}{counts[1:]}; transport cost {found.cost:.4f}. Bright cells carry mass: a good plan is few of them."
    )


def _actions(run: Run) -> None:
    """What can be done with a run at rest."""
    name = RUN_PREFIX + run.name
    with st.container(horizontal=True):
        if run.resumable and st.button("Resume", key="resume_run", icon=":material/play_arrow:"):
            _try(lambda: cache.trainings().start(run))
        if run.usable and st.button("Use as encoder", key="use_run", help="Chooses it on all pages and shows it at Align."):
            state.put(encoder=name)
            st.switch_page(state.page("align"))
        if run.usable and st.button("Compare with before", key="compare_run"):
            bundled = [code for code in run.settings.languages if code in LANGUAGES]  # what there is to compare on
            state.put(compared=[run.settings.encoder, name], **({"over": bundled} if bundled else {}))
            st.switch_page(state.page("compare"))
        st.download_button(
            "Download", lambda: _zipped(run), f"{run.name}.zip", "application/zip", on_click="ignore", key="download_run",
            help="Settings, log, snapshots and the encoder, which Transformers loads.",
        )  # fmt: skip
        with st.popover("Rename"), st.form("rename", border=False):
            new = st.text_input("New name", run.name, max_chars=80, key=f"new_name_{run.name}")
            if st.form_submit_button("Rename", key="rename_run"):
                _try(lambda: _rename(run, new))
        with st.popover("Delete"):
            st.markdown("This removes the run and all it learnt; it cannot be undone.")
            if st.button("Delete for good", key="delete_run", type="primary"):
                _try(lambda: _delete(run))


def _rename(run: Run, name: str) -> None:
    cache.trainings().check_at_rest(run)
    state.put(run=rename_run(run, name).name)


def _delete(run: Run) -> None:
    cache.trainings().check_at_rest(run)
    delete_run(run)
    state.put(run="")


def _try(act) -> None:
    """Does something and draws the page anew; what stands against it is told instead."""
    try:
        act()
    except InputError as error:
        explain(error)
    else:
        st.rerun()


def _zipped(run: Run) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return zip_run(run, Path(folder) / "run.zip").read_bytes()


def _table(runs: list[Run]) -> None:
    st.subheader("Runs", anchor=False)
    standings = {run.name: cache.trainings().standing(run) for run in runs}
    st.dataframe(
        training_tables.runs_table(runs, standings), hide_index=True, key="runs", on_select=lambda: _pick(runs),
        selection_mode="single-row", alt="Fine-tuning runs", column_config=training_tables.columns(),
    )  # fmt: skip
    st.caption("Figures are means over the languages on held-out sentences, before → after. Tick a run to show it above.")


def _pick(runs: list[Run]) -> None:
    row = state.picked_row("runs")
    state.put(run=runs[row].name if row is not None else "")
