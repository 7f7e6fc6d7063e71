"""Pictures of the space: encoded, measured and projected in the background, kept by what they depend on."""

import contextlib

from dashboard.background import work
from dashboard.background.apart import Desk, Task
from dashboard.background.encoders import collection
from dashboard.background.jobs import HEAVY, MEDIUM, QUICK, Snapshot
from dashboard.pages.space.choices import SpaceView
from dashboard.pages.space.picture import Picture
from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.encoders import encoder_stamp
from otcore.runs.example import find_or_example
from otcore.space.film import film_steps, read_film
from otcore.space.measures import neighbourhoods
from otcore.space.points import Cloud, encode_cloud
from otcore.space.projection import project, warm_up


def space_picture(view: SpaceView) -> Snapshot:
    """How the job of a picture stands; its result is a Picture.

    raises: InputError   an encoder or a run cannot be had
    """
    points, steps = _film(view) if view.is_film else (_systems(view), ())
    key = repr(("space", points, view.mode, view.projection))
    task = Task(_picture, (view, key, points, steps), tuple(name for name, _ in view.systems))
    return work.asked(key, "picture of the space", lambda: task, MEDIUM if view.projection.method.slow else QUICK)


def warm_projection() -> None:
    """Compiles what slow methods need in the background, once a process, so that a first fit is not kept waiting for it."""
    with contextlib.suppress(InputError):  # no room: the first fit will do it
        work.asked("warm-up", "preparing projections", lambda: Task(_warmed), MEDIUM if work.workers() else HEAVY)


def _warmed(tell: Teller, desk: Desk) -> None:
    warm_up(tell)


def _picture(tell: Teller, desk: Desk, view: SpaceView, key: str, points: str, steps: tuple[int, ...]) -> Picture:
    cloud = desk.shelf.get(points, lambda: _cloud(tell.part(0, 0.3), desk, view, steps))
    if (count := len(cloud.points)) < 2:
        raise InputError(f"A picture needs two points or more and there is {count}; choose more sentences or languages.")
    states, half = [state.vectors for state in cloud.states], tell.part(0.3, 0.45)
    measures = desk.shelf.get(
        f"measures {points}", lambda: tuple(neighbourhoods(cloud.points, x, tell=part) for x, part in half.each(states))
    )
    projection = project(states, view.projection, same_space=view.is_film, tell=tell.part(0.45, 1))
    return Picture(key, cloud, projection, measures, steps)


def _cloud(tell: Teller, desk: Desk, view: SpaceView, steps: tuple[int, ...]) -> Cloud:
    if view.is_film:
        return read_film(find_or_example(view.run).folder, list(steps), collection())
    loaded = [(desk.encoder(name), layer) for name, layer in view.systems]
    return encode_cloud(collection(), view.points, [(one, one.check_layer(layer)) for one, layer in loaded], tell)


def _systems(view: SpaceView) -> str:
    """What points under some encoders depend on."""
    view.points.sentences(collection())  # what cannot be plotted is told at once
    return repr(([(name, encoder_stamp(name), layer) for name, layer in view.systems], view.points))


def _film(view: SpaceView) -> tuple[str, tuple[int, ...]]:
    """What the points of a run's snapshots depend on, and the steps. Also when each was written: a run may be resumed, or made anew under
    an old name."""
    if not view.run:
        raise InputError("Choose a fine-tuning run: its snapshots are the film.")
    folder = find_or_example(view.run).folder
    steps = tuple(film_steps(folder))
    paths = [folder / "snapshots" / f"{step:07d}.safetensors" for step in steps]
    stamps = [path.stat().st_mtime_ns if path.is_file() else 0 for path in paths]
    return repr(("film", str(folder), steps, stamps)), steps
