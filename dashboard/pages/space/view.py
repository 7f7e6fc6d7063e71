"""What the Space page draws below its controls: the job at work, or the picture with its numbers, what is selected, files."""

import streamlit as st

from dashboard.kit import markup, waiting
from dashboard.kit.components import viewport
from dashboard.pages.space import cache, export, figures, film, result
from dashboard.pages.space.choices import SpaceView
from dashboard.pages.space.drawing import drawing_of
from dashboard.pages.space.picture import Moment, Picture, by_language, facts


def page(view: SpaceView) -> None:
    """The job's progress, or the picture."""

    def draw(picture: Picture) -> None:
        _result(picture, view)
        cache.warm_projection()  # not before: compiling would hold up the first picture

    waiting.show(cache.space_picture(view), draw, name="picture")


def _result(picture: Picture, view: SpaceView) -> None:
    if picture.cloud.cut:
        st.warning(f"{picture.cloud.cut:,} words stand too far back in their sentences for an encoder and are left out.")
    narrow = viewport.is_narrow("viewport")
    marked = result.marked_points(picture, view)
    (film.show if view.is_film else _states)(picture, view, marked, narrow)


def _states(picture: Picture, view: SpaceView, marked: list[int], narrow: bool) -> None:
    """One state, or two beside each other."""
    style, states = result.style_of(view, stacked=narrow), list(range(len(picture.cloud.states)))
    drawing = drawing_of(picture, states, marked, style)
    if drawing.dropped:
        st.caption(f"Of {drawing.dropped + figures.MOST_LINES:,} lines the first {figures.MOST_LINES:,} are drawn.")
    result.chart(figures.scatter(drawing), picture, view, marked, "space_picture")
    told = facts(picture, states)
    st.html(markup.numbers(told))
    moments = [Moment(0, "before"), Moment(1, "after")] if view.is_pair else [Moment(0, "nearest")]
    with st.expander("By language"):
        st.dataframe(by_language(picture, moments), hide_index=True, alt="Retrieval and mixing by language")
        st.caption("P@1 of the language's own words towards all others; mixing as above. In the original space, over the plotted points.")
    result.selected(picture, marked, moments, picture.cloud.states[-1].name)
    reading = result.reading(picture, view)

    def whole() -> str:
        return export.html_page(figures.scatter(drawing_of(picture, states, marked, style)), picture, told, reading)

    result.downloads(picture, marked, whole)
