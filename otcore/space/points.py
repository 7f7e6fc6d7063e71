"""Which words or sentences are looked at, and their vectors under one encoder or several."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from otcore.base.progress import Teller
from otcore.corpora.collection import Collection
from otcore.corpora.types import Links, Sentence
from otcore.encoders.encoder import Encoder
from otcore.space.settings import PointChoice

UNKNOWN = "und"  # the language of what is said to be in none, as in BCP 47


@dataclass(frozen=True)
class Points:
    """n words or sentences, one language after the other; two equal words in different contexts are two points.

    codes    : the languages, and `language` (n,) the place in `codes` of each point's, never falling
    sentence : id of each point's sentence, `position` (n,) its place in there (0 for sentences)
    links    : (e, 2) gold links between points, the first before the second; `sure` (e,) bool
    contexts : (code, id) → the sentence
    tags     : id → tags of the sentence
    noun     : what the points are called where they are neither words nor sentences
    """

    of_words: bool
    texts: tuple[str, ...]
    codes: tuple[str, ...]
    language: np.ndarray
    sentence: tuple[str, ...]
    position: np.ndarray
    links: np.ndarray
    sure: np.ndarray
    contexts: Mapping[tuple[str, str], Sentence]
    tags: Mapping[str, tuple[str, ...]]
    noun: str = ""

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def kind(self) -> str:
        """What the points are, for people."""
        return self.noun or ("words" if self.of_words else "sentences")

    def code(self, point: int) -> str:
        return self.codes[self.language[point]]

    def partners(self, point: int) -> list[int]:
        """The points that translate a point."""
        return [int(one) for one in self.links[(self.links == point).any(1)].ravel() if one != point]

    def context(self, point: int) -> Sentence:
        return self.contexts[self.code(point), self.sentence[point]]


@dataclass(frozen=True)
class State:
    """Where the points lie: `name` of the encoder or moment, its layer where it has one, and (n, d) float32 vectors."""

    name: str
    layer: int | None
    vectors: np.ndarray


@dataclass(frozen=True)
class Cloud:
    """The same points in one state or several; `cut` words were too far back in a sentence for an encoder."""

    points: Points
    states: tuple[State, ...]
    cut: int = 0


def encode_cloud(
    collection: Collection,
    choice: PointChoice,
    systems: Sequence[tuple[Encoder, int]],
    tell: Teller | None = None,
    own: Sequence[Sentence] | None = None,
) -> Cloud:
    """The chosen points under each encoder and layer.

    own   : sentences of a person's own, one language after the other, in place of the collection's
    raises: InputError   a language or sentence that is not there, a layer the encoder does not have, too many points
            Stopped      `tell` was asked to end
    """
    chosen = choice.sentences(collection) if own is None else own
    found = [_encode(*system, chosen, choice, part) for system, part in (tell or Teller()).each(systems)]
    kept = [min(map(len, vectors)) for vectors in zip(*found, strict=True)]
    points = gather(collection, chosen, kept, of_words=choice.of_words)
    states = [
        State(encoder.name, layer, np.concatenate([rows[:many] for rows, many in zip(vectors, kept, strict=True)]).astype(np.float32))
        for (encoder, layer), vectors in zip(systems, found, strict=True)
    ]
    whole = sum(len(sentence.words) for sentence in chosen) if choice.of_words else len(chosen)
    return Cloud(points, tuple(states), whole - len(points))


def gather(collection: Collection, chosen: Sequence[Sentence], kept: Sequence[int], *, of_words: bool = True) -> Points:
    """The points of sentences, which stand one language after the other: of each the first `kept` words, or itself. Links and tags are
    those of the sentences that are the collection's own."""
    codes, ids = (tuple(dict.fromkeys(names)) for names in ([one.language for one in chosen], [one.id for one in chosen]))
    owners = [(sentence, place) for sentence, many in zip(chosen, kept, strict=True) for place in range(many)]
    bundled = {(one.language, one.id) for one in chosen if _is_bundled(one, collection)}
    index = {(one.language, one.id, place): k for k, (one, place) in enumerate(owners) if (one.language, one.id) in bundled or not of_words}
    links, sure = _links(collection, codes, ids, index, of_words)
    return Points(
        of_words=of_words,
        texts=tuple(sentence.words[place] if of_words else sentence.text for sentence, place in owners),
        codes=codes,
        language=np.array([codes.index(sentence.language) for sentence, _ in owners], np.int64),
        sentence=tuple(sentence.id for sentence, _ in owners),
        position=np.array([place for _, place in owners], np.int64),
        links=links,
        sure=sure,
        contexts={(sentence.language, sentence.id): sentence for sentence in chosen},
        tags={entry.id: entry.tags for entry in collection.entries if entry.id in set(ids)},
    )


def _is_bundled(sentence: Sentence, collection: Collection) -> bool:
    """Whether it is the collection's sentence of that id, or its beginning: only then are the collection's links its own."""
    known = collection.gold.get(sentence.language, {}).get(sentence.id)
    return known is not None and known.words[: len(sentence.words)] == sentence.words


def _links(collection: Collection, codes, ids, index: Mapping[tuple[str, str, int], int], of_words: bool) -> tuple[np.ndarray, np.ndarray]:
    """(e, 2) gold links between points, and (e,) whether sure; a sentence translates itself in all other languages.

    index: (language, sentence, place) → point
    """
    codes, ids, whole = [code for code in codes if code in collection.gold], [id for id in ids if id in collection.gold["en"]], {(0, 0)}
    rows: list[tuple[int, int, bool]] = []
    for first, second in itertools.combinations(codes, 2):
        for id in ids:
            links = collection.gold_links(id, first, second) if of_words else Links(whole)
            ends = ((index.get((first, id, i)), index.get((second, id, j)), (i, j) in links.sure) for i, j in sorted(links.possible))
            rows += [end for end in ends if None not in end]
    table = np.array(rows, np.int64).reshape(-1, 3)
    return table[:, :2], table[:, 2] > 0


def _encode(encoder: Encoder, layer: int, chosen: Sequence[Sentence], choice: PointChoice, tell: Teller) -> list[np.ndarray]:
    """(words, d) of each sentence, or (1, d) its vector as sentence retrieval has it."""

    def progress(done: int, total: int) -> None:
        tell(done / total, f"encoding with {encoder.name}: {done} of {total} sentences")

    tell(0.0, f"encoding with {encoder.name}")
    encoded = encoder.encode([sentence.words for sentence in chosen], layer, progress, [sentence.language for sentence in chosen])
    if choice.of_words:
        return [vectors.pooled(choice.pooling) for vectors in encoded]
    return list(encoder.sentences(encoded, layer)[:, None])
