"""Sentences encoded by a Ray cluster, in the blocks in which one process encodes them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from otcore.cluster.joining import Cluster
from otcore.cluster.mapping import mapped
from otcore.encoders.tokens import Unread
from otcore.retrieval.precision import blocks, sentence_vectors

Side = tuple[Sequence[Sequence[str]], str | None]  # sentences, and their language, which an encoder with maps needs to know
Encoded = tuple[np.ndarray, Unread]


@dataclass(frozen=True)
class Encoding:
    """encoder: its name; device: of `otcore.encoders.devices`, or None; layer: None for the encoder's for sentences"""

    encoder: str
    device: str | None = None
    layer: int | None = None

    def begun(self) -> Callable[[Side], Encoded]:
        """What a worker does with every block."""
        from otcore.encoders import load_encoder
        from otcore.encoders.devices import moved

        encoder = moved(load_encoder(self.encoder), self.device)
        return lambda block: (sentence_vectors(encoder, block[0], self.layer, language=block[1]), encoder.unread(block[0]))


def vectors_on_cluster(
    cluster: Cluster, encoding: Encoding, sides: Sequence[Side], progress: Callable[[int, int], None] = lambda done, total: None
) -> tuple[list[np.ndarray], Unread]:
    """(n, d) float32 unit vectors of the sentences of each side, as `sentence_vectors`, and what the encoder left unread of all.

    progress: called with sentences done and their number as blocks come back
    raises  : InputError   as `mapped`, or an encoder or a layer that is not there
    """
    each = [(block, code) for sentences, code in sides for block in blocks(sentences)]
    lengths = [len(sentences) for sentences, _ in sides]
    vectors: list[np.ndarray] = []
    unread = Unread(0)

    def tell(waiting: Collection[Encoded]) -> None:
        progress(sum(map(len, vectors)) + sum(len(some) for some, _ in waiting), sum(lengths))

    for some, left in mapped(cluster, encoding.begun, each, tell):
        vectors.append(some.copy())  # what comes lies in the cluster's store, and keeps its room there as long as it is used
        unread += left
    return np.split(np.concatenate(vectors), np.cumsum(lengths)[:-1]), unread
