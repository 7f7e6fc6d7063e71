"""What a picture and a film have in common: the chart on which points are selected, the list of what is selected, files."""

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from dashboard import state
from dashboard.kit import markup
from dashboard.kit.explain import explain
from dashboard.pages.space import cards, export, lasso
from dashboard.pages.space.choices import CHOICES, SpaceView
from dashboard.pages.space.drawing import Style
from dashboard.pages.space.picture import Moment, Picture, facts
from otcore.base.errors import InputError
from otcore.base.patterns import find

_CHART = {
    "displaylogo": False,
    "displayModeBar": True,
    "modeBarButtonsToRemove": ["autoScale2d"],
    "scrollZoom": False,
    "toImageButtonOptions": {"format": "svg", "filename": "space"},
}


def style_of(view: SpaceView, *, stacked: bool) -> Style:
    """How the person wants the picture to look."""
    return Style(view.colouring, view.lines, state.stamp(), stacked)


def marked_points(picture: Picture, view: SpaceView) -> list[int]:
    """The selected points: those picked on the picture and those found by text; why a search failed is told here."""
    points = picture.cloud.points
    marked = set(lasso.read(view.pick, len(points)))
    try:
        marked |= set(find(points.texts, view.find, regular=view.regex))
    except InputError as error:
        explain(error)
    else:
        if view.find.strip() and not marked:
            st.info(markup.escape_markdown(f"No point plotted is “{view.find}”; try a regular expression, or plot more."))
    return sorted(marked)


def chart(figure: go.Figure, picture: Picture, view: SpaceView, marked: list[int], key: str) -> None:
    """The figure, on which points can be selected, and how it is read."""
    st.plotly_chart(
        figure,
        key=key,
        config=_CHART,
        alt=_spoken(picture, marked),
        on_select=lambda: state.take_points(key, CHOICES.key("pick"), lasso.taken),
        selection_mode=("points", "box", "lasso"),
    )
    st.caption(reading(picture, view))


def selected(picture: Picture, marked: list[int], moments: list[Moment], encoder: str) -> None:
    """The list of what is selected; `encoder` opens a word at Align."""
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    if not marked:
        left.caption(
            "Nothing is selected: click a point, draw a box or a lasso around some, or search above. Each is then told here with its "
            "sentence, its nearest neighbours in the original space, and its translations."
        )
        return
    left.subheader(f"{len(marked):,} selected", anchor=False)
    right.button("Clear selection", key="clear_selection", on_click=_clear, width="stretch")
    st.html(cards.cards(picture, marked, moments, encoder))
    if len(marked) > cards.SHOWN:
        st.caption(f"The first {cards.SHOWN} are told here; the CSV marks all {len(marked):,}.")


def reading(picture: Picture, view: SpaceView) -> str:
    """How to read the picture, in a line or two."""
    settings = picture.projection.settings
    how = "Click, box or lasso selects in both panes." if settings.dimensions == 2 else "Drag to turn; select by text."
    return f"{view.colouring.reading} {how} {settings.method.reading}"


def downloads(picture: Picture, marked: list[int], whole: Callable[[], str]) -> None:
    """Coordinates and an interactive file, each made when it is asked for."""
    look = {"on_click": "ignore", "icon": ":material/download:"}
    help = "One file with the figure and a search box in it; opens without a connection."
    with st.container(horizontal=True):
        st.download_button(
            "Coordinates (CSV)", lambda: export.coordinates_csv(picture, marked), "space.csv", "text/csv", key="save_space_csv", **look
        )
        st.download_button("Interactive HTML", whole, "space.html", "text/html", key="save_space_html", help=help, **look)


def _clear() -> None:
    state.put(**{CHOICES.key("pick"): "", CHOICES.key("find"): ""})
    state.new_stamp()


def _spoken(picture: Picture, marked: list[int]) -> str:
    """The picture in words, for screen readers."""
    points = picture.cloud.points
    told = "; ".join(f"{name} {value}" for name, value, _ in facts(picture, list(range(len(picture.cloud.states)))))
    some = ", ".join(points.texts[one] for one in marked[:8])
    kind = "words" if points.of_words else "sentences"
    return f"{len(points):,} {kind} of {len(points.codes)} languages as points. {told}. " + (f"Selected: {some}." if marked else "")
