"""Sentence vectors to search in: encoded in the background a language at a time, kept by what they depend on."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard.background.encoders import collection, encoder
from dashboard.background.jobs import Handle, Jobs, Snapshot
from dashboard.pages.search.selection import SearchView
from dashboard.pages.space.cache import Shelf
from otcore.base.progress import Teller
from otcore.encoders import encoder_stamp
from otcore.encoders.encoder import Encoder
from otcore.retrieval import Index, QueryScores, Sentences, bundled_sentences, kept_sentences, query_vectors, score_queries
from otcore.retrieval.index import encode_sentences

_HEAD = 160  # sentences of each language that are searched before the rest is there; the collection's gold ones
_KEPT = 8  # indexes
_SHELF_BYTES = 600e6


@dataclass(frozen=True)
class Searched:
    """An index for each encoder of a view, in their order; `whole` is false while only the head of each language is there."""

    indexes: tuple[Index, ...]
    whole: bool


@st.cache_resource(show_spinner=False)
def search_jobs() -> Jobs:
    """The background worker that builds indexes, one for all sessions: a search waits for no comparison."""
    return Jobs(kept=_KEPT)


def sentences_of(view: SearchView) -> tuple[Sentences, ...]:
    """What a view searches, a language each.

    raises: InputError   files that are not here (any more)
    """
    if not view.own_text:
        return bundled_sentences(collection(), view.languages)
    return tuple(one for one in own_sentences(view.files) if one.language in view.languages)


@st.cache_resource(max_entries=4, show_spinner=False)
def own_sentences(files: str) -> tuple[Sentences, ...]:
    """Kept files, read once."""
    return kept_sentences(files)


def search_index(view: SearchView) -> Snapshot:
    """How the job of an index stands; it is queued where there is none yet. Its result is a Searched, and so is what it gives out
    as soon as the first sentences of every language are encoded.

    raises: InputError   an encoder or the files cannot be had
    """
    text = view.files if view.own_text else view.text
    key = repr(("search", [(name, encoder_stamp(name)) for name in view.encoders], text, view.languages))
    known = search_jobs().snapshot(key)
    if known:  # what is computed needs no encoder any more
        return known
    encoders, sentences = [encoder(name) for name in view.encoders], sentences_of(view)
    return search_jobs().submit(key, "index for a search", lambda handle: _build(handle, encoders, sentences, text))


def query_vector(name: str, text: str, code: str) -> np.ndarray:
    """(d,) unit vector of a query.

    raises: InputError   nothing but white space or control characters
    """
    return _query_vectors(name, encoder_stamp(name), (text,), code)[0]


def query_scores(index: Index, code: str) -> dict[str, QueryScores]:
    """Language → scores over all written queries in one language; of an index over the whole collection."""
    return _query_scores(index.encoder, encoder_stamp(index.encoder), index.languages, code, index)


def _build(handle: Handle, encoders: list[Encoder], sentences: tuple[Sentences, ...], text: str) -> Searched:
    tell = Teller(handle.progress, handle.stopped)
    heads = tuple(one.head(_HEAD) for one in sentences)
    total = sum(map(len, sentences))
    share = sum(map(len, heads)) / total
    first = _indexes(encoders, heads, lambda made, one, part: _head(made, one, text, part), tell.part(0, share))
    if share == 1:
        return Searched(first, True)
    tell.part(0, share)(1, "the first sentences are there")
    handle.progress(round(1000 * share), 1000, "the first sentences are there", Searched(first, False))
    return Searched(_indexes(encoders, sentences, lambda made, one, part: _all(made, one, text, part), tell.part(share, 1)), True)


def _indexes(encoders: list[Encoder], sentences: tuple[Sentences, ...], vectors_of, tell: Teller) -> tuple[Index, ...]:
    """An index for each encoder; the time goes by the number of sentences."""
    total, done, found = len(encoders) * sum(map(len, sentences)), 0, []
    for made in encoders:
        vectors = []
        for one in sentences:
            vectors.append(vectors_of(made, one, tell.part(done / total, (done + len(one)) / total)))
            done += len(one)
        found.append(Index(made.name, made.sentence_layer, sentences, tuple(vectors)))
    return tuple(found)


def _head(made: Encoder, sentences: Sentences, text: str, tell: Teller) -> np.ndarray:
    key = repr(("head", made.name, encoder_stamp(made.name), text, sentences.language))
    return _shelf().get(key, lambda: encode_sentences(made, sentences, tell))


def _all(made: Encoder, sentences: Sentences, text: str, tell: Teller) -> np.ndarray:
    """The head's vectors and then the rest's."""

    def make() -> np.ndarray:
        head = _head(made, sentences.head(_HEAD), text, tell.part(0, 0))
        rest = Sentences(sentences.language, sentences.ids[_HEAD:], sentences.texts[_HEAD:])
        return np.concatenate([head, encode_sentences(made, rest, tell)])

    return _shelf().get(repr(("all", made.name, encoder_stamp(made.name), text, sentences.language)), make)


@st.cache_resource(show_spinner=False)
def _shelf() -> Shelf:
    return Shelf(_SHELF_BYTES)


@st.cache_resource(max_entries=400, show_spinner=False)
def _query_vectors(name: str, stamp: int, texts: tuple[str, ...], code: str) -> np.ndarray:
    return query_vectors(encoder(name), texts, code)


@st.cache_resource(max_entries=100, show_spinner=False)
def _query_scores(name: str, stamp: int, languages: tuple[str, ...], code: str, _index: Index) -> dict[str, QueryScores]:
    queries = collection().queries
    vectors = _query_vectors(name, stamp, tuple(query.texts[code] for query in queries), code)
    return score_queries(_index, vectors, [frozenset(query.relevant) for query in queries])
