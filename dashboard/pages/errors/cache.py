"""The Errors page's caches: corpora, encoded pairs, analyses as background jobs, the card's pair, searches, the notes."""

import functools
import threading
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

import streamlit as st

from dashboard.background.encoders import encoder
from dashboard.background.jobs import Jobs, Snapshot
from dashboard.pages.errors.selection import ErrorsView
from dashboard.state import System
from otcore.alignment.aligner import Aligned, align_vectors
from otcore.analysis.analyse import Analysis, Drawn, Sides, analyse, draw, encode_pairs, other_counts
from otcore.analysis.sources import BUNDLED, Corpus, bundled, kept
from otcore.base.patterns import matches
from otcore.corpora.types import SentencePair
from otcore.encoders import encoder_stamp
from otcore.notes.store import NoteStore, corrected, notes_path

_ENCODED_BYTES = 600 * 2**20  # vectors kept, of all corpora together


class _Recent:
    """Encoded corpora and drawn links, the last used; safe from any thread."""

    def __init__(self) -> None:
        self._encoded: OrderedDict[str, list[Sides]] = OrderedDict()
        self._drawn: OrderedDict[str, Drawn] = OrderedDict()
        self._lock = threading.Lock()

    def drawn(self, key: str) -> Drawn | None:
        with self._lock:
            return self._drawn.get(key)

    def keep_drawn(self, key: str, found: Drawn) -> None:
        with self._lock:
            self._drawn[key] = found
            while len(self._drawn) > 24:
                self._drawn.popitem(last=False)

    def encoded(self, key: str) -> list[Sides] | None:
        with self._lock:
            if key in self._encoded:
                self._encoded.move_to_end(key)
            return self._encoded.get(key)

    def keep_encoded(self, key: str, found: list[Sides]) -> None:
        with self._lock:
            self._encoded[key] = found
            while len(self._encoded) > 1 and sum(map(_size, self._encoded.values())) > _ENCODED_BYTES:
                self._encoded.popitem(last=False)


def corpus_of(view: ErrorsView) -> Corpus:
    """The pairs of a view, with corrected gold where that is asked for.

    raises: InputError   no language, files that are not here (any more)
    """
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
    """How the job of an analysis stands; it is queued where there is none yet, and its result kept.

    raises: InputError   an encoder cannot be had
    """
    texts = repr((view.data, view.over, view.split, view.files))
    gold = repr([(one.pair, one.source, one.target, one.status) for one in notes().corrections(corpus.key)]) if view.corrected else ""
    key = repr(("errors", texts, gold, [_system_key(system) for system in view.systems]))
    jobs = analyses()
    known = jobs.snapshot(key)
    if known:
        return known
    encoders = [encoder(system.encoder) for system in view.systems]
    recent = _recent()

    def work(handle) -> Analysis:
        steps = 2 * len(corpus.pairs) * len(view.systems)
        drawn = []
        for place, (system, loaded) in enumerate(zip(view.systems, encoders, strict=True)):
            begin = 2 * len(corpus.pairs) * place
            tell = functools.partial(_tell, handle, begin, steps, system.encoder)
            drawn.append(_drawn(recent, texts, corpus, system, loaded, tell))
        return analyse(corpus.pairs, drawn)

    return jobs.submit(key, "errors of " + ", ".join(system.encoder for system in view.systems), work)


def card_of(pair: SentencePair, corpus: Corpus, system: System) -> Aligned:
    """One pair under one system, with its plan."""
    return _card(repr((pair.source, pair.target, pair.gold, corpus.key)), _system_key(system), pair, corpus, system)


def found_by(view: ErrorsView, corpus: Corpus, pattern: str) -> list[bool]:
    """Which pairs a regular expression finds.

    raises: InputError   a bad pattern, or one that takes too long
    """
    return _found(repr((view.data, view.over, view.split, view.files)), pattern, corpus)


def notes() -> NoteStore:
    """The notes file.

    raises: InputError   it cannot be used
    """
    return _notes(notes_path())


@st.cache_resource(show_spinner=False)
def analyses() -> Jobs:
    """A queue of its own: an analysis takes seconds and should not wait behind a comparison."""
    return Jobs()


@st.cache_resource(show_spinner=False)
def _recent() -> _Recent:
    return _Recent()


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


def _drawn(recent: _Recent, texts: str, corpus: Corpus, system: System, loaded, tell) -> Drawn:
    """A system's links, which do not depend on gold: a corrected link asks for no new alignment."""
    key = repr((texts, _system_key(system)))
    found = recent.drawn(key)
    if found is None:
        layer = loaded.check_layer(system.settings.layer)
        encoded_key = repr((texts, system.encoder, encoder_stamp(system.encoder), layer))
        sides = recent.encoded(encoded_key)
        if sides is None:
            sides = encode_pairs(loaded, corpus.pairs, layer, lambda done, total: tell(done, "encoded"))
            recent.keep_encoded(encoded_key, sides)
        found = draw(system.encoder, loaded, sides, system.settings, lambda done, total: tell(len(corpus.pairs) + done, "aligned"))
        recent.keep_drawn(key, found)
    return found


class _Stopped(Exception):
    """Somebody cancelled the analysis."""


def _tell(handle, begin: int, steps: int, name: str, done: int, what: str) -> None:
    handle.progress(begin + done, steps, f"{name}: pairs {what}")
    if handle.stopped():
        raise _Stopped


def _system_key(system: System) -> str:
    return repr((system, encoder_stamp(system.encoder)))


def _size(sides: list[Sides]) -> int:
    return sum(x.subwords.nbytes + y.subwords.nbytes for _, x, y in sides)
