"""All figures of one encoder on the sentence pairs of one language with English."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from otcore.alignment.aligner import align_encoded
from otcore.alignment.scores import score_pair
from otcore.alignment.settings import AlignSettings
from otcore.corpora.types import SentencePair
from otcore.encoders.encoder import Encoder, WordVectors
from otcore.evaluation import samples
from otcore.evaluation.geometry import cka_sample, cosine_sums, k_occurrences, power_sums, probe_hits
from otcore.evaluation.pair_costs import pair_costs
from otcore.evaluation.samples import Linear, Pairwise, Rates, Sample
from otcore.retrieval.precision import retrieval_hits
from otcore.retrieval.words import word_hits

_BLOCK = 64  # pairs encoded together: all layers of a block are in memory at once
STAGES = 4  # steps of progress after the blocks

Sides = tuple[SentencePair, WordVectors, WordVectors]


@dataclass(frozen=True)
class Measured:
    """Samples over the same sentence pairs.

    figures: key of a measure → sample; measures that the pairs do not allow are absent
    layers : layer → AER; empty without gold links or when only one layer was asked for
    """

    figures: dict[str, Sample]
    layers: dict[int, Rates]


@dataclass(frozen=True)
class _Encoded:
    """Pairs with their word vectors at the layer, unit sentence vectors (2, n, d) at the sentences' layer, link counts by layer."""

    sides: list[Sides]
    sentences: np.ndarray
    links: dict[int, np.ndarray]


def blocks(pairs: int) -> int:
    """Steps of progress of that many pairs."""
    return -(-pairs // _BLOCK) + STAGES


def measure(
    encoder: Encoder,
    pairs: Sequence[SentencePair],
    layer: int,
    sentence_layer: int,
    *,
    sweep: bool = True,
    seed: int = 0,
    step: Callable[[str], None] = lambda what: None,
) -> Measured:
    """All figures the pairs allow.

    pairs         : source the language, target English; hand-made links are used where every pair has them
    layer         : of words; `sentence_layer` of mean-pooled sentences
    sweep         : AER at every layer too
    step          : called `blocks(len(pairs))` times with what was just done; may raise to stop
    """
    gold = all(pair.gold is not None for pair in pairs)
    encoded = _encode(encoder, pairs, layer, sentence_layer, gold=gold, sweep=sweep, step=step)
    figures: dict[str, Sample] = {}
    if gold:
        figures |= _link_figures(encoded.links[layer]) | _word_figures(encoded.sides)
    step("words retrieved")
    figures |= _retrieval_figures(encoded.sentences)
    figures |= _cost_figures(encoded.sides, seed)
    step("transport solved")
    figures |= _cloud_figures(encoded.sides)
    step("space measured")
    figures |= _language_figures(encoded.sides, encoded.sentences, gold=gold)
    step("languages told apart")
    layers = {at: Rates(counts, samples.error_rate) for at, counts in encoded.links.items()} if sweep else {}
    return Measured(figures, layers)


def _encode(encoder: Encoder, pairs, layer: int, sentence_layer: int, *, gold: bool, sweep: bool, step) -> _Encoded:
    wanted = list(range(encoder.layers + 1)) if sweep and gold else sorted({layer, sentence_layer})
    aligned = wanted if sweep and gold else [layer] if gold else []
    sides: list[Sides] = []
    means: list[list[np.ndarray]] = [[], []]
    links: dict[int, list[tuple[int, ...]]] = {at: [] for at in aligned}
    for start in range(0, len(pairs), _BLOCK):
        block = pairs[start : start + _BLOCK]
        texts = [side for pair in block for side in (pair.source, pair.target)]
        encoded = encoder.encode_layers([side.words for side in texts], wanted, [side.language for side in texts])
        by_layer = {at: [row[place] for row in encoded] for place, at in enumerate(wanted)}
        for at in aligned:
            found = align_encoded(_sides(block, by_layer[at]), AlignSettings(layer=at))
            links[at] += [_counts(alignment.pairs, pair) for alignment, pair in zip(found, block, strict=True)]
        sides += _sides(block, by_layer[layer])
        for side in (0, 1):
            means[side].append(encoder.sentences(by_layer[sentence_layer][side::2], sentence_layer))
        step(f"{min(start + _BLOCK, len(pairs))} of {len(pairs)} pairs encoded")
    sentences = np.stack([np.concatenate(side) for side in means])
    return _Encoded(sides, sentences, {at: np.array(rows) for at, rows in links.items()})


def _sides(block: Sequence[SentencePair], vectors: Sequence[WordVectors]) -> list[Sides]:
    return [(pair, vectors[2 * k], vectors[2 * k + 1]) for k, pair in enumerate(block)]


def _counts(found, pair: SentencePair) -> tuple[int, int, int, int]:
    counts = score_pair(found, pair.gold)
    return counts.predicted, counts.sure, counts.predicted_sure, counts.predicted_possible


def _link_figures(counts: np.ndarray) -> dict[str, Sample]:
    combine = {"aer": samples.error_rate, "precision": samples.precision, "recall": samples.recall, "f1": samples.f1}
    return {name: Rates(counts, function) for name, function in combine.items()}


def _word_figures(sides: list[Sides]) -> dict[str, Sample]:
    counts = word_hits(_words(sides), [pair.gold for pair, _, _ in sides])
    return {"words": Rates(counts, samples.two_rates)} if counts[:, 1].any() else {}


def _retrieval_figures(sentences: np.ndarray) -> dict[str, Sample]:
    source, target = sentences
    columns = []
    for queries, candidates in ((source, target), (target, source)):
        columns += [retrieval_hits(queries, candidates), np.ones(len(queries), bool)]
    counts = np.stack(columns, axis=1).astype(np.int64)
    return {
        "sentences": Rates(counts, samples.two_rates),
        "to_english": Rates(counts[:, :2], samples.first_rate),
        "from_english": Rates(counts[:, 2:], samples.first_rate),
    }


def _cost_figures(sides: list[Sides], seed: int) -> dict[str, Sample]:
    costs = pair_costs(*zip(*_words(sides), strict=True), seed)
    if costs is None:
        return {}
    ones = np.ones(len(costs))
    return {
        "cost_ratio": Rates(costs, samples.first_rate),
        "cost_true": Rates(np.stack([costs[:, 0], ones], 1), samples.first_rate),
        "cost_shuffled": Rates(np.stack([costs[:, 1], ones], 1), samples.first_rate),
    }


def _cloud_figures(sides: list[Sides]) -> dict[str, Sample]:
    """Isotropy and collapse of the language that is not English."""
    if len(sides) < 2:
        return {}
    vectors = [source for source, _ in _words(sides)]
    words = np.array([len(sentence) for sentence in vectors])
    cosines, squares = cosine_sums(vectors)
    dimension = vectors[0].shape[1]
    # 1 / mean cos² is the participation ratio of the second moments of unit vectors: their effective number of dimensions
    return {
        "isotropy": Pairwise(squares, words, lambda mean: 1 / (dimension * mean)),
        "collapse": Pairwise(cosines, words, lambda mean: mean),
    }


def _language_figures(sides: list[Sides], sentences: np.ndarray, *, gold: bool) -> dict[str, Sample]:
    """What sets the language apart from English."""
    words = _words(sides)
    sources, targets = zip(*words, strict=True)
    figures: dict[str, Sample] = {}
    hits = probe_hits(sources, targets)
    if hits is not None:
        figures["separability"] = Rates(hits, samples.two_rates)
    hubs = []
    for queries, candidates in ((sources, targets), (targets, sources)):
        occurrences = k_occurrences(np.concatenate(queries), np.concatenate(candidates))
        hubs.append(power_sums(occurrences, [len(sentence) for sentence in candidates]))
    figures["hubness"] = Rates(np.concatenate(hubs, axis=1), samples.two_skewnesses)
    together = (
        _linked(words, [pair.gold.sure for pair, _, _ in sides]) if gold else [(x[None], y[None]) for x, y in zip(*sentences, strict=True)]
    )
    likeness: Linear = cka_sample(together)
    return figures | ({"cka": likeness} if np.isfinite(likeness.value) else {})


def _words(sides: list[Sides]) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(source.pooled(), target.pooled()) for _, source, target in sides]


def _linked(words, links) -> list[tuple[np.ndarray, np.ndarray]]:
    """The vectors of linked words of each sentence, a row of either side for each link."""
    found = []
    for (x, y), entries in zip(words, links, strict=True):
        inside = [(i, j) for i, j in sorted(entries) if i < len(x) and j < len(y)]
        i, j = np.array(inside, np.int64).reshape(-1, 2).T
        found.append((x[i], y[j]))
    return found
