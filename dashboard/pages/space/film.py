"""A run's snapshots as a film: one moment at a time, moved by a slider or by itself."""

import streamlit as st

from dashboard import state
from dashboard.kit import markup
from dashboard.pages.finetune import cache
from dashboard.pages.space import figures, files, numbers, picks, pieces
from dashboard.pages.space import film_figure as space_film
from dashboard.pages.space.cache import Picture
from dashboard.pages.space.drawing import Style, drawing_of
from dashboard.pages.space.listing import Moment
from otcore.base.places import RUN_PREFIX
from otcore.runs.store import find_run


def show(picture: Picture, marked: list[int], narrow: bool) -> None:
    """The film, standing or running, and what belongs to the whole of it."""
    if state.get("sp_play"):
        _running(picture, marked, narrow, [])
    else:
        _moment(picture, marked, narrow)
    pieces.selected(picture, marked, _told(picture), RUN_PREFIX + state.get("run"))
    style, reading = Style.current(stacked=False), pieces.reading(picture)
    pieces.downloads(picture, marked, lambda: _whole(picture, marked, style, reading))


@st.fragment(run_every=1.1)
def _running(picture: Picture, marked: list[int], narrow: bool, beats: list[int]) -> None:
    """Mounted only while the film runs; each beat but the first shows the next moment, and the end stops it.

    beats: the moments shown since it was mounted; the same list at every beat
    """
    place = _place(picture)
    if beats:
        if place + 1 >= len(picture.steps) or not state.get("sp_play"):
            state.put(sp_play=False)
            st.rerun()
        place += 1
        state.put(sp_step=picture.steps[place])
    beats.append(place)
    _moment(picture, marked, narrow)


def _moment(picture: Picture, marked: list[int], narrow: bool) -> None:
    steps, place = picture.steps, _place(picture)
    button, slider = st.columns([1, 6], vertical_alignment="bottom")
    playing = state.get("sp_play")
    button.button("⏸ Pause" if playing else "▶ Play", key="film_button", on_click=_toggle, args=(steps,), width="stretch")
    if len(steps) > 1:
        if state.get("sp_step") not in steps:
            state.put(sp_step=steps[place])
        slider.select_slider("Step of the run", steps, key="sp_step")
    drawn = drawing_of(picture, [place], marked, Style.current(narrow), gliding=True)
    st.plotly_chart(
        figures.scatter(drawn.drawing), key="space_film", config=pieces.CHART, alt=pieces.spoken(picture, marked),
        on_select=lambda: state.take_points("space_film", "sp_pick", picks.taken), selection_mode=("points", "box", "lasso"),
    )  # fmt: skip
    st.caption(pieces.reading(picture))
    st.html(markup.numbers([*numbers.facts(picture, [place]), *_logged(steps[place])]))
    if len(steps) > 1:
        figure = space_film.course(steps, _measures(picture), steps[place])
        st.plotly_chart(figure, key="film_course", config={"displayModeBar": False}, alt=_said(picture))


def _toggle(steps: tuple[int, ...]) -> None:
    """Play from the start where the film stands at its end."""
    playing = not state.get("sp_play")
    if playing and state.get("sp_step") in (-1, steps[-1]):
        state.put(sp_step=steps[0])
    state.put(sp_play=playing)


def _place(picture: Picture) -> int:
    """The moment that is shown; the last where none is asked for."""
    step = state.get("sp_step")
    return picture.steps.index(step) if step in picture.steps else len(picture.steps) - 1


def _told(picture: Picture) -> list[Moment]:
    place = _place(picture)
    first = [Moment(0, f"step {picture.steps[0]}")] if place else []
    return [*first, Moment(place, f"step {picture.steps[place]}")]


def _measures(picture: Picture) -> dict[str, list[float]]:
    return {
        "trustworthiness": list(picture.projection.trustworthiness),
        "retrieval P@1": [one.retrieval for one in picture.measures],
        "language mixing": [float(one.mixing.mean()) for one in picture.measures],
        "length of links": [float(one.lengths.mean()) if len(one.lengths) else float("nan") for one in picture.measures],
    }


def _logged(step: int) -> list[tuple[str, str, str]]:
    """What the run itself measured at that step, on held-out sentences."""
    course = cache.course_of(find_run(state.get("run")))
    found = next((figures_held for _, at, figures_held in course.held_out if at == step), {})
    names = {
        "aer": ("held-out AER", "wrong word links, on the run's held-out sentences"),
        "retrieval": ("held-out P@1", "sentence retrieval there"),
    }
    return [(label, f"{found[key]:.2f}", help) for key, (label, help) in names.items() if key in found]


def _said(picture: Picture) -> str:
    return "; ".join(f"{name} from {row[0]:.2f} to {row[-1]:.2f}" for name, row in _measures(picture).items())


def _whole(picture: Picture, marked: list[int], style: Style, reading: str) -> str:
    drawings = [drawing_of(picture, [k], marked, style).drawing for k in range(len(picture.steps))]
    figure = space_film.film(drawings, [str(step) for step in picture.steps])
    return files.html_page(figure, picture, numbers.facts(picture, [0, len(picture.steps) - 1]), reading)
