"""Pictures of the space: encoded, measured and projected in the background, kept by what they depend on."""

import contextlib
from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from dashboard.background import work
from dashboard.background.apart import Desk, Task
from dashboard.background.encoders import collection
from dashboard.background.jobs import Snapshot
from dashboard.background.kinds import HEAVY, MEDIUM, QUICK
from dashboard.pages.space.choices import SpaceView
from dashboard.pages.space.picture import Picture
from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.corpora.types import Sentence
from otcore.encoders import encoder_stamp
from otcore.results.kind import KINDS
from otcore.results.kinds.pictures import PictureOf
from otcore.retrieval.sentences import Sentences, kept_sentences
from otcore.runs.example import find_or_example
from otcore.space.film import film_steps, read_film
from otcore.space.measures import neighbourhoods
from otcore.space.methods.pca import Pca
from otcore.space.own_vectors import VECTORS, kept_vectors
from otcore.space.points import Cloud, encode_cloud
from otcore.space.projection import project, warm_up
from otcore.text.languages import words_of

_LABEL = "picture of the space"


class Missing(InputError):
    """Nothing is wrong; there is only nothing to plot yet."""


def space_picture(view: SpaceView) -> Snapshot:
    """How the job of a picture stands; its result is a Picture.

    raises: InputError   an encoder or a run cannot be had
    """
    points, steps = _film(view) if view.is_film else (_vectors(view) if view.of_vectors else _systems(view), ())
    key = repr(("space", points, view.mode, view.projection))
    if stored := _stored(view, key):
        return Snapshot(key, _LABEL, "done", result=stored)
    task = Task(_picture, (view, key, points, steps), () if view.of_vectors else tuple(name for name, _ in view.systems))
    return work.asked(key, _LABEL, lambda: task, MEDIUM if view.projection.method.slow else QUICK)


def _stored(view: SpaceView, key: str) -> Picture | None:
    """The picture that comes with the project, where these are its choices."""
    if view.is_film or view.of_text or view.of_vectors:
        return None
    names, layers = zip(*view.systems, strict=True)
    settings = PictureOf(view.points, layers, view.projection)
    found = work.kept(("stored picture", key), lambda: (KINDS["pictures"].find(names, settings),))[0]
    return Picture(key, *found) if found else None


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
    if view.projection.method.slow:  # something to look at meanwhile
        first = project(states, replace(view.projection, method=Pca()), same_space=view.is_film)
        tell.progress(460, 1000, "laying out", Picture(key, cloud, first, measures, steps))
    known = [one.known for one in measures]
    projection = project(states, view.projection, same_space=view.is_film, tell=tell.part(0.46, 1), known=known)
    return Picture(key, cloud, projection, measures, steps)


def _cloud(tell: Teller, desk: Desk, view: SpaceView, steps: tuple[int, ...]) -> Cloud:
    if view.is_film:
        return read_film(find_or_example(view.run).folder, list(steps), collection())
    if view.of_vectors:
        tell(0.0, "reading vectors")
        found = kept_vectors(view.vectors)
        return found if view.is_pair else replace(found, states=found.states[-1:])
    loaded = [(desk.encoder(name), layer) for name, layer in view.systems]
    own = _own_sentences(view, kept_sentences) if view.of_text else None
    return encode_cloud(collection(), view.points, [(one, one.check_layer(layer)) for one, layer in loaded], tell, own)


def _systems(view: SpaceView) -> str:
    """What points under some encoders depend on."""
    # what cannot be plotted is told at once
    if view.of_text:
        _own_sentences(view, own_texts)
    else:
        view.points.sentences(collection())
    return repr((view.files if view.of_text else "", [(name, encoder_stamp(name), layer) for name, layer in view.systems], view.points))


def _vectors(view: SpaceView) -> str:
    """What points with vectors of a person's own depend on: both files of a pair, or the last."""
    if not view.vectors:
        raise Missing("Upload your vectors above, with a table that says what each of them is.")
    VECTORS.kept(view.vectors)  # what is not there is told at once
    return repr(("vectors", view.vectors, view.is_pair))


@st.cache_resource(max_entries=4, show_spinner=False)
def own_texts(files: str) -> tuple[Sentences, ...]:
    """Kept texts, read once a server."""
    return kept_sentences(files)


def _own_sentences(view: SpaceView, read: Callable[[str], tuple[Sentences, ...]]) -> list[Sentence]:
    """So many sentences of each of one's own texts.

    raises: InputError   no text yet, or it is not here (any more), or too many words
    """
    if not view.files:
        raise Missing("Paste or upload a text above, one sentence a line; one text a language.")
    found = []
    for one in read(view.files):
        for id, text in zip(one.ids[: view.points.count], one.texts, strict=False):
            if words := words_of(text, one.language):
                found.append(Sentence(one.language, text, words, f"line {id}"))
    return view.points.bounded(found)


def _film(view: SpaceView) -> tuple[str, tuple[int, ...]]:
    """What the points of a run's snapshots depend on, and the steps. Also when each was written: a run may be resumed, or made anew under
    an old name."""
    if not view.run:
        raise Missing("A film shows the snapshots of a run: choose one at the left, or start one on the Fine-tune page.")
    folder = find_or_example(view.run).folder
    steps = tuple(film_steps(folder))
    paths = [folder / "snapshots" / f"{step:07d}.safetensors" for step in steps]
    stamps = [path.stat().st_mtime_ns if path.is_file() else 0 for path in paths]
    return repr(("film", str(folder), steps, stamps)), steps
