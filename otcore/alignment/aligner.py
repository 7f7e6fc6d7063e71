"""From a sentence pair to its links in one call: encode both sides, transport one onto the other, read the links."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from otcore.alignment.links import Alignment, between_words, to_words
from otcore.alignment.settings import AlignSettings
from otcore.corpora.frequencies import other_counts, relative_frequencies
from otcore.corpora.types import SentencePair
from otcore.encoders.encoder import Encoder
from otcore.encoders.vectors import WordVectors
from otcore.transport.costs import cost_matrix
from otcore.transport.masses import inverse_frequency_masses, norm_masses, uniform_masses
from otcore.transport.problem import Plan, Problem

if TYPE_CHECKING:
    from torch import Tensor

BLOCK = 4096  # pairs looked at together, so that those of like length are encoded and solved together
_TOGETHER = 1024  # of them: enough to fill batches with one length, few enough for their vectors to be held
_CELLS = 2**24  # of the padded plans of a block, 128 MB each time: long pairs are solved few at a time
Side = tuple[SentencePair, WordVectors, WordVectors]


@dataclass(frozen=True)
class Aligned:
    """One aligned pair with everything it rests on.

    pair           : as given
    settings       : as given
    layer          : the layer used
    source, target : the vectors of both sides; `.cut` says how many words did not fit
    plan           : the solved transport between words or subwords
    similarity     : (n, m) cosine similarity of the same points, in [−1, 1], the lexicon's share among it
    cells          : (n, m) bool, the linked cells; confidence (n, m) in [0, 1] of every cell; of unit "summed" those of its words
    alignment      : word links
    """

    pair: SentencePair
    settings: AlignSettings
    layer: int
    source: WordVectors
    target: WordVectors
    plan: Plan
    similarity: np.ndarray
    cells: np.ndarray
    confidence: np.ndarray
    alignment: Alignment


def align_pair(encoder: Encoder, pair: SentencePair, settings: AlignSettings) -> Aligned:
    """Aligns one pair, keeping the plan.

    raises: InputError   a layer the encoder does not have, or masses that need counts there are none of

    >>> from otcore import AlignSettings, align_pair, load_collection, load_encoder
    >>> pair = load_collection().pairs("de", "en", "test")[0]
    >>> found = align_pair(load_encoder(), pair, AlignSettings())
    >>> found.plan.plan.shape == (len(found.source.pieces), len(found.target.pieces))
    True
    >>> round(float(found.plan.plan.sum()), 6)  # all mass is moved
    1.0
    """
    layer = encoder.check_layer(settings.layer)
    source, target = encoder.encode([pair.source.words, pair.target.words], layer, languages=_languages([pair]))
    return align_vectors(pair, source, target, layer, settings)


def align_layers(encoder: Encoder, pair: SentencePair, settings: AlignSettings) -> list[Aligned]:
    """The same pair at every layer, from one pass through the encoder."""
    sources, targets = encoder.encode_layers([pair.source.words, pair.target.words], languages=_languages([pair]))
    sides = enumerate(zip(sources, targets, strict=True))
    return [align_vectors(pair, source, target, layer, settings) for layer, (source, target) in sides]


def align_vectors(
    pair: SentencePair,
    source: WordVectors,
    target: WordVectors,
    layer: int,
    settings: AlignSettings,
    counts: Mapping[str, Counter] | None = None,
) -> Aligned:
    """Transport and links for a pair whose vectors are at hand; `counts` as in `align_encoded`."""
    plan = settings.solver.solve(problem_of(pair, source, target, settings, counts))
    similarity = similarity_of(source, target, settings)
    cells, confidence, alignment = _read(plan.plan if settings.links.reads_plan else similarity, (pair, source, target), settings)
    return Aligned(pair, settings, layer, source, target, plan, similarity, cells, confidence, alignment)


def align_at(found: Aligned, name: str, values: Sequence[float]) -> list[Aligned]:
    """A pair at several values of a setting of its solver, in order. Of each plan only the masses and the absolute ε are its own: value,
    potentials and iterations are those of `found`."""
    solver, settings = found.settings.solver, found.settings
    plans = solver.sweep(found.plan.problem, name, values)
    return [read_at(found, replace(settings, solver=replace(solver, **{name: one})), plan) for one, plan in zip(values, plans, strict=True)]


def read_at(found: Aligned, settings: AlignSettings, plan: np.ndarray) -> Aligned:
    """A pair with another plan (n, m) of the same problem, and the links that are read of it."""
    side = (found.pair, found.source, found.target)
    cells, confidence, alignment = _read(plan if settings.links.reads_plan else found.similarity, side, settings)
    solved = replace(found.plan, plan=plan, solver=settings.solver, epsilon=settings.solver.epsilon_of(found.plan.problem))
    return replace(found, settings=settings, plan=solved, cells=cells, confidence=confidence, alignment=alignment)


def similarity_of(source: WordVectors, target: WordVectors, settings: AlignSettings) -> np.ndarray:
    """(n, m) cosine similarity of the points, in [−1, 1]."""
    return 1 - cost_matrix(_points(source, settings), _points(target, settings), "cosine").numpy()


def problem_of(
    pair: SentencePair, source: WordVectors, target: WordVectors, settings: AlignSettings, counts: Mapping[str, Counter] | None = None
) -> Problem:
    """The transport problem between two encoded sentences, in float64; `counts` as in `align_encoded`."""
    x, y = (_points(side, settings).double() for side in (source, target))
    kind, solver = settings.cost, settings.solver
    cost = cost_matrix(x, y, kind)
    if solver.asks_whether:
        cost = cost - cost.min().clamp(max=0)
    both = (cost_matrix(x, x, kind).numpy(), cost_matrix(y, y, kind).numpy()) if solver.needs_self_costs else (None, None)
    a, b = (
        _masses(vectors, side.language, settings, (counts or {}).get(side.language))
        for vectors, side in ((source, pair.source), (target, pair.target))
    )
    return Problem(cost.numpy(), a, b, *both)


def align_many(
    encoder: Encoder,
    pairs: Sequence[SentencePair],
    settings: AlignSettings,
    progress: Callable[[int, int], None] | None = None,
) -> list[Alignment]:
    """Word links of many pairs, in order; entropic problems are solved in batches.

    progress: called with pairs done and their number
    raises  : InputError   as align_pair

    It is `otcore.align`:

    >>> from otcore import AlignSettings, align, load_encoder, read_bitext
    >>> pairs = read_bitext(folder / "pairs.txt", "de", "en")  # its second line: wir schlafen ||| we sleep
    >>> alignments = align(load_encoder(), pairs, AlignSettings())
    >>> sorted(alignments[1].pairs)
    [(0, 0), (1, 1)]
    """
    encoder.check_layer(settings.layer)
    alignments: list[Alignment] = []
    counts = counts_for(pairs, settings)
    for start in range(0, len(pairs), BLOCK):
        told = (lambda done, start=start: progress(start + done, len(pairs))) if progress else None
        alignments += align_block(encoder, pairs[start : start + BLOCK], settings, counts, told)
        if progress:
            progress(len(alignments), len(pairs))
    return alignments


def counts_for(pairs: Iterable[SentencePair], settings: AlignSettings) -> dict[str, Counter]:
    """The word counts that pairs must bring themselves under these settings."""
    return other_counts(pairs) if settings.masses == "inverse-frequency" else {}


def align_block(
    encoder: Encoder,
    pairs: Sequence[SentencePair],
    settings: AlignSettings,
    counts: Mapping[str, Counter],
    progress: Callable[[int], None] | None = None,
) -> list[Alignment]:
    """Word links of the pairs of one block, in order. What a pair gets depends on no other, but for rounding.

    counts  : as in `align_encoded`
    progress: called with pairs done, while some are left
    raises  : InputError   as align_pair
    """
    layer = encoder.check_layer(settings.layer)
    times = Counter(map(_content, pairs))  # what stands there several times is aligned once
    ordered = sorted({_content(pair): pair for pair in pairs}.values(), key=_letters)
    found: dict[tuple, Alignment] = {}
    done = 0
    for start in range(0, len(ordered), _TOGETHER):
        part = ordered[start : start + _TOGETHER]
        vectors = encoder.encode([side.words for pair in part for side in (pair.source, pair.target)], layer, languages=_languages(part))
        sides = [(pair, vectors[2 * k], vectors[2 * k + 1]) for k, pair in enumerate(part)]
        for pair, alignment in zip(part, align_encoded(sides, settings, counts), strict=True):
            found[_content(pair)] = alignment
            done += times[_content(pair)]
        if progress and start + _TOGETHER < len(ordered):
            progress(done)
    return [found[_content(pair)] for pair in pairs]


def align_encoded(sides: Sequence[Side], settings: AlignSettings, counts: Mapping[str, Counter] | None = None) -> list[Alignment]:
    """Word links of pairs whose vectors are at hand, in order, solved together where the solver can.

    counts: language → word counts, for inverse-frequency masses of languages that are not bundled
    """
    return [found for block in _blocks(sides, settings.unit) for found in _aligned(block, settings, counts)]


def _aligned(sides: Sequence[Side], settings: AlignSettings, counts: Mapping[str, Counter] | None) -> list[Alignment]:
    if settings.links.reads_plan:
        values = settings.solver.solve_many([problem_of(*side, settings, counts) for side in sides])
    else:
        values = [similarity_of(source, target, settings) for _, source, target in sides]
    return [_read(one, side, settings)[2] for one, side in zip(values, sides, strict=True)]


def _blocks(sides: Sequence[Side], unit: str) -> list[list[Side]]:
    """The pairs in order, as many together as their padded plans leave room for."""
    blocks: list[list[Side]] = []
    rows = columns = 0
    for side in sides:
        own = [len(vectors.groups(unit)) for vectors in side[1:]]
        rows, columns = max(rows, own[0]), max(columns, own[1])
        if blocks and (len(blocks[-1]) + 1) * rows * columns <= _CELLS:
            blocks[-1].append(side)
        else:
            blocks.append([side])
            rows, columns = own
    return blocks


def _content(pair: SentencePair) -> tuple:
    return tuple((side.language, side.words) for side in (pair.source, pair.target))


def _letters(pair: SentencePair) -> int:
    return sum(len(word) for side in (pair.source, pair.target) for word in side.words)


def _languages(pairs: Sequence[SentencePair]) -> list[str]:
    return [side.language for pair in pairs for side in (pair.source, pair.target)]


def _points(side: WordVectors, settings: AlignSettings) -> "Tensor":
    import torch

    return torch.from_numpy(side.points(settings.unit, settings.pooling, settings.lexicon))


def _masses(vectors: WordVectors, language: str, settings: AlignSettings, counts: Counter | None) -> np.ndarray:
    groups = vectors.groups(settings.unit)
    if settings.masses == "norm":
        return norm_masses(vectors.vectors(settings.unit, settings.pooling))
    if settings.masses == "uniform":
        return uniform_masses(len(groups))
    word_masses = inverse_frequency_masses(relative_frequencies(vectors.words, language, counts))
    return word_masses[groups] / np.bincount(groups)[groups]  # a word's mass is shared by its pieces


def _read(values: np.ndarray, side: Side, settings: AlignSettings) -> tuple[np.ndarray, np.ndarray, Alignment]:
    """Linked cells, their confidence, and links between all words of the pair: words that were cut from a long sentence are null."""
    pair, source, target = side
    owners = [vectors.groups(settings.unit) for vectors in (source, target)]
    if settings.unit == "summed" and settings.links.reads_plan:
        cells, confidence = (found[np.ix_(*owners)] for found in settings.links.read(between_words(values, *owners)))
    else:
        cells, confidence = settings.links.read(values)
    found = to_words(cells, confidence, *owners)
    return cells, confidence, Alignment(found.links, len(pair.source.words), len(pair.target.words))
