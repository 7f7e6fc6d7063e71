"""From a sentence pair to its links in one call: encode both sides, transport one onto the other, read the links."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from otcore.alignment import Alignment, LinkRule, links_of_plan, links_of_similarity, to_words
from otcore.base.names import COSTS, MASSES, POOLINGS, SIMILARITY_RULES, UNITS
from otcore.corpora.frequencies import relative_frequencies, word_counts
from otcore.corpora.types import SentencePair
from otcore.encoders.encoder import Encoder, WordVectors
from otcore.text.languages import LANGUAGES
from otcore.transport import (
    Plan,
    Problem,
    Solver,
    cost_matrix,
    inverse_frequency_masses,
    norm_masses,
    relative_epsilon,
    sinkhorn,
    solve,
    uniform_masses,
)

_BLOCK = 128  # pairs encoded and solved together: enough to fill batches, little enough to show progress


@dataclass(frozen=True)
class AlignSettings:
    """Everything between two sentences and their links. The defaults did best on the dev part of the bundled gold links.

    layer   : of the encoder, or None for its default
    unit    : what a point of the cloud is: "word" or "subword" (links are between words all the same)
    pooling : how a word's vector comes from its subwords' (unit "word"): mean, first, last
    cost    : "cosine", "euclidean", "sqeuclidean", "dot"
    masses  : "uniform", "norm", "inverse-frequency"
    solver  : of the transport
    links   : the rule that reads links from the plan, or from the raw cosine similarity
    """

    layer: int | None = None
    unit: str = "word"
    pooling: str = "mean"
    cost: str = "cosine"
    masses: str = "inverse-frequency"
    solver: Solver = field(default_factory=lambda: Solver("entropic", epsilon=0.1, relative=True))
    links: LinkRule = field(default_factory=LinkRule)

    def __post_init__(self) -> None:
        for name, choices in (("unit", UNITS), ("pooling", POOLINGS), ("cost", COSTS), ("masses", MASSES)):
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}. Received {getattr(self, name)!r}.")


@dataclass(frozen=True)
class Aligned:
    """One aligned pair with everything it rests on.

    pair           : as given
    settings       : as given
    layer          : the layer used
    source, target : the vectors of both sides; `.cut` says how many words did not fit
    plan           : the solved transport between words or subwords
    similarity     : (n, m) cosine similarity of the same points, in [−1, 1]
    cells          : (n, m) bool, the linked cells; confidence (n, m) in [0, 1] of every cell
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
    pair: SentencePair, source: WordVectors, target: WordVectors, layer: int, settings: AlignSettings,
    counts: Mapping[str, Counter] | None = None,
) -> Aligned:  # fmt: skip
    """Transport and links for a pair whose vectors are at hand; `counts` as in `align_encoded`."""
    x, y = source.vectors(settings.unit, settings.pooling), target.vectors(settings.unit, settings.pooling)
    plan = solve(problem_of(pair, source, target, settings, counts), settings.solver)
    similarity = 1 - cost_matrix(torch.from_numpy(x), torch.from_numpy(y), "cosine").numpy()
    cells, confidence = _read(plan.plan, similarity, settings.links)
    alignment = _word_links(cells, confidence, pair, source, target, settings)
    return Aligned(pair, settings, layer, source, target, plan, similarity, cells, confidence, alignment)


def problem_of(
    pair: SentencePair, source: WordVectors, target: WordVectors, settings: AlignSettings, counts: Mapping[str, Counter] | None = None
) -> Problem:
    """The transport problem between two encoded sentences, in float64; `counts` as in `align_encoded`."""
    x, y = (torch.from_numpy(side.vectors(settings.unit, settings.pooling)).double() for side in (source, target))
    kind, solver = settings.cost, settings.solver.kind
    cost = cost_matrix(x, y, kind)
    if solver in ("unbalanced", "partial"):  # these ask whether moving is worth its cost: a cost below 0 has no meaning
        cost = cost - cost.min().clamp(max=0)
    both = (cost_matrix(x, x, kind).numpy(), cost_matrix(y, y, kind).numpy()) if solver == "debiased" else (None, None)
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
    """
    layer = encoder.check_layer(settings.layer)
    alignments: list[Alignment] = []
    counts = _other_counts(pairs) if settings.masses == "inverse-frequency" else {}
    for start in range(0, len(pairs), _BLOCK):
        block = pairs[start : start + _BLOCK]
        sentences = [side.words for pair in block for side in (pair.source, pair.target)]
        vectors = encoder.encode(sentences, layer, languages=_languages(block))
        sides = [(pair, vectors[2 * k], vectors[2 * k + 1]) for k, pair in enumerate(block)]
        alignments += align_encoded(sides, settings, counts)
        if progress:
            progress(len(alignments), len(pairs))
    return alignments


def align_encoded(
    sides: Sequence[tuple[SentencePair, WordVectors, WordVectors]], settings: AlignSettings, counts: Mapping[str, Counter] | None = None
) -> list[Alignment]:
    """Word links of pairs whose vectors are at hand, in order, solved in batches.

    counts: language → word counts, for inverse-frequency masses of languages that are not bundled
    """
    found = _cells(sides, settings, counts or {})
    return [_word_links(cells, confidence, *side, settings) for side, cells, confidence in found]


def _other_counts(pairs: Sequence[SentencePair]) -> dict[str, Counter]:
    """Word counts of the languages that are not bundled, from the pairs themselves."""
    sides = [side for pair in pairs for side in (pair.source, pair.target) if side.language not in LANGUAGES]
    return {code: word_counts(side.words for side in sides if side.language == code) for code in {side.language for side in sides}}


def _languages(pairs: Sequence[SentencePair]) -> list[str]:
    return [side.language for pair in pairs for side in (pair.source, pair.target)]


def _cells(sides, settings: AlignSettings, counts) -> Iterator[tuple]:
    """(side, cells, confidence) for each pair of a block."""
    if settings.links.rule in SIMILARITY_RULES:
        for side in sides:
            x, y = (torch.from_numpy(v.vectors(settings.unit, settings.pooling)) for v in side[1:])
            yield side, *links_of_similarity(1 - cost_matrix(x, y).numpy(), settings.links)
    elif settings.solver.kind in ("entropic", "debiased"):  # the debiased plan is the entropic one
        plans = _batched_plans(sides, settings, counts)
        for side, plan in zip(sides, plans, strict=True):
            yield side, *links_of_plan(plan, settings.links)
    else:
        for side in sides:
            yield side, *links_of_plan(solve(problem_of(*side, settings, counts), settings.solver).plan, settings.links)


def _batched_plans(sides, settings: AlignSettings, counts) -> list[np.ndarray]:
    points = [[torch.from_numpy(v.vectors(settings.unit, settings.pooling)) for v in side[1:]] for side in sides]
    x, y = (torch.nn.utils.rnn.pad_sequence([point[k] for point in points], batch_first=True) for k in (0, 1))
    masses = [
        [torch.from_numpy(_masses(v, s.language, settings, counts.get(s.language))) for v, s in ((vx, p.source), (vy, p.target))]
        for p, vx, vy in sides
    ]
    a, b = (torch.nn.utils.rnn.pad_sequence([mass[k] for mass in masses], batch_first=True).double() for k in (0, 1))
    cost = cost_matrix(x, y, settings.cost).double()
    solver = settings.solver
    epsilon = relative_epsilon(cost, a, b, solver.epsilon) if solver.relative else solver.epsilon
    plans = sinkhorn(cost, a, b, epsilon, tolerance=solver.tolerance, max_iterations=solver.max_iterations).plan
    return [plan[: len(px), : len(py)].numpy() for plan, (px, py) in zip(plans, points, strict=True)]


def _masses(vectors: WordVectors, language: str, settings: AlignSettings, counts: Counter | None) -> np.ndarray:
    points = vectors.vectors(settings.unit, settings.pooling)
    if settings.masses == "norm":
        return norm_masses(points)
    if settings.masses == "uniform":
        return uniform_masses(len(points))
    groups = vectors.groups(settings.unit)
    word_masses = inverse_frequency_masses(relative_frequencies(vectors.words, language, counts))
    return word_masses[groups] / np.bincount(groups)[groups]  # a word's mass is shared by its pieces


def _read(plan: np.ndarray, similarity: np.ndarray, rule: LinkRule) -> tuple[np.ndarray, np.ndarray]:
    return links_of_similarity(similarity, rule) if rule.rule in SIMILARITY_RULES else links_of_plan(plan, rule)


def _word_links(cells, confidence, pair, source, target, settings) -> Alignment:
    """Links between all words of the pair: words that were cut from a long sentence are null."""
    found = to_words(cells, confidence, source.groups(settings.unit), target.groups(settings.unit))
    return Alignment(found.links, len(pair.source.words), len(pair.target.words))
