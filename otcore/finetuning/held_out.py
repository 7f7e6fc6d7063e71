"""How an encoder does on sentences a run never sees, and where some of their words lie as it goes."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from otcore.alignment.aligner import align_encoded
from otcore.alignment.scores import score
from otcore.alignment.settings import AlignSettings
from otcore.base.progress import Stopped
from otcore.corpora.types import SentencePair
from otcore.encoders.encoder import Encoder
from otcore.retrieval.precision import retrieve

_BLOCK = 64  # sentences between two looks at whether the work is still wanted


def evaluate(
    encoder: Encoder,
    held_out: Mapping[str, Sequence[SentencePair]],
    layer: int,
    stop: Callable[[], bool] = lambda: False,
    *,
    gold: bool,
) -> dict[str, float]:
    """Figures in [0, 1], per language ("aer de") and as means over the languages ("aer"):

    aer            : where there are gold links, from word vectors at `layer`, by the defaults of `AlignSettings`
    retrieval      : P@1 of mean-pooled sentences at the last layer (of maps: theirs), mean of both directions
    layer_retrieval: the same at `layer`

    stop  : asked between blocks of pairs
    raises: Stopped   it said so
    """
    figures: dict[str, dict[str, float]] = {"aer": {}, "retrieval": {}, "layer_retrieval": {}}
    for code, pairs in held_out.items():
        at_layer, at_last = _vectors(encoder, pairs, layer, stop)
        if gold:
            alignments = align_encoded([(pair, *sides) for pair, sides in zip(pairs, at_layer, strict=True)], AlignSettings(layer=layer))
            figures["aer"][code] = score([alignment.pairs for alignment in alignments], [pair.gold for pair in pairs]).aer
        figures["retrieval"][code] = _precision(encoder, at_last, encoder.sentence_layer)
        figures["layer_retrieval"][code] = _precision(encoder, at_layer, layer)
    found: dict[str, float] = {}
    for name, by_language in figures.items():
        if by_language:
            found[name] = round(float(np.mean(list(by_language.values()))), 6)
            found |= {f"{name} {code}": round(value, 6) for code, value in by_language.items()}
    return found


def _vectors(encoder: Encoder, pairs: Sequence[SentencePair], layer: int, stop: Callable[[], bool]):
    """(source, target) word vectors of each pair at a layer, and at the last."""
    sides, encoded = [side for pair in pairs for side in (pair.source, pair.target)], []
    for start in range(0, len(sides), _BLOCK):
        if stop():
            raise Stopped
        block = sides[start : start + _BLOCK]
        layers = [layer, encoder.sentence_layer]
        encoded += encoder.encode_layers([side.words for side in block], layers, [side.language for side in block])
    return (list(zip(row[::2], row[1::2], strict=True)) for row in zip(*encoded, strict=True))


def _precision(encoder: Encoder, sides, layer: int) -> float:
    ways = list(zip(*sides, strict=True))
    found = retrieve(*(encoder.sentences(side, layer) for side in ways), [[one.words for one in side] for side in ways])
    return (found.forward + found.backward) / 2


def probes(held_out: Mapping[str, Sequence[SentencePair]], count: int = 8) -> list[tuple[str, SentencePair]]:
    """The pairs whose words are followed along a run: the first `count` of each language."""
    return [(code, pair) for code, pairs in held_out.items() for pair in pairs[:count]]


def describe_probes(chosen: Sequence[tuple[str, SentencePair]]) -> list[dict]:
    """For each probe sentence, in the order of `probe_vectors`: language, id of its pair, side, and words."""
    sides = ((f"{code} {pair.id}", name, getattr(pair, name)) for code, pair in chosen for name in ("source", "target"))
    return [{"pair": id, "side": name, "language": side.language, "words": list(side.words)} for id, name, side in sides]


def probe_vectors(encoder: Encoder, chosen: Sequence[tuple[str, SentencePair]], layer: int) -> dict[str, np.ndarray]:
    """`vectors` (words, d) float16, all probe sentences one after the other, mean-pooled; `lengths` (sentences,) int32."""
    sides = [side for _, pair in chosen for side in (pair.source, pair.target)]
    encoded = encoder.encode([side.words for side in sides], layer, languages=[side.language for side in sides])
    vectors = [entry.pooled() for entry in encoded]
    lengths = np.array([len(entry) for entry in vectors], np.int32)
    return {"vectors": np.concatenate(vectors).astype(np.float16), "lengths": lengths}
