"""Every cache of the app. Keys are names and plain values, never arrays; what is cached is shared and never changed."""

from dataclasses import replace

import streamlit as st

from dashboard.selection import EPSILONS, Selection, System
from otcore.aligner import Aligned, align_vectors
from otcore.corpora import Collection, Sentence, SentencePair, load_collection
from otcore.encoders import DEFAULT, PUBLIC, Encoder, bundled_names, load_encoder
from otcore.encoders.catalogue import extra_names
from otcore.encoders.encoder import WordVectors
from otcore.encoders.loading import is_folder
from otcore.errors import InputError


def collection() -> Collection:
    """The bundled sentences; read once a process."""
    return load_collection()


def encoder_names() -> list[str]:
    """Encoders to choose from: bundled editions, the owner's, public names."""
    return list(dict.fromkeys([*bundled_names(), *extra_names(), *PUBLIC]))


def encoder(name: str) -> Encoder:
    """A loaded encoder, shared by all sessions.

    raises: InputError   it cannot be had, or is a folder that the owner of this installation did not list
    """
    if is_folder(name) and name not in encoder_names():
        raise InputError(f"The folder {name} is not open to this app; its owner lists folders in OTCORE_ENCODERS.")
    return _encoder(name)


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
    return _aligned(_pair_key(pair), repr(system), pair, system)


def over_layers(pair: SentencePair, system: System) -> list[Aligned]:
    """The pair at every layer of the encoder, other settings as they are."""
    settings = replace(system.settings, layer=0)
    return _over_layers(_pair_key(pair), repr((system.encoder, settings)), pair, replace(system, settings=settings))


def over_epsilons(pair: SentencePair, system: System) -> list[tuple[float, Aligned]]:
    """(ε, result) over the slider's range, every third step, other settings as they are."""
    solver = replace(system.settings.solver, epsilon=1.0)
    system = replace(system, settings=replace(system.settings, solver=solver))
    return _over_epsilons(_pair_key(pair), repr(system), pair, system)


@st.cache_resource(max_entries=8, show_spinner="Loading the encoder …")
def _encoder(name: str) -> Encoder:
    return load_encoder(name)


@st.cache_resource(max_entries=2_000, show_spinner=False)
def _vectors(encoder_name: str, words: tuple[str, ...]) -> list[WordVectors]:
    """A sentence at every layer: small, and every later change of layer or transport is then only a solve away."""
    return encoder(encoder_name).encode_layers([words])[0]


@st.cache_resource(max_entries=500, show_spinner=False)
def _aligned(pair_key: str, system_key: str, _pair: SentencePair, _system: System) -> Aligned:
    layer = encoder(_system.encoder).check_layer(_system.settings.layer)
    source, target = (_vectors(_system.encoder, side.words)[layer] for side in (_pair.source, _pair.target))
    return align_vectors(_pair, source, target, layer, _system.settings)


@st.cache_resource(max_entries=200, show_spinner=False)
def _over_layers(pair_key: str, system_key: str, _pair: SentencePair, _system: System) -> list[Aligned]:
    sides = zip(*(_vectors(_system.encoder, side.words) for side in (_pair.source, _pair.target)), strict=True)
    return [align_vectors(_pair, *vectors, layer, _system.settings) for layer, vectors in enumerate(sides)]


@st.cache_resource(max_entries=200, show_spinner="Solving over a range of ε …")
def _over_epsilons(pair_key: str, system_key: str, _pair: SentencePair, _system: System) -> list[tuple[float, Aligned]]:
    return [(epsilon, aligned(_pair, with_epsilon(_system, epsilon))) for epsilon in EPSILONS[::4]]


def with_epsilon(system: System, epsilon: float) -> System:
    """The same system at another ε."""
    solver = replace(system.settings.solver, epsilon=epsilon)
    return replace(system, settings=replace(system.settings, solver=solver))


def _pair_key(pair: SentencePair) -> str:
    return repr((pair.source.language, pair.source.words, pair.target.language, pair.target.words, pair.id))
