"""What the Space page draws below its controls: the job at work, or the picture or film with its numbers, what is selected, files."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import plotly.graph_objects as go
import streamlit as st

from dashboard import state
from dashboard.background.runs import course_of
from dashboard.kit import markup, waiting
from dashboard.kit.components import viewport
from dashboard.kit.downloads import save
from dashboard.kit.explain import explain
from dashboard.kit.exports import csv
from dashboard.pages.space import cache, cards, export, figures, lasso
from dashboard.pages.space.choices import CHOICES, SpaceView
from dashboard.pages.space.drawing import MOST_LINES, Scene, drawing_of
from dashboard.pages.space.picture import Picture, by_language, facts
from otcore.base.errors import InputError
from otcore.base.patterns import find
from otcore.base.places import RUN_PREFIX
from otcore.runs.example import find_or_example

_CHART = {"displaylogo": False, "displayModeBar": True, "modeBarButtonsToRemove": ["autoScale2d"], "scrollZoom": False}
_CHART |= {"toImageButtonOptions": {"format": "svg", "filename": "space"}}
_PLAY, _STEP, _PICK = (CHOICES.key(name) for name in ("play", "step", "pick"))
_LOGGED = {
    "aer": ("held-out AER", "wrong word links, on the run's held-out sentences"),
    "retrieval": ("held-out P@1", "sentence retrieval there"),
}


def page(view: SpaceView) -> None:

    def draw(picture: Picture) -> None:
        if picture.cloud.cut:
            st.warning(f"{picture.cloud.cut:,} words stand too far back in their sentences for an encoder and are left out.")
        narrow, marked = viewport.is_narrow("viewport"), _marked(picture, view)
        (_film if view.is_film else _states)(Scene(picture, view.colouring, view.lines, view.run, marked, state.stamp(), narrow))
        cache.warm_projection()  # not before: compiling would hold up the first picture

    waiting.show(cache.space_picture(view), draw, name="picture")


def _marked(picture: Picture, view: SpaceView) -> list[int]:
    """The selected points: those picked on the picture and those found by text; why a search failed is told here."""
    texts = picture.cloud.points.texts
    marked = set(lasso.read(view.pick, len(texts)))
    try:
        marked |= set(find(texts, view.find, regular=view.regex))
    except InputError as error:
        explain(error)
    else:
        if view.find.strip() and not marked:
            st.info(markup.escape_markdown(f"No point plotted is “{view.find}”; try a regular expression, or plot more."))
    return sorted(marked)


def _states(scene: Scene) -> None:
    """One state, or two beside each other."""
    picture, states = scene.picture, list(range(len(scene.picture.cloud.states)))
    drawing = drawing_of(scene, states)
    if drawing.dropped:
        st.caption(f"Of {drawing.dropped + MOST_LINES:,} lines the first {MOST_LINES:,} are drawn.")
    _chart(figures.scatter(drawing), scene, "space_picture")
    told = facts(picture, states)
    st.html(markup.numbers(told))
    moments = {"before": 0, "after": 1} if len(states) > 1 else {"nearest": 0}
    with st.expander("By language"):
        st.dataframe(by_language(picture, moments), hide_index=True, alt="Retrieval and mixing by language")
        st.caption("P@1 of the language's own words towards all others; mixing as above. In the original space, over the plotted points.")
    _selected(scene, moments, picture.cloud.states[-1].name)
    _downloads(scene, lambda: figures.scatter(drawing_of(scene, states)), told)


def _film(scene: Scene) -> None:
    """A run's snapshots, one moment at a time, moved by a slider or by itself, and what belongs to the whole of it."""
    steps = scene.picture.steps
    if state.get(_PLAY):
        _running(scene, [])
    else:
        _moment(scene)
    _selected(scene, {f"step {steps[one]}": one for one in (0, _place(steps))}, RUN_PREFIX + scene.run)

    def whole() -> go.Figure:
        return figures.film([drawing_of(replace(scene, stacked=False), [k]) for k in range(len(steps))], list(map(str, steps)))

    _downloads(scene, whole, facts(scene.picture, [0, len(steps) - 1]))


@st.fragment(run_every=1.1)
def _running(scene: Scene, beats: list[int]) -> None:
    """Mounted only while the film runs; each beat but the first shows the next moment, and the end stops it.

    beats: the moments shown since it was mounted; the same list at every beat
    """
    steps = scene.picture.steps
    place = _place(steps)
    if beats:
        if place + 1 >= len(steps) or not state.get(_PLAY):
            state.put(**{_PLAY: False})
            st.rerun()
        place += 1
        state.put(**{_STEP: steps[place]})
    beats.append(place)
    _moment(replace(scene, stamp=state.stamp()))


def _moment(scene: Scene) -> None:
    picture, steps = scene.picture, scene.picture.steps
    place = _place(steps)
    button, slider = st.columns([1, 6], vertical_alignment="bottom")
    label = "⏸ Pause" if state.get(_PLAY) else "▶ Play"
    button.button(label, key="film_button", on_click=_toggle, args=(steps,), width="stretch")
    if len(steps) > 1:
        if state.get(_STEP) not in steps:
            state.put(**{_STEP: steps[place]})
        slider.select_slider(CHOICES.declared["step"].label, steps, key=_STEP)
    _chart(figures.scatter(drawing_of(scene, [place], gliding=True)), scene, "space_film")
    # what the run itself measured at that step, on held-out sentences
    found = next((held for _, at, held in course_of(find_or_example(scene.run)).held_out if at == steps[place]), {})
    logged = [(label, f"{found[key]:.3f}", help) for key, (label, help) in _LOGGED.items() if key in found]
    st.html(markup.numbers([*facts(picture, [place]), *logged]))
    if len(steps) > 1:
        course = picture.course()
        alt = "; ".join(f"{name} from {row[0]:.2f} to {row[-1]:.2f}" for name, row in course.items())
        figure = figures.course(steps, course, steps[place])
        st.plotly_chart(figure, key="film_course", config={"displayModeBar": False}, alt=alt)


def _toggle(steps: tuple[int, ...]) -> None:
    """Play from the start where the film stands at its end."""
    playing = not state.get(_PLAY)
    if playing and state.get(_STEP) in (-1, steps[-1]):
        state.put(**{_STEP: steps[0]})
    state.put(**{_PLAY: playing})


def _place(steps: tuple[int, ...]) -> int:
    """The moment that is shown; the last where none is asked for."""
    step = state.get(_STEP)
    return steps.index(step) if step in steps else len(steps) - 1


def _chart(figure: go.Figure, scene: Scene, key: str) -> None:
    """The figure, on which points can be selected, and how it is read."""
    points, states = scene.picture.cloud.points, list(range(len(scene.picture.cloud.states)))
    told = "; ".join(f"{name} {value}" for name, value, _ in facts(scene.picture, states))
    some = ", ".join(points.texts[one] for one in scene.marked[:8])
    spoken = f"{len(points):,} {points.kind} of {len(points.codes)} languages as points. {told}. " + (f"Selected: {some}." if some else "")
    take = partial(state.take_points, key, _PICK, lasso.taken)
    st.plotly_chart(figure, key=key, config=_CHART, alt=spoken, on_select=take, selection_mode=("points", "box", "lasso"))
    st.caption(scene.reading)


def _selected(scene: Scene, moments: dict[str, int], encoder: str) -> None:
    """The list of what is selected; `encoder` opens a word at Align."""
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    count = len(scene.marked)
    if not count:
        left.caption(
            "Nothing is selected: click a point, draw a box or a lasso around some, or search above. Each is then told here with its "
            "sentence, its nearest neighbours in the original space, and its translations."
        )
        return
    left.subheader(f"{count:,} selected", anchor=False)
    right.button("Clear selection", key="clear_selection", on_click=_clear, width="stretch")
    st.html(cards.cards(scene.picture, scene.marked, moments, encoder))
    if count > cards.SHOWN:
        st.caption(f"The first {cards.SHOWN} are told here; the CSV marks all {count:,}.")


def _clear() -> None:
    state.put(**{_PICK: "", CHOICES.key("find"): ""})
    state.new_stamp()


def _downloads(scene: Scene, whole: Callable[[], go.Figure], told: list[tuple[str, str, str]]) -> None:
    """Coordinates and an interactive file, each made when it is asked for."""
    picture, reading = scene.picture, scene.reading
    help = "One file with the figure and a search box in it; opens without a connection."
    with st.container(horizontal=True):
        save("Coordinates (CSV)", lambda: csv(export.coordinates(picture, scene.marked)), "space.csv", key="save_space_csv")
        save("Interactive HTML", lambda: export.html_page(whole(), picture, told, reading), "space.html", key="save_space_html", help=help)
