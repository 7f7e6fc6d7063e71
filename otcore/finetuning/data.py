"""From settings to what is trained on and what is only evaluated on: sentence pairs as pieces, points, masses and links."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from otcore.alignment.aligner import align_many
from otcore.alignment.settings import AlignSettings
from otcore.alignment.statistical import word_links
from otcore.base.errors import InputError
from otcore.corpora.collection import load_collection
from otcore.corpora.frequencies import relative_frequencies, word_counts
from otcore.corpora.pair_files import PIVOT, read_pairs
from otcore.corpora.types import Link, SentencePair
from otcore.encoders.encoder import Encoder, Tokens
from otcore.objectives.objective import Objective
from otcore.runs.settings import FinetuneSettings
from otcore.transport.masses import inverse_frequency_masses

_SPLIT_STREAM = 7  # keeps the held-out draw apart from the order of batches, which has the same seed
_MOST_HELD_OUT = 500


@dataclass(frozen=True)
class Corpus:
    """The text of a run.

    training: language → pairs, English the target side
    held_out: language → pairs that share no sentence with `training`
    gold    : whether the held-out pairs have gold links
    """

    training: dict[str, list[SentencePair]]
    held_out: dict[str, list[SentencePair]]
    gold: bool


@dataclass(frozen=True)
class Side:
    """One sentence as the encoder reads it, and its points.

    ids    : piece ids, special tokens included
    places : (p,) which of the ids make up points
    points : (p,) the point that each of them belongs to
    weights: (p,) float32 its share of that point
    masses : (n,) float32 of the points; sums to 1
    types  : (n,) int64, equal for equal words (or subwords) of the language
    """

    ids: tuple[int, ...]
    places: np.ndarray
    points: np.ndarray
    weights: np.ndarray
    masses: np.ndarray
    types: np.ndarray


@dataclass(frozen=True)
class Pair:
    """A training pair: two sides and the linked points, (k, 2) int64, empty where the objective asks for none."""

    source: Side
    target: Side
    links: np.ndarray


def read_corpus(settings: FinetuneSettings) -> Corpus:
    """The pairs of every language, split into training and held-out.

    raises: InputError   a language without pairs, or with too few; what the readers raise
    """
    if not settings.files:
        collection = load_collection()
        training = {code: _usable(collection.training_pairs(code, PIVOT), settings)[: settings.pairs] for code in settings.languages}
        return Corpus(training, {code: collection.pairs(code, PIVOT, "dev") for code in settings.languages}, gold=True)
    by_language = {file.language: file for file in settings.files}
    split = {code: _split(_usable(read_pairs(by_language[code]), settings), code, settings) for code in settings.languages}
    training, held_out = ({code: parts[side] for code, parts in split.items()} for side in (0, 1))
    return Corpus(training, held_out, gold=False)


def _usable(pairs: list[SentencePair], settings: FinetuneSettings) -> list[SentencePair]:
    return [pair for pair in pairs if max(len(pair.source.words), len(pair.target.words)) <= settings.longest]


def _split(pairs: list[SentencePair], code: str, settings: FinetuneSettings) -> tuple[list[SentencePair], list[SentencePair]]:
    """A share drawn by the seed is held out; pairs with a sentence of that share are dropped from the training side."""
    count = min(max(int(len(pairs) * settings.held_out), 1), _MOST_HELD_OUT)
    order = np.random.default_rng([settings.seed, _SPLIT_STREAM]).permutation(len(pairs)) if pairs else np.arange(0)
    held_out = [pairs[index] for index in sorted(order[:count])]
    seen = {pair.source.words for pair in held_out} | {pair.target.words for pair in held_out}
    training = [pairs[i] for i in sorted(order[count:]) if pairs[i].source.words not in seen and pairs[i].target.words not in seen]
    training = training[: settings.pairs]
    if len(training) < 2:
        raise InputError(
            f"The file for {code} leaves {len(training)} training pairs of at most {settings.longest} words a side, two are needed; "
            "give a longer file or raise `longest`."
        )
    return training, held_out


class Preparation:
    """Makes sides and pairs for one encoder and objective; equal sentences become one side, which is encoded once."""

    def __init__(self, settings: FinetuneSettings, encoder: Encoder, layer: int, corpus: Corpus) -> None:
        self._settings, self._encoder, self._layer, self._corpus = settings, encoder, layer, corpus
        self._tokens: dict[tuple[str, ...], Tokens] = {}
        self._sides: dict[tuple[str, tuple[str, ...]], Side] = {}
        self._types: dict[str, dict[str, int]] = {}
        self._frequencies: dict[str, dict[str, float]] = {}

    def pairs(self) -> dict[str, list[Pair]]:
        """The training pairs of each language.

        raises: InputError   masses or links that cannot be had for these languages on this machine
        """
        prepared = {}
        for code, pairs in self._corpus.training.items():
            links = self.links(code) if self._settings.objective.needs_links else [()] * len(pairs)
            sides = [(self.side(pair.source.words, code), self.side(pair.target.words, PIVOT)) for pair in pairs]
            prepared[code] = [Pair(*both, _inside(found, *both)) for both, found in zip(sides, links, strict=True)]
        return prepared

    def links(self, code: str) -> list[tuple[Link, ...]]:
        """The word links of each training pair of a language, sorted."""
        pairs = self._corpus.training[code]
        return _LINKS[self._settings.word_pairs](self, pairs)

    def _mutual(self, pairs: list[SentencePair]) -> list[tuple[Link, ...]]:
        return [tuple(sorted(found.pairs)) for found in align_many(self._encoder, pairs, AlignSettings(layer=self._layer))]

    def _statistical(self, pairs: list[SentencePair]) -> list[tuple[Link, ...]]:
        sides = [[self._pieces(side.words) for side in (pair.source, pair.target)] for pair in pairs]
        found = word_links([source[0] for source, _ in sides], [target[0] for _, target in sides], self._settings.seed)
        return [_one_to_one(links, source[1], target[1]) for links, (source, target) in zip(found, sides, strict=True)]

    def side(self, words: tuple[str, ...], code: str) -> Side:
        """One sentence of a language."""
        key = (code, words)
        if key not in self._sides:
            objective = self._settings.objective
            tokens = self._tokenize(words)
            pieces, owners = self._pieces(words)
            inside = np.flatnonzero(np.array(tokens.words) >= 0)
            kept = words[: len(words) - tokens.cut]
            places, points, weights = _points(np.array(owners), objective)
            types = pieces if objective.unit == "subword" else [self._type(word, code) for word in kept]
            masses = self._masses(kept, np.array(owners), code)
            self._sides[key] = Side(tuple(tokens.ids), inside[places], points, weights, masses, np.array(types, np.int64))
        return self._sides[key]

    def _tokenize(self, words: tuple[str, ...]) -> Tokens:
        if words not in self._tokens:
            self._tokens[words] = self._encoder.tokenize(words)
        return self._tokens[words]

    def _pieces(self, words: tuple[str, ...]) -> tuple[list[int], list[int]]:
        """Piece ids without special tokens, and the word of each."""
        tokens = self._tokenize(words)
        inside = [(id, word) for id, word in zip(tokens.ids, tokens.words, strict=True) if word >= 0]
        return [id for id, _ in inside], [word for _, word in inside]

    def _type(self, word: str, code: str) -> int:
        known = self._types.setdefault(code, {})
        return known.setdefault(word.casefold(), len(known))

    def _masses(self, words: tuple[str, ...], owners: np.ndarray, code: str) -> np.ndarray:
        """(n,) uniform, or by inverse frequency; masses by norm follow the vectors and are made with them."""
        subwords = self._settings.objective.unit == "subword"
        if self._settings.objective.masses != "inverse-frequency":
            count = len(owners) if subwords else len(words)
            return np.full(count, 1 / count, np.float32)
        if code not in self._frequencies:
            self._frequencies[code] = self._count(code)
        masses = inverse_frequency_masses([self._frequencies[code][word] for word in words])
        return (masses[owners] / np.bincount(owners)[owners] if subwords else masses).astype(np.float32)

    def _count(self, code: str) -> dict[str, float]:
        pairs = [pair for language, pairs in self._corpus.training.items() if code in (language, PIVOT) for pair in pairs]
        corpus = [(pair.target if code == PIVOT else pair.source).words for pair in pairs]
        words = sorted({word for sentence in corpus for word in sentence})
        return dict(zip(words, relative_frequencies(words, code, word_counts(corpus)), strict=True))


_LINKS = {"mutual": Preparation._mutual, "eflomal": Preparation._statistical}  # by `FinetuneSettings.word_pairs`


def _inside(links: tuple[Link, ...], source: Side, target: Side) -> np.ndarray:
    """(k, 2) the links between words that were not cut."""
    kept = [(i, j) for i, j in links if i < len(source.masses) and j < len(target.masses)]
    return np.array(kept, np.int64).reshape(-1, 2)


def _points(owners: np.ndarray, objective: Objective) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which pieces make up points, the point of each, and its share."""
    everything = np.arange(len(owners))
    if objective.unit == "subword":
        return everything, everything, np.ones(len(owners), np.float32)
    if objective.pooling == "mean":
        return everything, owners, (1 / np.bincount(owners)[owners]).astype(np.float32)
    last = np.flatnonzero(np.diff(owners, append=-1)) if objective.pooling == "last" else np.flatnonzero(np.diff(owners, prepend=-1))
    return last, owners[last], np.ones(len(last), np.float32)


def _one_to_one(links: list[Link], source: list[int], target: list[int]) -> tuple[Link, ...]:
    """Word links from subword links, the ones with most subwords first, each word at most once (Cao et al. 2020 §3)."""
    counts = Counter((source[i], target[j]) for i, j in links)
    taken: list[Link] = []
    used: tuple[set[int], set[int]] = (set(), set())
    for (i, j), _ in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        if i not in used[0] and j not in used[1]:
            taken.append((i, j))
            used[0].add(i)
            used[1].add(j)
    return tuple(sorted(taken))
