"""The parts of the Space page: the job at work, the picture, its numbers, what is selected, files."""

import streamlit as st

from dashboard import markup, resources, selection
from dashboard.components import viewport
from dashboard.figures import space as figures
from dashboard.jobs import Snapshot
from dashboard.resources import Picture
from dashboard.space import files, film, numbers, picks, pieces
from dashboard.space.drawing import Style, drawing_of
from dashboard.space.listing import Moment
from dashboard.space.view import SpaceView

_AT_ONCE = 2.0  # seconds a run of the page waits for a picture before it shows how far it is


def page(view: SpaceView) -> None:
    """Everything below the controls: the job's progress, or the picture."""
    found = resources.space_picture(view)
    jobs = resources.space_jobs(view.projection.method)
    if found.alive:
        found = jobs.wait(found.key, _AT_ONCE)
    if found.state == "done":
        result(found.result, view)
        resources.warm_projection()  # not before: compiling would hold up the first picture
    elif found.alive:
        at_work(found.key, view.projection.method)
    else:
        again(found, view.projection.method)


@st.fragment(run_every=1)
def at_work(key: str, method: str) -> None:
    """How far the picture is, redrawn every second while its job lives; mounted only then."""
    found = resources.space_jobs(method).snapshot(key)
    if found is None or not found.alive:
        st.rerun()
    st.progress(found.share, text=markup.escape_markdown(_progress_text(found)))
    st.caption("Other pages stay usable meanwhile, and the result is kept.")
    st.button("Cancel", key="cancel_space", on_click=resources.space_jobs(method).cancel, args=(key,))


def again(found: Snapshot, method: str) -> None:
    """A picture that failed or was cancelled: why, and another try."""
    if found.state == "failed":
        st.error(markup.escape_markdown(found.error))
    else:
        st.info("This picture was cancelled. Choose other settings, or start it again.")
    st.button("Start again", key="restart_space", on_click=resources.space_jobs(method).forget, args=(found.key,))


def result(picture: Picture, view: SpaceView) -> None:
    """A finished picture."""
    if picture.cloud.cut:
        st.warning(f"{picture.cloud.cut:,} words stand too far back in their sentences for an encoder and are left out.")
    narrow = viewport.is_narrow("viewport")
    marked = pieces.chosen(picture)
    if view.mode == "film":
        film.show(picture, marked, narrow)
        return
    moments = _moments(picture)
    _draw(picture, marked, narrow)
    st.html(markup.numbers(numbers.facts(picture, [moment.state for moment in moments])))
    numbers.by_language(picture, moments)
    pieces.selected(picture, marked, moments, picture.cloud.states[-1].name)
    _downloads(picture, marked, narrow, [moment.state for moment in moments])


def _moments(picture: Picture) -> list[Moment]:
    states = picture.cloud.states
    if len(states) == 1:
        return [Moment(0, "nearest")]
    return [Moment(0, "before"), Moment(1, "after")]


def _draw(picture: Picture, marked: list[int], narrow: bool) -> None:
    states = list(range(len(picture.cloud.states)))
    drawing = drawing_of(picture, states, marked, Style.current(narrow))
    if drawing.dropped:
        st.caption(f"Of {drawing.dropped + figures.MOST_LINES:,} lines the first {figures.MOST_LINES:,} are drawn.")
    st.plotly_chart(
        figures.scatter(drawing.drawing), key="space_picture", config=pieces.CHART, alt=pieces.spoken(picture, marked),
        on_select=lambda: selection.take_points("space_picture", "sp_pick", picks.taken), selection_mode=("points", "box", "lasso"),
    )  # fmt: skip
    st.caption(pieces.reading(picture))


def _downloads(picture: Picture, marked: list[int], narrow: bool, states: list[int]) -> None:
    style, reading = Style.current(narrow), pieces.reading(picture)

    def whole() -> str:
        figure = figures.scatter(drawing_of(picture, states, marked, style).drawing)
        return files.html_page(figure, picture, numbers.facts(picture, states), reading)

    pieces.downloads(picture, marked, whole)


def _progress_text(found: Snapshot) -> str:
    if found.state == "waiting":
        return f"Waiting for its turn: {found.ahead} job{'s' if found.ahead != 1 else ''} ahead."
    left = f", about {max(found.left, 1):.0f} s left" if found.left is not None else ""
    return f"{found.note[:1].upper()}{found.note[1:]}{left}"
