"""Sentence vectors to search in: encoded in the background a language at a time, kept by what they depend on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from dashboard.background import work
from dashboard.background.apart import Desk, Task
from dashboard.background.encoders import collection, encoder
from dashboard.background.jobs import Snapshot
from dashboard.pages.search.choices import SearchView
from otcore.base.progress import Teller
from otcore.encoders import encoder_stamp
from otcore.encoders.encoder import Encoder
from otcore.results.kind import KINDS
from otcore.results.kinds.sentences import SentenceVectors
from otcore.retrieval.index import Index, encode_sentences, query_vectors
from otcore.retrieval.scores import QueryScores, score_queries
from otcore.retrieval.sentences import Sentences, bundled_sentences, kept_sentences
from otcore.text.languages import words_of

_HEAD = 160  # sentences of each language that are searched before the rest is there; the collection's gold ones


@dataclass(frozen=True)
class Searched:
    """An index for each encoder of a view, in their order; `whole` is false while only the head of each language is there.

    unread: what the encoders leave out of sentences that are too long, a sentence each
    """

    indexes: tuple[Index, ...]
    whole: bool
    unread: tuple[str, ...] = ()


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
    """How the job of an index stands. Its result is a Searched, and so is what it gives out as soon as the first sentences of every
    language are encoded.

    raises: InputError   an encoder or the files cannot be had
    """
    text = view.files if view.own_text else view.text
    key, label = repr(("search", [(name, encoder_stamp(name)) for name in view.encoders], text, view.languages)), "index for a search"
    if ready := work.kept(("stored", key), lambda: _from_stored(view)):
        return Snapshot(key, label, "done", result=ready)

    return work.asked(key, label, lambda: Task(_build, (view.encoders, sentences_of(view), text), tuple(view.encoders)))


def query_vector(name: str, text: str, code: str) -> np.ndarray:
    """(d,) unit vector of a query.

    raises: InputError   nothing but white space or control characters
    """
    stored, written = _stored(name), [query.texts.get(code) for query in collection().queries]
    if stored and text in written:
        return stored.queries[code][written.index(text)]
    return _query_vectors(name, encoder_stamp(name), (text,), code)[0]


def query_scores(index: Index, code: str) -> dict[str, QueryScores]:
    """Language → scores over all written queries in one language; of an index over the whole collection."""
    return _query_scores(index.encoder, encoder_stamp(index.encoder), index.languages, code, index)


def _stored(name: str) -> SentenceVectors | None:
    """What comes with the project for an encoder, or None."""
    return work.kept(("stored sentences", name, encoder_stamp(name)), lambda: KINDS["sentences"].find((name,), None))


def _from_stored(view: SearchView) -> Searched | None:
    """The whole index where the project brings the vectors of all encoders along, or None."""
    found = [] if view.own_text else [_stored(name) for name in view.encoders]
    if not found or None in found:
        return None
    sentences = sentences_of(view)
    each = ((name, one.layer, [one.sentences[part.language] for part in sentences]) for name, one in zip(view.encoders, found, strict=True))
    return Searched(tuple(Index(name, layer, sentences, tuple(vectors)) for name, layer, vectors in each), whole=True)


def _build(tell: Teller, desk: Desk, names: Sequence[str], sentences: tuple[Sentences, ...], text: str) -> Searched:
    encoders, shelf = [desk.encoder(name) for name in names], desk.shelf

    def head(made: Encoder, one: Sentences, part: Teller) -> np.ndarray:
        return shelf.get(key("head", made, one), lambda: encode_sentences(made, one.head(_HEAD), part))

    def whole(made: Encoder, one: Sentences, part: Teller) -> np.ndarray:
        rest = Sentences(one.language, one.ids[_HEAD:], one.texts[_HEAD:])
        first = head(made, one, part.part(0, 0))
        return shelf.get(key("all", made, one), lambda: np.concatenate([first, encode_sentences(made, rest, part)]))

    def key(which: str, made: Encoder, one: Sentences) -> str:
        return repr((which, made.name, encoder_stamp(made.name), text, one.language))

    heads = tuple(one.head(_HEAD) for one in sentences)
    share = sum(map(len, heads)) / sum(map(len, sentences))
    first = Searched(_indexes(encoders, heads, head, tell.part(0, share)), whole=share == 1)
    if first.whole:
        return replace(first, unread=_unread(encoders, sentences))
    tell(share, "the first sentences are there")
    tell.progress(round(1000 * share), 1000, "the first sentences are there", first)
    return Searched(_indexes(encoders, sentences, whole, tell.part(share, 1)), True, _unread(encoders, sentences))


def _unread(encoders: list[Encoder], sentences: tuple[Sentences, ...]) -> tuple[str, ...]:
    found = [(made.name, made.unread(words_of(text, one.language) for one in sentences for text in one.texts)) for made in encoders]
    return tuple(f"{name}: {unread}" for name, unread in found if unread)


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


@st.cache_resource(max_entries=400, show_spinner=False)
def _query_vectors(name: str, stamp: int, texts: tuple[str, ...], code: str) -> np.ndarray:
    return query_vectors(encoder(name), texts, code)


@st.cache_resource(max_entries=100, show_spinner=False)
def _query_scores(name: str, stamp: int, languages: tuple[str, ...], code: str, _index: Index) -> dict[str, QueryScores]:
    queries, stored = collection().queries, _stored(name)
    texts = tuple(query.texts[code] for query in queries)
    vectors = stored.queries[code] if stored else _query_vectors(name, stamp, texts, code)
    return score_queries(_index, vectors, [frozenset(query.relevant) for query in queries])
