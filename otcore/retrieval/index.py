"""An index of sentence vectors in several languages, and a query's nearest sentences in each by cosine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.encoders.encoder import Encoder
from otcore.retrieval.precision import sentence_vectors
from otcore.retrieval.sentences import Sentences
from otcore.text.languages import language, words_of

_DIGITS = 6  # of a cosine in float32: the same text in another place of a batch differs beyond them
_AT_ONCE = 192  # sentences between two looks at whether the work is still wanted: half a second's on two cores


@dataclass(frozen=True)
class Index:
    """Sentences with their vectors under one encoder.

    encoder  : its name; `layer` whose means the vectors are
    sentences: one entry a language
    vectors  : for each of them (n, d) float32 unit rows
    """

    encoder: str
    layer: int
    sentences: tuple[Sentences, ...]
    vectors: tuple[np.ndarray, ...]

    def __len__(self) -> int:
        return sum(map(len, self.sentences))

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(one.language for one in self.sentences)


@dataclass(frozen=True)
class Hit:
    """A sentence that was found.

    rank : from 1, among the sentences of its language
    score: cosine to the query, in [−1, 1], to six digits: beyond them equal sentences differ
    mean : the query's mean cosine to all sentences of that language, which a score is to be seen against
    """

    language: str
    id: str
    text: str
    rank: int
    score: float
    mean: float


def encode_sentences(encoder: Encoder, sentences: Sentences, tell: Teller | None = None) -> np.ndarray:
    """(n, d) float32 unit vectors at the encoder's layer for sentences.

    raises: Stopped   `tell` was asked to end
    """
    tell, code, parts = tell or Teller(), sentences.language, []
    for start in range(0, len(sentences), _AT_ONCE):
        tell(start / len(sentences), f"{language(code).name} under {encoder.name}")
        words = [words_of(text, code) or (text,) for text in sentences.texts[start : start + _AT_ONCE]]  # a line of joiners has no words
        parts.append(sentence_vectors(encoder, words, language=code))
    tell(1, f"{language(code).name} under {encoder.name}")
    return np.concatenate(parts) if parts else np.empty((0, encoder.sentence_dimension), np.float32)


def build_index(encoder: Encoder, sentences: Sequence[Sentences], tell: Teller | None = None) -> Index:
    """The index of some languages.

    raises: InputError   no language; Stopped   `tell` was asked to end
    """
    if not sentences:
        raise InputError("There is no language to search in; choose one that is not the query's.")
    tell, ends = tell or Teller(), np.cumsum([0, *map(len, sentences)]) / sum(map(len, sentences))
    vectors = [encode_sentences(encoder, one, tell.part(*part)) for one, part in zip(sentences, pairwise(ends), strict=True)]
    return Index(encoder.name, encoder.sentence_layer, tuple(sentences), tuple(vectors))


def query_vectors(encoder: Encoder, texts: Sequence[str], code: str) -> np.ndarray:
    """(q, d) float32 unit vectors of queries in one language.

    raises: InputError   a query without words, or with control characters in it
    """
    words = [words_of(text, code) for text in texts]
    if not all(words):
        raise InputError("The query is empty; write at least one word.")
    return sentence_vectors(encoder, words, language=code)


def search(index: Index, query: np.ndarray, top: int) -> dict[str, tuple[Hit, ...]]:
    """Language → its `top` nearest sentences, nearest first; of equally near ones the first in the text comes first.

    query: (d,) unit vector under the index's encoder
    """
    found = {}
    for sentences, vectors in zip(index.sentences, index.vectors, strict=True):
        scores = (vectors @ query).astype(np.float64).round(_DIGITS)
        mean = float(scores.mean()) if len(scores) else 0.0
        best = np.argsort(-scores, kind="stable")[:top]
        hits = ((sentences.ids[k], sentences.texts[k], place, float(scores[k]), mean) for place, k in enumerate(best, 1))
        found[sentences.language] = tuple(Hit(sentences.language, *hit) for hit in hits)
    return found


def merged(found: Mapping[str, Sequence[Hit]], top: int) -> tuple[Hit, ...]:
    """The `top` nearest whatever their language, out of what `search` found; ranks stay those within a language."""
    return tuple(sorted((hit for hits in found.values() for hit in hits), key=lambda hit: -hit.score)[:top])
