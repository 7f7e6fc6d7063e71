"""A run's snapshots as a film: one moment at a time, moved by a slider or by itself."""

import streamlit as st

from dashboard import state
from dashboard.background.runs import course_of
from dashboard.kit import markup
from dashboard.pages.space import export, film_figures, result
from dashboard.pages.space.choices import CHOICES, SpaceView
from dashboard.pages.space.drawing import drawing_of
from dashboard.pages.space.figures import scatter
from dashboard.pages.space.picture import Moment, Picture, facts
from otcore.base.places import RUN_PREFIX
from otcore.runs.store import find_run

_PLAY, _STEP = CHOICES.key("play"), CHOICES.key("step")
_LOGGED = {
    "aer": ("held-out AER", "wrong word links, on the run's held-out sentences"),
    "retrieval": ("held-out P@1", "sentence retrieval there"),
}


def show(picture: Picture, view: SpaceView, marked: list[int], narrow: bool) -> None:
    """The film, standing or running, and what belongs to the whole of it."""
    if state.get(_PLAY):
        _running(picture, view, marked, narrow, [])
    else:
        _moment(picture, view, marked, narrow)
    place = _place(picture)
    moments = [Moment(one, f"step {picture.steps[one]}") for one in dict.fromkeys((0, place))]
    result.selected(picture, marked, moments, RUN_PREFIX + view.run)
    style, reading = result.style_of(view, stacked=False), result.reading(picture, view)

    def whole() -> str:
        drawings = [drawing_of(picture, [k], marked, style) for k in range(len(picture.steps))]
        figure = film_figures.film(drawings, [str(step) for step in picture.steps])
        return export.html_page(figure, picture, facts(picture, [0, len(picture.steps) - 1]), reading)

    result.downloads(picture, marked, whole)


@st.fragment(run_every=1.1)
def _running(picture: Picture, view: SpaceView, marked: list[int], narrow: bool, beats: list[int]) -> None:
    """Mounted only while the film runs; each beat but the first shows the next moment, and the end stops it.

    beats: the moments shown since it was mounted; the same list at every beat
    """
    place = _place(picture)
    if beats:
        if place + 1 >= len(picture.steps) or not state.get(_PLAY):
            state.put(**{_PLAY: False})
            st.rerun()
        place += 1
        state.put(**{_STEP: picture.steps[place]})
    beats.append(place)
    _moment(picture, view, marked, narrow)


def _moment(picture: Picture, view: SpaceView, marked: list[int], narrow: bool) -> None:
    steps, place = picture.steps, _place(picture)
    button, slider = st.columns([1, 6], vertical_alignment="bottom")
    label = "⏸ Pause" if state.get(_PLAY) else "▶ Play"
    button.button(label, key="film_button", on_click=_toggle, args=(steps,), width="stretch")
    if len(steps) > 1:
        if state.get(_STEP) not in steps:
            state.put(**{_STEP: steps[place]})
        slider.select_slider(CHOICES.declared["step"].label, steps, key=_STEP)
    drawing = drawing_of(picture, [place], marked, result.style_of(view, stacked=narrow), gliding=True)
    result.chart(scatter(drawing), picture, view, marked, "space_film")
    st.html(markup.numbers([*facts(picture, [place]), *_logged(view.run, steps[place])]))
    if len(steps) > 1:
        course = picture.course()
        alt = "; ".join(f"{name} from {row[0]:.2f} to {row[-1]:.2f}" for name, row in course.items())
        figure = film_figures.course(steps, course, steps[place])
        st.plotly_chart(figure, key="film_course", config={"displayModeBar": False}, alt=alt)


def _toggle(steps: tuple[int, ...]) -> None:
    """Play from the start where the film stands at its end."""
    playing = not state.get(_PLAY)
    if playing and state.get(_STEP) in (-1, steps[-1]):
        state.put(**{_STEP: steps[0]})
    state.put(**{_PLAY: playing})


def _place(picture: Picture) -> int:
    """The moment that is shown; the last where none is asked for."""
    step = state.get(_STEP)
    return picture.steps.index(step) if step in picture.steps else len(picture.steps) - 1


def _logged(run: str, step: int) -> list[tuple[str, str, str]]:
    """What the run itself measured at that step, on held-out sentences."""
    found = next((held for _, at, held in course_of(find_run(run)).held_out if at == step), {})
    return [(label, f"{found[key]:.2f}", help) for key, (label, help) in _LOGGED.items() if key in found]
