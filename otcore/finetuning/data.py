"""From settings to what is trained on and what is only evaluated on: sentence pairs as pieces, points, masses and links."""

import functools
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

import numpy as np

from otcore.alignment.aligner import align_many
from otcore.alignment.settings import PLAIN, AlignSettings
from otcore.alignment.statistical import joined, word_links
from otcore.base.errors import InputError
from otcore.corpora.collection import load_collection
from otcore.corpora.frequencies import relative_frequencies, word_counts
from otcore.corpora.pair_files import PIVOT, read_pairs
from otcore.corpora.types import Link, SentencePair
from otcore.encoders.encoder import Encoder
from otcore.encoders.lexicon import Lexicon
from otcore.finetuning.doubts import doubts_of
from otcore.finetuning.lexicon import LinkCounts
from otcore.objectives.objective import Objective
from otcore.runs.settings import FinetuneSettings
from otcore.transport.masses import inverse_frequency_masses

_SPLIT_STREAM = 7  # keeps the held-out draw apart from the order of batches, which has the same seed
_LEARNT_FROM = 40_000  # pairs of a language by a statistical aligner: with 3,000 it erred half as often again as with 20,000
_MOST_HELD_OUT, _IN_ALL = 500, 1_500  # pairs of a language, and of all: eleven times 500 took a large encoder minutes at each look


@dataclass(frozen=True)
class Corpus:
    """The text of a run.

    training: language → pairs, English the target side
    held_out: language → pairs that share no sentence with `training`
    gold    : whether the held-out pairs have gold links
    notes   : sentences on what is not trained on, or looks wrong
    beside  : language → pairs beyond the most that are trained on, from which a statistical aligner learns as well
    """

    training: dict[str, list[SentencePair]]
    held_out: dict[str, list[SentencePair]]
    gold: bool
    notes: tuple[str, ...] = ()
    beside: dict[str, list[SentencePair]] = field(default_factory=dict)


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
    files, training, held_out, beside, notes = {file.language: file for file in settings.files}, {}, {}, {}, []
    for code in settings.languages:
        found = read_pairs(files[code]) if files else load_collection().training_pairs(code, PIVOT)
        usable = [pair for pair in found if max(len(pair.source.words), len(pair.target.words)) <= settings.longest]
        notes += doubts_of(code, found, len(found) - len(usable), settings.longest) if files else []
        if files:
            usable, held_out[code] = _split(usable, code, settings)
        else:
            held_out[code] = load_collection().pairs(code, PIVOT, "dev")
        most = len(usable) if settings.pairs is None else settings.pairs
        training[code], beside[code] = usable[:most], usable[most:_LEARNT_FROM]
    return Corpus(training, held_out, not files, tuple(notes), beside)


def _split(pairs: list[SentencePair], code: str, settings: FinetuneSettings) -> tuple[list[SentencePair], list[SentencePair]]:
    """What can be trained on and a share, drawn by the seed, that is held out; pairs with a sentence of that share are dropped."""
    most = min(_MOST_HELD_OUT, max(_IN_ALL // len(settings.languages), 1))
    count = min(max(int(len(pairs) * settings.held_out), 1), most)
    order = np.random.default_rng([settings.seed, _SPLIT_STREAM]).permutation(len(pairs)) if pairs else np.arange(0)
    held_out = [pairs[index] for index in sorted(order[:count])]
    seen = {pair.source.words for pair in held_out} | {pair.target.words for pair in held_out}
    unseen = [pairs[index] for index in sorted(order[count:]) if seen.isdisjoint((pairs[index].source.words, pairs[index].target.words))]
    if len(unseen) < 2:
        left = f"leaves {len(unseen)} training pairs of at most {settings.longest} words a side"
        raise InputError(f"The file for {code} {left}, two are needed; give a longer file or raise `longest`.")
    return unseen, held_out


class Preparation:
    """Makes sides and pairs for one encoder and objective; equal sentences become one side, which is encoded once."""

    def __init__(self, settings: FinetuneSettings, encoder: Encoder, layer: int, corpus: Corpus) -> None:
        self._settings, self._encoder, self._layer, self._corpus = settings, encoder, layer, corpus
        self._types: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._counts = LinkCounts()
        self.side, self._tokenize, self._frequencies = (functools.cache(one) for one in (self._side, encoder.tokenize, self._count))

    def pairs(self) -> dict[str, list[Pair]]:
        """The training pairs of each language.

        raises: InputError   masses or links that cannot be had for these languages on this machine
        """
        prepared, needed = {}, self._settings.objective.needs_links
        for code, pairs in self._corpus.training.items():
            found = self._all_links(code) if needed or self._settings.lexicon else []
            if self._settings.lexicon:
                self._counts.add(zip(pairs + self._corpus.beside.get(code, []), found, strict=False))  # not all aligners read those beside
            links = found[: len(pairs)] if needed else [()] * len(pairs)
            sides = [(self.side(pair.source.words, code), self.side(pair.target.words, PIVOT)) for pair in pairs]
            prepared[code] = [Pair(*both, _inside(found, *both)) for both, found in zip(sides, links, strict=True)]
        return prepared

    def lexicon(self) -> Lexicon:
        """What the links of all pairs that were read say of words by themselves; after `pairs`, of a run whose settings ask for it."""
        return self._counts.lexicon(self._settings.seed)

    def cut(self) -> list[str]:
        """What is said of the training sentences that are longer than the encoder takes at once."""
        notes = []
        for code, pairs in self._corpus.training.items():
            cut = [lost for pair in pairs for side in (pair.source, pair.target) if (lost := self._tokenize(side.words).cut)]
            if cut:
                most = f"the {self._encoder.max_pieces:,} subwords that the encoder takes at once"
                ends = f"the last {sum(cut):,} words of them are not trained on"
                notes.append(f"{len(cut):,} of {2 * len(pairs):,} training sentences of {code} and English have more than {most}: {ends}.")
        return notes

    def links(self, code: str) -> list[tuple[Link, ...]]:
        """The word links of each training pair of a language, sorted. "mutual" are those of plain transport, at most one a word, however
        pairs are aligned elsewhere; "transport" those of a pair on the page Align, where a word may have several; "joined" are the latter
        and those of "eflomal"."""
        return self._all_links(code)[: len(self._corpus.training[code])]

    def _all_links(self, code: str) -> list[tuple[Link, ...]]:
        """Those of the training pairs and, of a statistical aligner, of the pairs beside them."""
        return _LINKS[self._settings.word_pairs](self, code)

    def _read(self, code: str, settings: AlignSettings) -> list[tuple[Link, ...]]:
        found = align_many(self._encoder, self._corpus.training[code], replace(settings, layer=self._layer))
        return [tuple(sorted(one.pairs)) for one in found]

    def _statistical(self, code: str) -> list[tuple[Link, ...]]:
        return [_one_to_one(links) for links in self._linked(code)]

    def _joined(self, code: str) -> list[tuple[Link, ...]]:
        linked = self._linked(code)  # first, as it may lack its package: the encoder takes minutes to read
        read = self._read(code, AlignSettings())
        both = [tuple(sorted(joined(own, statistical))) for own, statistical in zip(read, linked[: len(read)], strict=True)]
        return both + [_one_to_one(links) for links in linked[len(read) :]]

    def _linked(self, code: str) -> list[Counter[Link]]:
        """The word links of each pair, those beside the training pairs last, by a statistical aligner, with the number of subword links
        that say so."""
        pairs = self._corpus.training[code] + self._corpus.beside.get(code, [])
        sides = [[self._pieces(side.words) for side in (pair.source, pair.target)] for pair in pairs]
        found = word_links([source[0] for source, _ in sides], [target[0] for _, target in sides], self._settings.seed)
        return [Counter((source[1][i], target[1][j]) for i, j in links) for links, (source, target) in zip(found, sides, strict=True)]

    def _side(self, words: tuple[str, ...], code: str) -> Side:
        """One sentence of a language."""
        objective, known = self._settings.objective, self._types[code]
        tokens = self._tokenize(words)
        pieces, owners = self._pieces(words)
        inside = np.flatnonzero(np.array(tokens.words) >= 0)
        kept = words[: len(words) - tokens.cut]
        places, points, weights = _points(np.array(owners), objective)
        types = pieces if objective.unit == "subword" else [known.setdefault(word.casefold(), len(known)) for word in kept]
        masses = self._masses(kept, np.array(owners), code)
        return Side(tuple(tokens.ids), inside[places], points, weights, masses, np.array(types, np.int64))

    def _pieces(self, words: tuple[str, ...]) -> tuple[list[int], list[int]]:
        """Piece ids without special tokens, and the word of each."""
        tokens = self._tokenize(words)
        inside = [(id, word) for id, word in zip(tokens.ids, tokens.words, strict=True) if word >= 0]
        return [id for id, _ in inside], [word for _, word in inside]

    def _masses(self, words: tuple[str, ...], owners: np.ndarray, code: str) -> np.ndarray:
        """(n,) uniform, or by inverse frequency; masses by norm follow the vectors and are made with them."""
        subwords = self._settings.objective.unit == "subword"
        if self._settings.objective.masses != "inverse-frequency":
            count = len(owners) if subwords else len(words)
            return np.full(count, 1 / count, np.float32)
        frequencies = self._frequencies(code)
        masses = inverse_frequency_masses([frequencies[word] for word in words])
        return (masses[owners] / np.bincount(owners)[owners] if subwords else masses).astype(np.float32)

    def _count(self, code: str) -> dict[str, float]:
        pairs = [pair for language, pairs in self._corpus.training.items() if code in (language, PIVOT) for pair in pairs]
        corpus = [(pair.target if code == PIVOT else pair.source).words for pair in pairs]
        words = sorted({word for sentence in corpus for word in sentence})
        return dict(zip(words, relative_frequencies(words, code, word_counts(corpus)), strict=True))


_LINKS = {  # by `FinetuneSettings.word_pairs`
    "mutual": functools.partial(Preparation._read, settings=PLAIN),
    "transport": functools.partial(Preparation._read, settings=AlignSettings()),
    "eflomal": Preparation._statistical,
    "joined": Preparation._joined,
}


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


def _one_to_one(counts: Counter[Link]) -> tuple[Link, ...]:
    """Of word links those with most subword links first, each word at most once (Cao et al. 2020 §3)."""
    taken: dict[int, int] = {}
    for (i, j), _ in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        if i not in taken and j not in taken.values():
            taken[i] = j
    return tuple(sorted(taken.items()))
