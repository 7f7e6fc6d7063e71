"""Vectors of every sentence and every written query of the collection under an edition, which a search goes through."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from otcore.base.progress import Teller
from otcore.corpora.collection import load_collection
from otcore.results.kind import Kind
from otcore.results.store import Stored

_STEPS = 255  # of a component between its least and its greatest: cosines are right to some 0.0003, all to 0.003


@dataclass(frozen=True)
class SentenceVectors:
    """layer: whose means they are; sentences, queries: language → (n, d) float32 unit rows, in the collection's order."""

    layer: int
    sentences: dict[str, np.ndarray]
    queries: dict[str, np.ndarray]


class Sentences(Kind):
    """There are no settings; the result is a SentenceVectors."""

    name, label, rank = "sentences", "sentence vectors of an edition", 10

    def wanted(self) -> Sequence[tuple[tuple[str, ...], None]]:
        return [(("base",), None), (("aligned",), None)]

    def make(self, encoders: Sequence, settings: None, tell: Teller) -> SentenceVectors:
        from otcore.retrieval.index import encode_sentences, query_vectors
        from otcore.retrieval.sentences import bundled_sentences

        (encoder,), collection = encoders, load_collection()
        sentences, queries = {}, {}
        for code, part in tell.each(collection.languages):
            (texts,) = bundled_sentences(collection, (code,))
            sentences[code] = encode_sentences(encoder, texts, part)
            queries[code] = query_vectors(encoder, [query.texts[code] for query in collection.queries], code)
        return SentenceVectors(encoder.sentence_layer, sentences, queries)

    def pack(self, result: SentenceVectors) -> Stored:
        groups = {f"{part} {code}": rows for part in ("sentences", "queries") for code, rows in getattr(result, part).items()}
        every = np.concatenate(list(groups.values()))
        low, high = every.min(0), every.max(0)
        step = (high - low) / _STEPS
        whole = {name: np.rint((rows - low) / step).astype(np.uint8) for name, rows in groups.items()}
        scale = {"low": low.astype(np.float32), "step": step.astype(np.float32)}
        return Stored(result.layer, whole | scale)

    def unpack(self, stored: Stored, settings: None) -> SentenceVectors:
        found: dict[str, dict[str, np.ndarray]] = {"sentences": {}, "queries": {}}
        low, step = stored.arrays["low"], stored.arrays["step"]
        for name, rows in stored.arrays.items():
            part, _, code = name.partition(" ")
            if code:
                vectors = rows * step + low
                found[part][code] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return SentenceVectors(stored.value, **found)


KIND = Sentences()
