"""Every cache of the app. Keys are names and plain values, never arrays; what is cached is shared and never changed."""

from dataclasses import dataclass, replace

import streamlit as st

from dashboard.compare_selection import Comparison
from dashboard.fields import EPSILONS
from dashboard.jobs import Jobs, Snapshot
from dashboard.selection import Selection, System
from dashboard.training_view import Course, WatchedPlan, course, watched_plan
from dashboard.trainings import Trainings
from otcore.aligner import Aligned, align_vectors
from otcore.alignment import score_pair
from otcore.corpora import Collection, Sentence, SentencePair, load_collection
from otcore.encoders import DEFAULT, PUBLIC, Encoder, bundled_names, load_encoder
from otcore.encoders.catalogue import extra_names
from otcore.encoders.encoder import WordVectors
from otcore.encoders.loading import is_folder
from otcore.errors import InputError
from otcore.evaluation import Evaluation, compare
from otcore.finetuning import Run
from otcore.runs import run_names, run_stamp

_LONG = 100  # words; a longer sentence takes megabytes a layer, so that only a few of them are kept


@dataclass(frozen=True)
class Swept:
    """One point of a sweep: the setting, the transport cost, and the AER where the pair has gold links."""

    x: float
    cost: float
    aer: float | None


def collection() -> Collection:
    """The bundled sentences; read once a process."""
    return load_collection()


def encoder_names() -> list[str]:
    """Encoders to choose from: bundled editions, the owner's, fine-tuning runs, public names."""
    return list(dict.fromkeys([*bundled_names(), *extra_names(), *run_names(), *PUBLIC]))


def encoder(name: str) -> Encoder:
    """A loaded encoder, shared by all sessions.

    raises: InputError   it cannot be had, or is a folder that the owner of this installation did not list
    """
    if is_folder(name) and name not in encoder_names():
        raise InputError(f"The folder {name} is not open to this app; its owner lists folders in OTCORE_ENCODERS.")
    stamp = run_stamp(name)
    problem = _why_not(name, stamp)
    if problem:
        raise InputError(problem)
    return _encoder(name, stamp)


def layers_of(name: str) -> int:
    """How many layers an encoder has.

    raises: InputError   it cannot be had
    """
    return _layers_of(name, run_stamp(name))


def usable_encoder(name: str) -> tuple[str, str]:
    """The name itself, or the default's and a sentence on why; a page stays usable when an encoder cannot be had."""
    try:
        encoder(name)
    except InputError as error:
        return DEFAULT, f"{error} Shown instead: {DEFAULT}."
    return name, ""


def pair_of(selection: Selection) -> SentencePair:
    """The chosen pair: from the collection with its gold links, or the person's own text.

    raises: InputError   an empty side, control characters, an unknown sentence
    """
    if not selection.own_text:
        return collection().pair(selection.sentence, selection.source, selection.target)
    return SentencePair(
        Sentence.from_text(selection.text_source, selection.source, presplit=selection.presplit, what="The first text"),
        Sentence.from_text(selection.text_target, selection.target, presplit=selection.presplit, what="The second text"),
    )


def aligned(pair: SentencePair, system: System) -> Aligned:
    """A pair under one system.

    raises: InputError   a layer the encoder does not have, masses without counts
    """
    solved = _aligned_long if _is_long(pair) else _aligned
    return solved(_pair_key(pair), _system_key(system), pair, system)


def over_layers(pair: SentencePair, system: System) -> list[Swept]:
    """The pair at every layer of the encoder, other settings as they are."""
    settings = replace(system.settings, layer=0)
    return _over_layers(_pair_key(pair), _system_key(replace(system, settings=settings)), pair, replace(system, settings=settings))


def over_epsilons(pair: SentencePair, system: System) -> list[Swept]:
    """The pair over the slider's range of ε, every fourth step, other settings as they are."""
    system = with_epsilon(system, 1.0)
    return _over_epsilons(_pair_key(pair), _system_key(system), pair, system)


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """The background worker, one for all sessions."""
    return Jobs()


def comparison(chosen: Comparison) -> Snapshot:
    """How the job of a comparison stands; it is queued where there is none yet, and its result kept.

    raises: InputError   an encoder cannot be had
    """
    key = _comparison_key(chosen)
    known = jobs().snapshot(key)
    if known:  # what is computed needs no encoder any more
        return known
    encoders = [encoder(name) for name in chosen.encoders]

    def work(handle) -> Evaluation:
        return compare(encoders, chosen.settings, progress=handle.progress, stop=handle.stopped)

    return jobs().submit(key, "comparison of " + ", ".join(chosen.encoders), work)


def _comparison_key(chosen: Comparison) -> str:
    """Names and settings, and of a run when its encoder was written: a run may be made anew under an old name."""
    return repr(("comparison", [(name, run_stamp(name)) for name in chosen.encoders], chosen.settings))


@st.cache_resource(show_spinner=False)
def trainings() -> Trainings:
    """The queue of fine-tuning runs, one for all sessions."""
    return Trainings()


def course_of(run: Run) -> Course:
    """A run's course; its log is read anew only when it has grown."""
    path = run.folder / "log.jsonl"
    try:
        stamp = path.stat()
    except OSError:
        return Course()
    return _course(str(run.folder), stamp.st_size, stamp.st_mtime_ns, run)


def plan_of(run: Run, step: int, number: int) -> WatchedPlan:
    """The plan of a run's watched pair with the vectors of a snapshot.

    raises: InputError   there is no such snapshot (any more)
    """
    path = run.folder / "snapshots" / f"{step:07d}.safetensors"
    stamp = path.stat().st_mtime_ns if path.is_file() else 0
    return _plan(str(run.folder), step, number, stamp, run)


@st.cache_resource(max_entries=12, show_spinner=False)
def _course(folder: str, size: int, stamp: int, _run: Run) -> Course:
    return course(_run.log())


@st.cache_resource(max_entries=200, show_spinner=False)
def _plan(folder: str, step: int, number: int, stamp: int, _run: Run) -> WatchedPlan:
    return watched_plan(_run.folder, step, number, collection())


@st.cache_resource(max_entries=4, show_spinner=False)
def _encoder(name: str, stamp: int) -> Encoder:
    return load_encoder(name)


@st.cache_data(max_entries=100, show_spinner=False)
def _layers_of(name: str, stamp: int) -> int:
    return encoder(name).layers


@st.cache_data(ttl=120, max_entries=100, show_spinner="Loading the encoder …")
def _why_not(name: str, stamp: int) -> str:
    """Why an encoder cannot be had, or nothing. Remembered for two minutes: every run of a page asks, and a hub that is
    out of reach takes its time to be so."""
    try:
        _encoder(name, stamp)
    except InputError as error:
        return str(error)
    return ""


def _sides(pair: SentencePair, encoder_name: str) -> list[list[WordVectors]]:
    """Both sentences at every layer: small, and every later change of layer or transport is then only a solve away."""
    stamp = run_stamp(encoder_name)
    sides = (pair.source, pair.target)
    return [(_vectors_long if len(side.words) > _LONG else _vectors)(encoder_name, stamp, side.language, side.words) for side in sides]


@st.cache_resource(max_entries=400, show_spinner=False)
def _vectors(encoder_name: str, stamp: int, language: str, words: tuple[str, ...]) -> list[WordVectors]:
    return encoder(encoder_name).encode_layers([words], languages=[language])[0]


@st.cache_resource(max_entries=16, show_spinner=False)
def _vectors_long(encoder_name: str, stamp: int, language: str, words: tuple[str, ...]) -> list[WordVectors]:
    return encoder(encoder_name).encode_layers([words], languages=[language])[0]


@st.cache_resource(max_entries=400, show_spinner=False)
def _aligned(pair_key: str, system_key: str, _pair: SentencePair, _system: System) -> Aligned:
    return _solve(_pair, _system)


@st.cache_resource(max_entries=8, show_spinner="Solving a long pair …")
def _aligned_long(pair_key: str, system_key: str, _pair: SentencePair, _system: System) -> Aligned:
    return _solve(_pair, _system)


@st.cache_resource(max_entries=400, show_spinner=False)
def _over_layers(pair_key: str, system_key: str, _pair: SentencePair, _system: System) -> list[Swept]:
    sides = zip(*_sides(_pair, _system.encoder), strict=True)
    return [_swept(layer, align_vectors(_pair, *vectors, layer, _system.settings)) for layer, vectors in enumerate(sides)]


@st.cache_resource(max_entries=400, show_spinner="Solving over a range of ε …")
def _over_epsilons(pair_key: str, system_key: str, _pair: SentencePair, _system: System) -> list[Swept]:
    return [_swept(epsilon, _solve(_pair, with_epsilon(_system, epsilon))) for epsilon in EPSILONS[::4]]


def _solve(pair: SentencePair, system: System) -> Aligned:
    layer = encoder(system.encoder).check_layer(system.settings.layer)
    source, target = (vectors[layer] for vectors in _sides(pair, system.encoder))
    return align_vectors(pair, source, target, layer, system.settings)


def _swept(x: float, result: Aligned) -> Swept:
    gold = result.pair.gold
    return Swept(x, result.plan.transport_cost, score_pair(result.alignment.pairs, gold).aer if gold else None)


def with_epsilon(system: System, epsilon: float) -> System:
    """The same system at another ε."""
    solver = replace(system.settings.solver, epsilon=epsilon)
    return replace(system, settings=replace(system.settings, solver=solver))


def _is_long(pair: SentencePair) -> bool:
    return max(len(pair.source.words), len(pair.target.words)) > _LONG


def _system_key(system: System) -> str:
    """Settings and encoder, and of a run when its encoder was written: it may be resumed, or made anew under an old name."""
    return repr((system, run_stamp(system.encoder)))


def _pair_key(pair: SentencePair) -> str:
    return repr((pair.source.language, pair.source.words, pair.target.language, pair.target.words, pair.id))
