"""The parts of the Space page: the job at work, the picture, its numbers, what is selected, files."""

import streamlit as st

from dashboard import state
from dashboard.kit import markup, waiting
from dashboard.kit.components import viewport
from dashboard.pages.space import cache, figures, files, film, numbers, picks, pieces
from dashboard.pages.space.cache import Picture
from dashboard.pages.space.drawing import Style, drawing_of
from dashboard.pages.space.listing import Moment
from dashboard.pages.space.selection import SpaceView


def page(view: SpaceView) -> None:
    """Everything below the controls: the job's progress, or the picture."""

    def draw(picture: Picture) -> None:
        result(picture, view)
        cache.warm_projection()  # not before: compiling would hold up the first picture

    waiting.show(cache.space_picture(view), draw, name="picture")


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
        on_select=lambda: state.take_points("space_picture", "sp_pick", picks.taken), selection_mode=("points", "box", "lasso"),
    )  # fmt: skip
    st.caption(pieces.reading(picture))


def _downloads(picture: Picture, marked: list[int], narrow: bool, states: list[int]) -> None:
    style, reading = Style.current(narrow), pieces.reading(picture)

    def whole() -> str:
        figure = figures.scatter(drawing_of(picture, states, marked, style).drawing)
        return files.html_page(figure, picture, numbers.facts(picture, states), reading)

    pieces.downloads(picture, marked, whole)
