"""Which words or sentences are looked at, and their vectors under one encoder or several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from otcore.base.errors import InputError
from otcore.base.names import POOLINGS
from otcore.base.progress import Teller
from otcore.corpora.collection import Collection
from otcore.corpora.types import Links, Sentence
from otcore.encoders.encoder import Encoder

MOST_POINTS = 25_000  # all words of the bundled collection; more would be no picture
KINDS = ("word", "sentence")


@dataclass(frozen=True)
class PointChoice:
    """What is plotted: `kind` "word" or "sentence" of these sentences in these languages; `pooling` makes words of subwords."""

    languages: tuple[str, ...]
    ids: tuple[str, ...]
    kind: str = "word"
    pooling: str = "mean"

    def __post_init__(self) -> None:
        if not self.languages:
            raise InputError("Choose at least one language to plot.")
        if not self.ids:
            raise InputError("No sentence is left to plot; choose more sentences or fewer tags.")
        if self.kind not in KINDS or self.pooling not in POOLINGS:
            raise InputError(f"Points are words or sentences, pooled by {', '.join(POOLINGS)}; not {self.kind} and {self.pooling}.")


@dataclass(frozen=True)
class Points:
    """n words or sentences, one language after the other; two equal words in different contexts are two points.

    texts    : what stands at each point
    codes    : the languages, and `language` (n,) the place in `codes` of each point's, never falling
    sentence : id of each point's sentence, `position` (n,) its place in there (0 for sentences)
    links    : (e, 2) gold links between points, the first before the second; `sure` (e,) bool
    contexts : (code, id) → the sentence
    tags     : id → tags of the sentence
    """

    kind: str
    texts: tuple[str, ...]
    codes: tuple[str, ...]
    language: np.ndarray
    sentence: tuple[str, ...]
    position: np.ndarray
    links: np.ndarray
    sure: np.ndarray
    contexts: Mapping[tuple[str, str], Sentence]
    tags: Mapping[str, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.texts)

    def partners(self, point: int) -> list[int]:
        """The points that translate a point."""
        here = (self.links == point).any(1)
        return [int(one) for one in self.links[here].ravel() if one != point]

    def context(self, point: int) -> Sentence:
        return self.contexts[self.codes[self.language[point]], self.sentence[point]]


@dataclass(frozen=True)
class State:
    """Where the points lie: `name` of the encoder or moment, its layer, and (n, d) float32 vectors."""

    name: str
    layer: int
    vectors: np.ndarray


@dataclass(frozen=True)
class Cloud:
    """The same points in one state or several; `cut` words were too far back in a sentence for an encoder."""

    points: Points
    states: tuple[State, ...]
    cut: int = 0


def encode_cloud(collection: Collection, choice: PointChoice, systems: Sequence[tuple[Encoder, int]], tell: Teller | None = None) -> Cloud:
    """The chosen points under each encoder and layer.

    raises: InputError   a language or sentence that is not there, a layer the encoder does not have, too many points
            Stopped      `tell` was asked to end
    """
    tell = tell or Teller()
    chosen = [collection.pair(id, code, code).source for code in choice.languages for id in choice.ids]
    count = sum(len(sentence.words) for sentence in chosen) if choice.kind == "word" else len(chosen)
    if count > MOST_POINTS:
        raise InputError(f"{count:,} points are more than the {MOST_POINTS:,} that make a picture; choose fewer sentences or languages.")
    found = []
    for number, (encoder, layer) in enumerate(systems):
        part = tell.part(number / len(systems), (number + 1) / len(systems))
        found.append(_encode(encoder, layer, chosen, choice, part))
    kept = [min(len(vectors[k]) for vectors in found) for k in range(len(chosen))]
    points = gather(collection, choice, chosen, kept)
    states = [
        State(encoder.name, layer, np.concatenate([rows[:many] for rows, many in zip(vectors, kept, strict=True)]).astype(np.float32))
        for (encoder, layer), vectors in zip(systems, found, strict=True)
    ]
    return Cloud(points, tuple(states), count - len(points))


def gather(collection: Collection, choice: PointChoice, chosen: Sequence[Sentence], kept: Sequence[int]) -> Points:
    """The points of sentences, language by language, of each the first `kept` words."""
    codes, words = choice.languages, choice.kind == "word"
    owners = [(sentence, place) for sentence, many in zip(chosen, kept, strict=True) for place in range(many)]
    index = {(sentence.language, sentence.id, place): k for k, (sentence, place) in enumerate(owners)}
    links, sure = collection_links(collection, codes, choice.ids, index) if words else _whole_links(codes, choice.ids, index)
    tags = {entry.id: entry.tags for entry in collection.entries if entry.id in set(choice.ids)}
    return Points(
        choice.kind, tuple(sentence.words[place] if words else sentence.text for sentence, place in owners), codes,
        np.array([codes.index(sentence.language) for sentence, _ in owners], np.int64), tuple(sentence.id for sentence, _ in owners),
        np.array([place for _, place in owners], np.int64), links, sure,
        {(sentence.language, sentence.id): sentence for sentence in chosen}, tags,
    )  # fmt: skip


def collection_links(
    collection: Collection, codes: Sequence[str], ids: Sequence[str], index: Mapping[tuple[str, str, int], int]
) -> tuple[np.ndarray, np.ndarray]:
    """Gold links (e, 2) between the points of an index (language, sentence, word) → point, and which are sure (e,)."""
    rows: list[tuple[int, int]] = []
    sure: list[bool] = []
    for k, first in enumerate(codes):
        for second in codes[k + 1 :]:
            for id in ids:
                links = collection.gold_links(id, first, second) or Links()
                for i, j in sorted(links.possible):
                    if (first, id, i) in index and (second, id, j) in index:
                        rows.append((index[first, id, i], index[second, id, j]))
                        sure.append((i, j) in links.sure)
    return np.array(rows, np.int64).reshape(-1, 2), np.array(sure, bool)


def _whole_links(codes: Sequence[str], ids: Sequence[str], index: Mapping[tuple[str, str, int], int]) -> tuple[np.ndarray, np.ndarray]:
    """A sentence translates itself in all other languages."""
    rows = [(index[a, id, 0], index[b, id, 0]) for k, a in enumerate(codes) for b in codes[k + 1 :] for id in ids]
    return np.array(rows, np.int64).reshape(-1, 2), np.ones(len(rows), bool)


def _encode(encoder: Encoder, layer: int, chosen: Sequence[Sentence], choice: PointChoice, tell: Teller) -> list[np.ndarray]:
    """(words, d) of each sentence, or (1, d) its vector as sentence retrieval has it."""

    def progress(done: int, total: int) -> None:
        tell(done / total, f"encoding with {encoder.name}: {done} of {total} sentences")

    tell(0.0, f"encoding with {encoder.name}")
    encoded = encoder.encode([sentence.words for sentence in chosen], layer, progress, [sentence.language for sentence in chosen])
    if choice.kind == "word":
        return [vectors.pooled(choice.pooling) for vectors in encoded]
    return list(encoder.sentences(encoded, layer)[:, None])
