"""What the Space page draws below its controls: the job at work, or the picture or film with its numbers, what is selected, files."""

import hashlib
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
from dashboard.pages.space import cache, canvas, cards, export, figures, lasso
from dashboard.pages.space.choices import CHOICES, SpaceView
from dashboard.pages.space.drawing import Scene, drawing_of
from dashboard.pages.space.picture import Picture, by_language, facts
from dashboard.pages.space.word_classes import CLASSES
from otcore.base.errors import InputError
from otcore.base.patterns import find
from otcore.base.places import RUN_PREFIX
from otcore.runs.example import find_or_example

_CANVAS, _LARGE = "space_canvas", "large selections"
_LONGEST = 4_500  # characters of a selection in the address
_TALL = 500  # pixels of the list beside the picture
_PLAY, _STEP, _PICK = (CHOICES.key(name) for name in ("play", "step", "pick"))
_LOGGED = {
    "aer": ("held-out AER", "wrong word links, on the run's held-out sentences"),
    "retrieval": ("held-out P@1", "sentence retrieval there"),
}


def page(view: SpaceView) -> None:
    def draw(picture: Picture, early: bool = False) -> None:
        if picture.cloud.cut:
            st.warning(f"{picture.cloud.cut:,} words come too late in their sentences for an encoder to read and are left out.")
        if early:
            st.caption(f"This is PCA, to look at until {view.projection.method.label} is there.")
        narrow, found = viewport.is_narrow("viewport"), _found(picture, view)
        picked = lasso.read(_pick(view.pick), len(picture.cloud.points))
        marked = sorted({*picked, *found})
        scene = Scene(picture, view.colouring, view.lines, view.run, marked, state.stamp(), narrow)
        (_film if view.is_film else _states)(scene, view, picked, found)
        cache.warm_projection()  # not before: compiling would hold up the first picture

    try:
        snapshot = cache.space_picture(view)
    except cache.Missing as hint:
        st.info(markup.escape_markdown(str(hint)))
        return
    waiting.show(snapshot, draw, name="picture", meanwhile=partial(draw, early=True))


def _found(picture: Picture, view: SpaceView) -> list[int]:
    """The points found by text; how many, or why the search failed, is told here."""
    try:
        found = find(picture.cloud.points.texts, view.find, regular=view.regex)
    except InputError as error:
        explain(error)
        return []
    if view.find.strip() and not found:
        st.info(markup.escape_markdown(f"No point plotted holds “{view.find}”; try a shorter part of it, or plot more."))
    return found


def _pick(text: str) -> str:
    """A selection too large for the address is remembered by this session alone."""
    return state.recall(_LARGE, {}).get(text, text)


def _taken() -> None:
    """Callback of the picture: the points picked there."""
    text = lasso.written(canvas.taken(_CANVAS))
    if len(text) > _LONGEST:
        name = f"kept{hashlib.sha256(text.encode()).hexdigest()[:12]}"
        state.remember(_LARGE, {name: text})
        text = name
    state.put(**{_PICK: text})


def _rested(steps: tuple[int, ...]) -> None:
    """Callback of the film: the frame it stands at."""
    told = state.told(_CANVAS, "rested") or ""
    if told.isdecimal() and int(told) < len(steps):
        state.put(**{_STEP: steps[int(told)], _PLAY: False})


def _states(scene: Scene, view: SpaceView, picked: list[int], found: list[int]) -> None:
    """One state, or two beside each other; at the right what is selected, or what is measured."""
    picture, states = scene.picture, list(range(len(scene.picture.cloud.states)))
    told = facts(picture, states)
    left, right = st.columns([7, 3], gap="medium")
    with left:
        _chart(scene, view, picked, found, 0)
    moments = {"before": 0, "after": 1} if len(states) > 1 else {"nearest": 0}
    with right:
        _selected(scene, moments, "" if view.of_vectors else picture.cloud.states[-1].name, told)
    if scene.marked:
        st.html(markup.numbers(told))
    with st.expander("By language"):
        st.dataframe(by_language(picture, moments), hide_index=True, alt="Retrieval and mixing by language")
        st.caption("P@1 of the language's own words towards all others; mixing as above. In the original space, over the plotted points.")
    _downloads(scene, lambda: figures.scatter(drawing_of(scene, states)), told)


def _film(scene: Scene, view: SpaceView, picked: list[int], found: list[int]) -> None:
    """A run's snapshots, which glide into each other, and what belongs to the moment it stands at and to the whole of it."""
    picture, steps = scene.picture, scene.picture.steps
    place = _place(steps)
    # what the run itself measured at that step, on held-out sentences
    held = next((held for _, at, held in course_of(find_or_example(scene.run)).held_out if at == steps[place]), {})
    logged = [(label, f"{held[key]:.3f}", help) for key, (label, help) in _LOGGED.items() if key in held]
    told = [*facts(picture, [place]), *logged]
    left, right = st.columns([7, 3], gap="medium")
    with left:
        _chart(scene, view, picked, found, place)
    with right:
        _selected(scene, {f"step {steps[one]}": one for one in (0, place)}, RUN_PREFIX + scene.run, told)
    if scene.marked:
        st.html(markup.numbers(told))
    if len(steps) > 1:
        course = picture.course()
        alt = "; ".join(f"{name} from {row[0]:.2f} to {row[-1]:.2f}" for name, row in course.items())
        figure = figures.course(steps, course, steps[place])
        st.plotly_chart(figure, key="film_course", config={"displayModeBar": False}, alt=alt)

    def whole() -> go.Figure:
        return figures.film([drawing_of(replace(scene, stacked=False), [k]) for k in range(len(steps))], list(map(str, steps)))

    _downloads(scene, whole, facts(picture, [0, len(steps) - 1]))


def _place(steps: tuple[int, ...]) -> int:
    """The moment that is shown; the last where none is asked for."""
    step = state.get(_STEP)
    return steps.index(step) if step in steps else len(steps) - 1


def _chart(scene: Scene, view: SpaceView, picked: list[int], found: list[int], frame: int) -> None:
    """The picture, on which points can be picked, and how it is read."""
    points, states = scene.picture.cloud.points, list(range(len(scene.picture.cloud.states)))
    told = "; ".join(f"{name} {value}" for name, value, _ in facts(scene.picture, states))
    some = ", ".join(points.texts[one] for one in scene.marked[:8])
    spoken = f"{len(points):,} {points.kind} of {len(points.codes)} languages as points. {told}. " + (f"Selected: {some}." if some else "")
    now = {"picked": picked, "found": found, "lines": view.lines, "labels": view.labels, "frame": frame, "play": view.play}
    now |= {"classes": [list(CLASSES).index(name) for name in view.classes] if points.of_words else [], "spoken": spoken}
    canvas.show(scene, now, key=_CANVAS, on_pick=_taken, on_rest=partial(_rested, scene.picture.steps))
    st.caption(scene.reading)


def _selected(scene: Scene, moments: dict[str, int], encoder: str, told: list[tuple[str, str, str]]) -> None:
    """The list of what is selected; `encoder` opens a word at Align. Where nothing is, what is measured."""
    count = len(scene.marked)
    if not count:
        st.caption(
            "Click a point, or draw around some: each is described here with its sentence, its nearest neighbours in the original space, "
            "and its translations. Or search above by a part of a word."
        )
        st.html(markup.numbers(told))
        return
    left, right = st.columns([3, 2], vertical_alignment="center")
    left.markdown(f"**{count:,} selected**")
    right.button("Clear", key="clear_selection", on_click=_clear, width="stretch", help="Clear the selection")
    with st.container(height=_TALL, border=False):
        st.html(cards.cards(scene.picture, scene.marked, moments, encoder))
        if count > cards.SHOWN:
            st.caption(f"The first {cards.SHOWN} are described here; the CSV has all {count:,}.")


def _clear() -> None:
    state.put(**{_PICK: "", CHOICES.key("find"): ""})


def _downloads(scene: Scene, whole: Callable[[], go.Figure], told: list[tuple[str, str, str]]) -> None:
    """Coordinates and an interactive file, each made when it is asked for."""
    picture, reading = scene.picture, scene.reading
    help = "One file with the figure and a search box in it; opens without a connection."
    with st.container(horizontal=True):
        save("Coordinates (CSV)", lambda: csv(export.coordinates(picture, scene.marked)), "space.csv", key="save_space_csv")
        save("Interactive HTML", lambda: export.html_page(whole(), picture, told, reading), "space.html", key="save_space_html", help=help)
