"""All measures of one encoder on the sentence pairs of one language with English."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from otcore.alignment.aligner import align_encoded
from otcore.alignment.scores import score_pair
from otcore.alignment.settings import AlignSettings
from otcore.corpora.types import SentencePair
from otcore.encoders.encoder import Encoder
from otcore.evaluation.measure import Prepared
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.measures.links import error_rate
from otcore.evaluation.samples import Rates, Sample
from otcore.evaluation.types import Compared, CompareSettings

_BLOCK = 64  # pairs encoded together: all layers of a block are in memory at once


@dataclass(frozen=True)
class Measured:
    """Samples over the same sentence pairs.

    figures: name of a measure → sample; measures that the pairs do not allow are absent
    layers : layer → AER; empty without gold links or when only one layer was asked for
    """

    figures: dict[str, Sample]
    layers: dict[int, Rates]


def steps(pairs: int) -> int:
    """Steps of progress of that many pairs."""
    return -(-pairs // _BLOCK) + len(MEASURES)


def measure_all(
    encoder: Encoder, layers: Compared, pairs: Sequence[SentencePair], settings: CompareSettings, step: Callable[[str], None]
) -> Measured:
    """Everything the pairs allow.

    layers: of the encoder
    pairs : source the language, target English; hand-made links are used where every pair has them
    step  : called `steps(len(pairs))` times with what was just done; may raise to stop
    """
    made = _prepare(encoder, layers, pairs, settings, step)
    figures = {}
    for name, one in MEASURES.items():
        sample = None if one.gold and not made.links else one.compute(made)
        if sample is not None:
            figures[name] = sample
        step(f"{one.label} measured")
    return Measured(figures, {at: Rates(counts, error_rate) for at, counts in made.links.items()} if settings.sweep else {})


def _prepare(encoder: Encoder, layers: Compared, pairs: Sequence[SentencePair], settings: CompareSettings, step) -> Prepared:
    gold = all(pair.gold is not None for pair in pairs)
    sweep, own = settings.sweep and gold, layers.sentence_layer
    wanted = list(range(encoder.layers + 1)) if sweep else sorted({layers.layer, own})
    links: dict[int, list[tuple[int, ...]]] = {at: [] for at in (wanted if sweep else [layers.layer] if gold else [])}
    words, means = [], ([], [])
    for start in range(0, len(pairs), _BLOCK):
        block = pairs[start : start + _BLOCK]
        texts = [side for pair in block for side in (pair.source, pair.target)]
        encoded = encoder.encode_layers([side.words for side in texts], wanted, [side.language for side in texts])
        by_layer = {at: [row[place] for row in encoded] for place, at in enumerate(wanted)}
        for at, counts in links.items():
            sides = list(zip(block, by_layer[at][::2], by_layer[at][1::2], strict=True))
            found = align_encoded(sides, AlignSettings(layer=at))
            counts += [_counts(alignment.pairs, pair) for alignment, pair in zip(found, block, strict=True)]
        pooled = [one.pooled() for one in by_layer[layers.layer]]
        words += zip(pooled[::2], pooled[1::2], strict=True)
        for side in (0, 1):
            means[side].append(encoder.sentences(by_layer[own][side::2], own))
        step(f"{min(start + _BLOCK, len(pairs))} of {len(pairs)} pairs encoded")
    sentences = np.stack([np.concatenate(side) for side in means])
    return Prepared(pairs, words, sentences, {at: np.array(rows) for at, rows in links.items()}, layers.layer, settings.seed)


def _counts(found, pair: SentencePair) -> tuple[int, int, int, int]:
    counts = score_pair(found, pair.gold)
    return counts.predicted, counts.sure, counts.predicted_sure, counts.predicted_possible
