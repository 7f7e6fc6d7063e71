"""Vectors of every sentence and every written query of the collection under an edition, which a search goes through."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from otcore.base.progress import Teller
from otcore.corpora.collection import load_collection
from otcore.results.kind import Kind
from otcore.results.store import Stored

_STEPS = 4095  # of a component between its least and its greatest: cosines are right to some 0.00003


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
        whole = {name: np.rint((rows - low) / step).astype(np.uint16) for name, rows in groups.items()}
        scale = {"low": low.astype(np.float32), "step": step.astype(np.float32)}
        return Stored(result.layer, {name: packed(rows) for name, rows in whole.items()} | scale)

    def unpack(self, stored: Stored, settings: None) -> SentenceVectors:
        found: dict[str, dict[str, np.ndarray]] = {"sentences": {}, "queries": {}}
        low, step = stored.arrays["low"], stored.arrays["step"]
        for name, rows in stored.arrays.items():
            part, _, code = name.partition(" ")
            if code:
                vectors = unpacked(rows) * step + low
                found[part][code] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return SentenceVectors(stored.value, **found)


def packed(values: np.ndarray) -> np.ndarray:
    """(n, 3d/2) uint8 of (n, d) whole numbers in [0, 4095], d even: two in three bytes."""
    first, second = values[:, ::2], values[:, 1::2]
    parts = first >> 4, (first & 15) << 4 | second >> 8, second & 255
    return np.stack(parts, 2).astype(np.uint8).reshape(len(values), -1)


def unpacked(values: np.ndarray) -> np.ndarray:
    """(n, d) uint16 out of what `packed` gives."""
    parts = values.reshape(len(values), -1, 3).astype(np.uint16)
    first, second = parts[..., 0] << 4 | parts[..., 1] >> 4, (parts[..., 1] & 15) << 8 | parts[..., 2]
    return np.stack((first, second), 2).reshape(len(values), -1)


KIND = Sentences()
