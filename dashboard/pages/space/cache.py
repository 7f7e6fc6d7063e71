"""Pictures of the space: encoded, measured and projected in the background, kept by what they depend on."""

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from dashboard.background.encoders import collection, encoder
from dashboard.background.jobs import Jobs, Snapshot
from dashboard.pages.space.selection import SpaceView
from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.encoders import encoder_stamp
from otcore.finetuning import Run, find_run
from otcore.space import Cloud, Neighbourhoods, encode_cloud, film_steps, neighbourhoods, read_film
from otcore.space.layouts import warm_up
from otcore.space.projection import Projection, project

_KEPT = 10  # pictures of each kind
_SHELF_BYTES = 600e6


@dataclass(frozen=True)
class Picture:
    """A finished picture: the points with their vectors, their places, and what is measured in the original space, each for every
    state; `steps` of a film's states, else empty; `key` of what it depends on."""

    key: str
    cloud: Cloud
    projection: Projection
    measures: tuple[Neighbourhoods, ...]
    steps: tuple[int, ...] = ()


class Shelf:
    """Values by key, made once however many ask at the same time; the ones longest unused go when all are too large. Safe from any
    thread."""

    def __init__(self, most: float) -> None:
        self._most = most
        self._values: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self._making: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: str, make: Callable[[], Any]) -> Any:
        """The value of a key, made by `make` where it is not there."""
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._values:
                    self._values.move_to_end(key)
                    return self._values[key][0]
            value = make()
            with self._lock:
                self._values[key] = value, _size(value)
                while len(self._values) > 1 and sum(size for _, size in self._values.values()) > self._most:
                    gone, _ = self._values.popitem(last=False)
                    self._making.pop(gone, None)
        return value


@st.cache_resource(show_spinner=False)
def space_jobs(method: str) -> Jobs:
    """The background worker of a projection method, one for all sessions: a quick PCA waits for no UMAP."""
    return Jobs(kept=_KEPT)


def space_picture(view: SpaceView) -> Snapshot:
    """How the job of a picture stands; it is queued where there is none yet, and its result, a Picture, kept.

    raises: InputError   an encoder or a run cannot be had
    """
    jobs = space_jobs(view.projection.method)
    if view.mode == "film":
        run = find_run(view.run)
        steps = film_steps(run.folder)
        key = _film_key(run, steps)
        return _submit(jobs, view, key, lambda tell: read_film(run.folder, steps, collection()), steps)
    key = repr(([(name, encoder_stamp(name), layer) for name, layer in view.systems], view.points))
    known = jobs.snapshot(_picture_key(key, view))
    if known:  # what is computed needs no encoder any more
        return known
    loaded = [encoder(name) for name, _ in view.systems]
    systems = [(one, one.check_layer(layer)) for one, (_, layer) in zip(loaded, view.systems, strict=True)]
    return _submit(jobs, view, key, lambda tell: encode_cloud(collection(), view.points, systems, tell))


def warm_projection() -> None:
    """Compiles what UMAP needs in the background, once a process, so that a first fit is not kept waiting for it."""
    space_jobs("umap").submit("warm-up", "preparing UMAP", lambda handle: warm_up(Teller(handle.progress, handle.stopped)))


def _submit(jobs: Jobs, view: SpaceView, key: str, load: Callable[[Teller], Cloud], steps=()) -> Snapshot:
    whole = _picture_key(key, view)

    def work(handle) -> Picture:
        tell = Teller(handle.progress, handle.stopped)
        cloud = _shelf().get(key, lambda: load(tell.part(0, 0.3)))
        if len(cloud.points) < 2:
            raise InputError(f"A picture needs two points or more and there is {len(cloud.points)}; choose more sentences or languages.")
        measures = _shelf().get(f"measures {key}", lambda: _measured(cloud, tell.part(0.3, 0.45)))
        states = [state.vectors for state in cloud.states]
        projection = project(states, view.projection, same_space=view.mode == "film", tell=tell.part(0.45, 1))
        return Picture(whole, cloud, projection, measures, tuple(steps))

    return jobs.submit(whole, "picture of the space", work)


def _measured(cloud: Cloud, tell: Teller) -> tuple[Neighbourhoods, ...]:
    count = len(cloud.states)
    parts = [tell.part(k / count, (k + 1) / count) for k in range(count)]
    return tuple(neighbourhoods(cloud.points, state.vectors, tell=part) for state, part in zip(cloud.states, parts, strict=True))


@st.cache_resource(show_spinner=False)
def _shelf() -> Shelf:
    return Shelf(_SHELF_BYTES)


def _picture_key(key: str, view: SpaceView) -> str:
    return repr(("space", key, view.mode, view.projection))


def _film_key(run: Run, steps: list[int]) -> str:
    """A run's name, and when each of its snapshots was written: a run may be resumed, or made anew under an old name."""
    stamps = []
    for step in steps:
        path = run.folder / "snapshots" / f"{step:07d}.safetensors"
        stamps.append(path.stat().st_mtime_ns if path.is_file() else 0)
    return repr(("film", str(run.folder), steps, stamps))


def _size(value: Any) -> int:
    """Bytes of the arrays in a cloud or in measures; what else there is weighs little beside them."""
    if isinstance(value, Cloud):
        return sum(state.vectors.nbytes for state in value.states) + 200 * len(value.points)
    if isinstance(value, tuple):
        return sum(_size(one) for one in value)
    return (
        sum(one.nbytes for one in vars(value).values() if isinstance(one, np.ndarray))
        if hasattr(value, "__dict__")
        else sys.getsizeof(value)
    )
