"""What the Errors page computes and keeps: corpora, analyses in the background, the card's pair, searches, the notes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import streamlit as st

from dashboard.background import work
from dashboard.background.aligning import system_key
from dashboard.background.encoders import encoder
from dashboard.background.jobs import Snapshot
from dashboard.background.shelf import Shelf
from dashboard.pages.errors.choices import ErrorsView
from dashboard.state import System
from otcore.alignment.aligner import Aligned, align_vectors
from otcore.analysis.analyse import Analysis, Drawn, analyse, draw, encode_pairs, other_counts
from otcore.analysis.sources import BUNDLED, Corpus, bundled, kept
from otcore.base.errors import InputError
from otcore.base.patterns import matches
from otcore.base.progress import Teller
from otcore.corpora.types import SentencePair
from otcore.encoders import encoder_stamp
from otcore.encoders.encoder import Encoder
from otcore.notes.store import NoteStore, corrected, notes_path


def corpus_of(view: ErrorsView) -> Corpus:
    """The pairs of a view, with corrected gold where that is asked for.

    raises: InputError   no language, own files that were not given yet or are not here (any more)
    """
    if view.data != BUNDLED and not view.files:
        raise InputError("Give your pairs and their gold links above, then press “Analyse these files”.")
    found = _corpus(view.data, view.over, view.split, view.files)
    if not view.corrected:
        return found
    by_pair: dict[str, list] = {}
    for one in notes().corrections(found.key):
        by_pair.setdefault(one.pair, []).append(one)
    pairs = [
        replace(pair, gold=corrected(pair.gold, by_pair[key], len(pair.source.words), len(pair.target.words))) if key in by_pair else pair
        for key, pair in zip(found.keys, found.pairs, strict=True)
    ]
    return replace(found, pairs=tuple(pairs))


def analysis_of(view: ErrorsView, corpus: Corpus) -> Snapshot:
    """How the job of an analysis stands; its result is an Analysis.

    raises: InputError   an encoder cannot be had
    """
    gold = repr([(one.pair, one.source, one.target, one.status) for one in notes().corrections(corpus.key)]) if view.corrected else ""

    def prepare():
        encoders, shelf, count = [encoder(system.encoder) for system in view.systems], work.shelf(), len(view.systems)

        def study(tell: Teller) -> Analysis:
            parts = [tell.part(place / count, (place + 1) / count) for place in range(count)]
            systems = zip(view.systems, encoders, parts, strict=True)
            return analyse(corpus.pairs, [_drawn(shelf, _texts(view), corpus, *one) for one in systems])

        return study

    key = repr(("errors", _texts(view), gold, [system_key(system) for system in view.systems]))
    return work.asked(key, "errors of " + ", ".join(system.encoder for system in view.systems), prepare)


def card_of(pair: SentencePair, corpus: Corpus, system: System) -> Aligned:
    """One pair under one system, with its plan."""
    return _card(repr((pair.source, pair.target, pair.gold, corpus.key)), system_key(system), pair, corpus, system)


def found_by(view: ErrorsView, corpus: Corpus) -> list[bool]:
    """Which pairs the search of a view finds.

    raises: InputError   a bad pattern, or one that takes too long
    """
    return _found(_texts(view), view.filters.search, corpus)


def notes() -> NoteStore:
    """The notes file.

    raises: InputError   it cannot be used
    """
    return _notes(notes_path())


@st.cache_resource(max_entries=8, show_spinner=False)
def _notes(path: Path) -> NoteStore:
    return NoteStore(path)


@st.cache_resource(max_entries=12, show_spinner=False)
def _corpus(data: str, over: tuple[str, ...], split: str, files: str) -> Corpus:
    return bundled(over, split) if data == BUNDLED else kept(files)


@st.cache_resource(max_entries=60, show_spinner=False)
def _card(pair_key: str, system_key: str, _pair: SentencePair, _corpus: Corpus, _system: System) -> Aligned:
    loaded, sides = encoder(_system.encoder), (_pair.source, _pair.target)
    layer = loaded.check_layer(_system.settings.layer)
    vectors = loaded.encode([side.words for side in sides], layer, languages=[side.language for side in sides])
    return align_vectors(_pair, *vectors, layer, _system.settings, other_counts(_corpus.pairs))


@st.cache_data(max_entries=100, show_spinner=False)
def _found(texts: str, pattern: str, _corpus: Corpus) -> list[bool]:
    return matches([[" ".join(side.words) for side in (pair.source, pair.target)] for pair in _corpus.pairs], pattern)


def _drawn(shelf: Shelf, texts: str, corpus: Corpus, system: System, loaded: Encoder, tell: Teller) -> Drawn:
    """A system's links, which do not depend on gold: a corrected link asks for no new alignment."""
    layer = loaded.check_layer(system.settings.layer)
    encoded = repr(("encoded pairs", texts, system.encoder, encoder_stamp(system.encoder), layer))

    def telling(what: str, begin: float) -> Callable[[int, int], None]:
        return lambda done, total: tell(begin + done / total / 2, f"{system.encoder}: pairs {what}")

    def make() -> Drawn:
        sides = shelf.get(encoded, lambda: encode_pairs(loaded, corpus.pairs, layer, telling("encoded", 0)))
        return draw(system.encoder, loaded, sides, system.settings, telling("aligned", 0.5))

    return shelf.get(repr(("drawn links", texts, system_key(system))), make)


def _texts(view: ErrorsView) -> str:
    return repr((view.data, view.over, view.split, view.files))
