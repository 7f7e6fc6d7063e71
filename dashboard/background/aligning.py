"""Pairs aligned: vectors at every layer, plans and sweeps, kept so that a moved slider is only a solve away."""

import streamlit as st

from dashboard.background.encoders import encoder
from dashboard.state import System
from otcore.alignment.aligner import Aligned, align_vectors
from otcore.corpora.types import SentencePair
from otcore.encoders import encoder_stamp
from otcore.encoders.encoder import WordVectors

_LONG = 100  # words; a longer sentence takes megabytes a layer, so that only a few of them are kept


def aligned(pair: SentencePair, system: System) -> Aligned:
    """A pair under one system.

    raises: InputError   a layer the encoder does not have, masses without counts
    """
    kept = _aligned_long if _is_long(pair) else _aligned
    return kept(pair_key(pair), system_key(system), pair, system)


def sides_of(pair: SentencePair, encoder_name: str) -> list[list[WordVectors]]:
    """Both sentences at every layer: small, and every later change of layer or transport is then only a solve away."""
    stamp = encoder_stamp(encoder_name)
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
    return solved(_pair, _system)


@st.cache_resource(max_entries=8, show_spinner="Solving a long pair …")
def _aligned_long(pair_key: str, system_key: str, _pair: SentencePair, _system: System) -> Aligned:
    return solved(_pair, _system)


def solved(pair: SentencePair, system: System) -> Aligned:
    """A pair under one system, not kept."""
    layer = encoder(system.encoder).check_layer(system.settings.layer)
    source, target = (vectors[layer] for vectors in sides_of(pair, system.encoder))
    return align_vectors(pair, source, target, layer, system.settings)


def _is_long(pair: SentencePair) -> bool:
    return max(len(pair.source.words), len(pair.target.words)) > _LONG


def system_key(system: System) -> str:
    """Settings and encoder, and of a run when its encoder was written: it may be resumed, or made anew under an old name."""
    return repr((system, encoder_stamp(system.encoder)))


def pair_key(pair: SentencePair) -> str:
    """What a pair is, for the key of a cache."""
    return repr((pair.source.language, pair.source.words, pair.target.language, pair.target.words, pair.id))
