"""Pairs with gold links under one system or two: every link judged, everything counted, B set against A."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from otcore.alignment.aligner import align_encoded
from otcore.alignment.links import Alignment
from otcore.alignment.scores import Scores, score_pair
from otcore.alignment.settings import AlignSettings
from otcore.analysis.classes import CAUSES, OUTCOMES, Context
from otcore.analysis.significance import Changes, change_codes, changes
from otcore.analysis.table import LinkTable, table_of, word_counts_of
from otcore.base.errors import InputError
from otcore.corpora.frequencies import other_counts
from otcore.corpora.types import SentencePair
from otcore.encoders.encoder import Encoder
from otcore.encoders.vectors import WordVectors

BLOCK = 64  # pairs encoded and solved together: enough to fill batches, little enough to show progress

Sides = tuple[SentencePair, WordVectors, WordVectors]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Drawn:
    """What one system drew on the pairs, in their order."""

    name: str  # for people
    layer: int  # the encoder's layer that was used
    alignments: tuple[Alignment, ...]  # links with confidence
    # a pair: subwords of each source word and of each target word, 0 where a word was cut
    pieces: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    # a pair: source words and target words with a piece the encoder does not know
    unknown: tuple[tuple[frozenset[int], frozenset[int]], ...]
    unread: str = ""  # what is left out of sentences that are too long, in a sentence

    def context(self, pair: SentencePair, place: int, counts: dict[str, Counter]) -> Context:
        """What the rules look at, for the pair at that place."""
        return Context(pair, pair.gold, self.alignments[place].pairs, self.pieces[place], self.unknown[place], counts)


@dataclass(frozen=True)
class SystemErrors:
    """One system's links, judged, and its scores on each pair."""

    drawn: Drawn
    table: LinkTable
    scores: tuple[Scores, ...]
    change: np.ndarray  # (links,) int8 index into significance.CHANGES, from A to B; all 0 where there is one system

    @property
    def name(self) -> str:
        return self.drawn.name

    @property
    def total(self) -> Scores:
        return sum(self.scores, Scores(0, 0, 0, 0, 0, pairs=0))

    @property
    def aer(self) -> np.ndarray:
        """(pairs,) AER of each pair."""
        return np.array([scores.aer for scores in self.scores])


@dataclass(frozen=True)
class Analysis:
    """The whole analysis: one system or two on the same pairs."""

    pairs: tuple[SentencePair, ...]
    systems: tuple[SystemErrors, ...]
    counts: dict[str, Counter]  # language → case-folded word → how often it stands in the pairs
    changes: Changes | None  # B against A, or None where there is one system

    def context(self, system: int, pair: int) -> Context:
        """What the rules look at, for one pair under one system."""
        return self.systems[system].drawn.context(self.pairs[pair], pair, self.counts)


def _silent(done: int, total: int) -> None:
    """Tells nobody."""


def encode_pairs(encoder: Encoder, pairs: Sequence[SentencePair], layer: int | None, progress: Progress = _silent) -> list[Sides]:
    """The vectors of every pair at one layer, in batches.

    progress: called with pairs done and their number; may raise to stop
    raises  : InputError   a layer the encoder does not have
    """
    layer = encoder.check_layer(layer)
    sides: list[Sides] = []
    for start in range(0, len(pairs), BLOCK):
        block = pairs[start : start + BLOCK]
        texts = [side for pair in block for side in (pair.source, pair.target)]
        vectors = encoder.encode([side.words for side in texts], layer, languages=[side.language for side in texts])
        sides += [(pair, vectors[2 * k], vectors[2 * k + 1]) for k, pair in enumerate(block)]
        progress(len(sides), len(pairs))
    return sides


def draw(name: str, encoder: Encoder, sides: Sequence[Sides], settings: AlignSettings, progress: Progress = _silent) -> Drawn:
    """A system's links on encoded pairs; entropic problems are solved in batches.

    progress: as in encode_pairs
    raises  : InputError   masses that need counts there are none of
    """
    counts = other_counts([pair for pair, _, _ in sides])
    alignments: list[Alignment] = []
    for start in range(0, len(sides), BLOCK):
        alignments += align_encoded(sides[start : start + BLOCK], settings, counts)
        progress(len(alignments), len(sides))
    mark = encoder.tokenizer.unk_token
    sized = [((x, pair.source.words), (y, pair.target.words)) for pair, x, y in sides]
    pieces = tuple(tuple(tuple(np.bincount(x.piece_words, minlength=len(words)).tolist()) for x, words in both) for both in sized)
    unknown = tuple((_unknown(x, mark), _unknown(y, mark)) for _, x, y in sides)
    unread = str(encoder.unread(side.words for pair, _, _ in sides for side in (pair.source, pair.target)))
    return Drawn(name, encoder.check_layer(settings.layer), tuple(alignments), pieces, unknown, unread)


def analyse(pairs: Sequence[SentencePair], systems: Sequence[Drawn]) -> Analysis:
    """Judges the links of one system or two.

    raises: InputError   no pair, a pair without gold links, or gold links past the end of a sentence
            ValueError   more than two systems, or a system with other pairs
    """
    if not pairs:
        raise InputError("There are no sentence pairs to analyse; choose a language or give a file with a line or more.")
    if not 1 <= len(systems) <= 2 or any(len(one.alignments) != len(pairs) for one in systems):
        raise ValueError(
            f"One or two systems on the same pairs are analysed. Received {[len(one.alignments) for one in systems]} alignments."
        )
    for place, pair in enumerate(pairs, 1):
        where = f"Pair {pair.id or place}"
        if pair.gold is None:
            raise InputError(f"{where} has no gold links; an analysis of errors needs them for every pair.")
        pair.gold.check(len(pair.source.words), len(pair.target.words), where)
    counts = word_counts_of(pairs)
    found = []
    for drawn in systems:
        table = table_of([drawn.context(pair, k, counts) for k, pair in enumerate(pairs)], drawn.alignments, counts)
        scores = tuple(score_pair(alignment.pairs, pair.gold) for alignment, pair in zip(drawn.alignments, pairs, strict=True))
        found.append(SystemErrors(drawn, table, scores, np.zeros(len(table), np.int8)))
    if len(found) == 1:
        return Analysis(tuple(pairs), tuple(found), counts, None)
    compared = changes(pairs, *(one.table for one in found), tuple(one.aer for one in found))
    found = [replace(one, change=change_codes(pairs, one.table, compared)) for one in found]
    return Analysis(tuple(pairs), tuple(found), counts, compared)


def summary(analysis: Analysis) -> dict:
    """All counts as plain values, as the command line prints them and the page shows them."""
    result = {"pairs": len(analysis.pairs), "systems": [_system_summary(one, analysis.pairs) for one in analysis.systems]}
    if found := analysis.changes:
        test = {name: getattr(found.links, name) for name in ("exact", "statistic", "asymptotic")}
        pairs = {"improved": found.improved, "harmed": found.harmed, "same": found.same, "sign_test": found.sentences}
        result["changes"] = {"links": found.counts, "mcnemar": test, "pairs": pairs}
    return result


def cause_counts(table: LinkTable, rows: np.ndarray | None = None) -> dict[str, dict[str, int]]:
    """Cause → outcome → links, of all rows or of some; every cause is there, so that the counts add up to the rows."""
    table, grid = table if rows is None else table[rows], np.zeros((len(CAUSES), len(OUTCOMES)), np.int64)
    np.add.at(grid, (table.cause, table.outcome), 1)
    return {key: dict(zip(OUTCOMES, row, strict=True)) for key, row in zip(CAUSES, grid.tolist(), strict=True)}


def outcome_counts(table: LinkTable) -> dict[str, int]:
    """Outcome → links."""
    return dict(zip(OUTCOMES, np.bincount(table.outcome, minlength=len(OUTCOMES)).tolist(), strict=True))


def commonest(counts: dict[str, dict[str, int]]) -> list[str]:
    """The keys of RULES by how many links each is the cause of, the largest first; the counts are those of `cause_counts`."""
    return sorted(CAUSES[1:], key=lambda key: -sum(counts[key].values()))


def languages_of(pair: SentencePair) -> str:
    """ "en-de": the two sides' codes."""
    return f"{pair.source.language}-{pair.target.language}"


def _system_summary(one: SystemErrors, pairs: Sequence[SentencePair]) -> dict:
    names = list(dict.fromkeys(map(languages_of, pairs)))
    language = np.array([names.index(languages_of(pair)) for pair in pairs])[one.table.pair]
    found = {"name": one.name, "layer": one.drawn.layer, **one.total.as_dict(), "links": len(one.table)}
    found |= {"outcomes": outcome_counts(one.table), "causes": cause_counts(one.table)}
    return found | {"languages": {name: cause_counts(one.table, language == k) for k, name in enumerate(names)}}


def _unknown(vectors: WordVectors, mark: str | None) -> frozenset[int]:
    return frozenset(int(owner) for owner, piece in zip(vectors.piece_words, vectors.pieces, strict=True) if piece == mark)
