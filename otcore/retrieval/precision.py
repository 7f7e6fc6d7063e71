"""Sentence retrieval: is a sentence's translation its nearest neighbour among all sentences of the other language?"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from otcore.base.errors import InputError
from otcore.encoders.encoder import Encoder

BLOCK = 1024  # sentences whose subwords are held at once
_ROWS = 1024  # similarities at a time: memory stays flat for large files


@dataclass(frozen=True)
class Retrieval:
    """P@1 in both directions, in [0, 1], and the number of pairs (chance is 1 / pairs)."""

    forward: float
    backward: float
    pairs: int


def sentence_vectors(
    encoder: Encoder,
    sentences: Sequence[Sequence[str]],
    layer: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    language: str | None = None,
) -> np.ndarray:
    """(n, d) float32 unit vectors at a layer, by default the encoder's for sentences; see `Encoder.sentences`.

    language: of the sentences, which an encoder with maps needs to know
    """
    layer = encoder.sentence_layer if layer is None else layer
    found: list[np.ndarray] = []
    for block in blocks(sentences):
        told = progress and partial(_tell, progress, sum(map(len, found)), len(sentences))
        encoded = encoder.encode(block, layer, told, None if language is None else [language] * len(block))
        found.append(encoder.sentences(encoded, layer))
    return np.concatenate(found)


def blocks(sentences: Sequence) -> Iterator[Sequence]:
    """Sentences as they are encoded together, by one process and by a cluster, since rounding differs between batches."""
    return (sentences[start : start + BLOCK] for start in range(0, len(sentences), BLOCK))


def _tell(progress: Callable[[int, int], None], before: int, total: int, done: int, _: int) -> None:
    progress(before + done, total)


def retrieve(source: np.ndarray, target: np.ndarray, texts: Sequence[Sequence[Hashable]] | None = None) -> Retrieval:
    """P@1 by cosine over line-parallel unit vectors (n, d); a tie with a wrong sentence counts as a miss.

    texts : of source and target; a sentence is found where any of its copies is, as no "Yes." can be told from another
    raises: InputError   different numbers of sentences, or none
    """
    if len(source) != len(target) or len(source) == 0:
        counts = f"{len(source)} and {len(target)}"
        raise InputError(f"Retrieval needs as many source as target sentences, and at least one; there are {counts}.")
    ways = ((source, target, texts and texts[1]), (target, source, texts and texts[0]))
    forward, backward = (float(retrieval_hits(*way).mean()) for way in ways)
    return Retrieval(forward, backward, len(source))


def retrieval_hits(queries: np.ndarray, candidates: np.ndarray, texts: Sequence[Hashable] | None = None) -> np.ndarray:
    """(n,) bool: whether row i of the queries is nearer to row i of the candidates than to any other, unit vectors (n, d).

    texts: of the candidates; rows with the text of row i are as right as it
    """
    known: dict[Hashable, int] = {}
    groups = np.array([known.setdefault(text, len(known)) for text in (texts if texts is not None else range(len(candidates)))])
    copies = [np.flatnonzero(groups == group) for group in np.flatnonzero(np.bincount(groups) > 1)]
    hits = []
    for start in range(0, len(queries), _ROWS):
        similarity = queries[start : start + _ROWS] @ candidates.T
        rows = np.arange(len(similarity))
        right = similarity[rows, start + rows].copy()
        similarity[rows, start + rows] = -np.inf
        for places in copies:
            inside = places[(places >= start) & (places < start + len(rows))] - start
            among = np.ix_(inside, places)
            right[inside] = np.maximum(right[inside], similarity[among].max(1, initial=-np.inf))
            similarity[among] = -np.inf
        hits.append(right > similarity.max(1, initial=-np.inf))
    return np.concatenate(hits)
