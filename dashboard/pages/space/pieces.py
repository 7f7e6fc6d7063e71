"""What every kind of picture has: selection, its list, how it is read, files."""

import streamlit as st

from dashboard import state
from dashboard.kit import markup
from dashboard.kit.explain import explain
from dashboard.pages.space import files, listing, looks, numbers, picks
from dashboard.pages.space.cache import Picture
from dashboard.pages.space.listing import Moment
from otcore.base.errors import InputError
from otcore.base.patterns import find

CHART = {
    "displaylogo": False, "displayModeBar": True, "modeBarButtonsToRemove": ["autoScale2d"], "scrollZoom": False,
    "toImageButtonOptions": {"format": "svg", "filename": "space"},
}  # fmt: skip


def chosen(picture: Picture) -> list[int]:
    """The selected points: those picked on the picture and those found by text; why a search failed is told here."""
    points = picture.cloud.points
    marked = set(picks.read(state.get("sp_pick"), len(points)))
    try:
        marked |= set(find(points.texts, state.get("sp_find"), regular=state.get("sp_regex")))
    except InputError as error:
        explain(error)
    else:
        if state.get("sp_find").strip() and not marked:
            st.info(markup.escape_markdown(f"No point plotted is “{state.get('sp_find')}”; try a regular expression, or plot more."))
    return sorted(marked)


def selected(picture: Picture, marked: list[int], moments: list[Moment], encoder: str) -> None:
    """The list of what is selected."""
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    if not marked:
        left.caption(
            "Nothing is selected: click a point, draw a box or a lasso around some, or search above. Each is then told here with its "
            "sentence, its nearest neighbours in the original space, and its translations."
        )
        return
    left.subheader(f"{len(marked):,} selected", anchor=False)
    right.button("Clear selection", key="clear_selection", on_click=_clear, width="stretch")
    st.html(listing.cards(picture, marked, moments, encoder))
    if len(marked) > listing.SHOWN:
        st.caption(f"The first {listing.SHOWN} are told here; the CSV marks all {len(marked):,}.")


def _clear() -> None:
    state.put(sp_pick="", sp_find="")
    state.new_stamp()


def reading(picture: Picture) -> str:
    """How to read the picture, in a line or two."""
    lasso = (
        "Click, box or lasso selects in both panes. " if picture.projection.settings.dimensions == 2 else "Drag to turn; select by text. "
    )
    means = (
        "Near on a UMAP picture means near in the space; far, size and density mean nothing."
        if picture.projection.settings.method == "umap" else "PCA shows only the share of the variance that its axes name."
    )  # fmt: skip
    return f"{looks.READING[state.get('sp_colour')]} {lasso}{means}"


def spoken(picture: Picture, marked: list[int]) -> str:
    """The picture in words, for screen readers."""
    points = picture.cloud.points
    told = "; ".join(f"{name} {value}" for name, value, _ in numbers.facts(picture, list(range(len(picture.cloud.states)))))
    some = ", ".join(points.texts[one] for one in marked[:8])
    return f"{len(points):,} {points.kind}s of {len(points.codes)} languages as points. {told}. " + (f"Selected: {some}." if marked else "")


def downloads(picture: Picture, marked: list[int], whole) -> None:
    """Coordinates and an interactive file, each made when it is asked for."""
    with st.container(horizontal=True):
        st.download_button(
            "Coordinates (CSV)", lambda: files.coordinates_csv(picture, marked), "space.csv", "text/csv", on_click="ignore",
            key="save_space_csv", icon=":material/download:",
        )  # fmt: skip
        st.download_button(
            "Interactive HTML", whole, "space.html", "text/html", on_click="ignore", key="save_space_html", icon=":material/download:",
            help="One file with the figure and a search box in it; opens without a connection.",
        )  # fmt: skip
