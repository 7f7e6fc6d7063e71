"""Pictures of the space: encoded, measured and projected in the background, kept by what they depend on."""

import contextlib
from collections.abc import Callable

from dashboard.background import work
from dashboard.background.encoders import collection, encoder
from dashboard.background.jobs import HEAVY, MEDIUM, QUICK, Snapshot
from dashboard.pages.space.choices import SpaceView
from dashboard.pages.space.picture import Picture
from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.encoders import encoder_stamp
from otcore.runs.store import find_run
from otcore.space.film import film_steps, read_film
from otcore.space.measures import neighbourhoods
from otcore.space.points import Cloud, encode_cloud
from otcore.space.projection import project, warm_up

_Load = Callable[[Teller], Cloud]
_Prepare = Callable[[], _Load]


def space_picture(view: SpaceView) -> Snapshot:
    """How the job of a picture stands; its result is a Picture.

    raises: InputError   an encoder or a run cannot be had
    """
    points, steps, prepare = _film(view) if view.is_film else _systems(view)
    key, shelf = repr(("space", points, view.mode, view.projection)), work.shelf()

    def begin() -> Callable[[Teller], Picture]:
        load = prepare()

        def make(tell: Teller) -> Picture:
            cloud = shelf.get(points, lambda: load(tell.part(0, 0.3)))
            if (count := len(cloud.points)) < 2:
                raise InputError(f"A picture needs two points or more and there is {count}; choose more sentences or languages.")
            states, half = [state.vectors for state in cloud.states], tell.part(0.3, 0.45)
            measures = shelf.get(
                f"measures {points}", lambda: tuple(neighbourhoods(cloud.points, x, tell=part) for x, part in half.each(states))
            )
            projection = project(states, view.projection, same_space=view.is_film, tell=tell.part(0.45, 1))
            return Picture(key, cloud, projection, measures, steps)

        return make

    return work.asked(key, "picture of the space", begin, MEDIUM if view.projection.method.slow else QUICK)


def warm_projection() -> None:
    """Compiles what slow methods need in the background, once a process, so that a first fit is not kept waiting for it."""
    with contextlib.suppress(InputError):  # no room: the first fit will do it
        work.jobs().submit("warm-up", "preparing projections", warm_up, HEAVY)


def _systems(view: SpaceView) -> tuple[str, tuple[int, ...], _Prepare]:
    """What points under some encoders depend on, no steps, and how they are made."""
    view.points.sentences(collection())  # what cannot be plotted is told at once

    def prepare() -> _Load:
        loaded = [encoder(name) for name, _ in view.systems]
        systems = [(one, one.check_layer(layer)) for one, (_, layer) in zip(loaded, view.systems, strict=True)]
        return lambda tell: encode_cloud(collection(), view.points, systems, tell)

    return repr(([(name, encoder_stamp(name), layer) for name, layer in view.systems], view.points)), (), prepare


def _film(view: SpaceView) -> tuple[str, tuple[int, ...], _Prepare]:
    """The same of a run's snapshots. It depends on when each was written: a run may be resumed, or made anew under an old name."""
    if not view.run:
        raise InputError("Choose a fine-tuning run: its snapshots are the film.")
    folder = find_run(view.run).folder
    steps = tuple(film_steps(folder))
    paths = [folder / "snapshots" / f"{step:07d}.safetensors" for step in steps]
    stamps = [path.stat().st_mtime_ns if path.is_file() else 0 for path in paths]
    return repr(("film", str(folder), steps, stamps)), steps, lambda: lambda tell: read_film(folder, list(steps), collection())
