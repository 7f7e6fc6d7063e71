"""Pairs aligned: vectors at every layer, plans and sweeps, kept so that a moved slider is only a solve away."""

from dataclasses import dataclass, replace

import streamlit as st

from dashboard.background.encoders import collection, encoder
from dashboard.state.fields import EPSILONS
from dashboard.state.selection import Selection, System
from otcore.alignment import score_pair
from otcore.alignment.aligner import Aligned, align_vectors
from otcore.base.places import run_stamp
from otcore.corpora import Sentence, SentencePair
from otcore.encoders.encoder import WordVectors

_LONG = 100  # words; a longer sentence takes megabytes a layer, so that only a few of them are kept


@dataclass(frozen=True)
class Swept:
    """One point of a sweep: the setting, the transport cost, and the AER where the pair has gold links."""

    x: float
    cost: float
    aer: float | None


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
