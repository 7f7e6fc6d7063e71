"""Encoders against each other, before and after: all figures, their intervals, and what has changed beyond noise."""

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from otcore.base.errors import InputError
from otcore.base.progress import Stopped
from otcore.corpora.collection import load_collection
from otcore.corpora.types import SentencePair
from otcore.encoders.encoder import Encoder
from otcore.evaluation.bootstrap import Difference, difference, draw_weights, interval
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.measuring import Measured, blocks, measure
from otcore.evaluation.samples import plain
from otcore.evaluation.types import MEAN, PIVOT, Change, Compared, CompareSettings, Estimate, Evaluation, LayerError, SentenceScores

WITHIN_NOISE = "within noise"
_PROBE_CHANCE = 0.5


def compare(
    encoders: Sequence[Encoder],
    settings: CompareSettings,
    pairs: Mapping[str, Sequence[SentencePair]] | None = None,
    progress: Callable[[int, int, str], None] = lambda done, total, what: None,
    stop: Callable[[], bool] = lambda: False,
) -> Evaluation:
    """All figures of some encoders, the others against the first.

    pairs   : language → pairs with English the target side; by default the collection's, with their gold links
    progress: called with steps done, their number, and what was done
    stop    : asked at each step; true ends it with Stopped
    raises  : InputError   no encoder, one twice, a layer one does not have, a language without at least two pairs
              Stopped      `stop` said so

    >>> from otcore import CompareSettings, compare, load_encoder
    >>> found = compare([load_encoder("base"), load_encoder("aligned")], CompareSettings(("de",), pairs=8, draws=100, sweep=False))
    >>> found.estimate("aligned", "de", "aer").value < found.estimate("base", "de", "aer").value
    True
    """
    start = time.monotonic()
    own_text = pairs is not None
    texts = _texts(settings, pairs)
    compared = [_compared(encoder, settings.layer) for encoder in encoders]
    names = [one.name for one in compared]
    if not names or len(set(names)) != len(names):
        raise InputError("A comparison needs different encoders; choose each once.")
    total = len(encoders) * sum(blocks(len(found)) for found in texts.values()) + 1
    done = 0

    def step(what: str) -> None:
        nonlocal done
        done += 1
        progress(done, total, what)
        if stop():
            raise Stopped

    measured = {}
    for encoder, one in zip(encoders, compared, strict=True):
        for code, found in texts.items():
            label = f"{one.name}, {code}: "
            measured[one.name, code] = measure(
                encoder, found, one.layer, one.sentence_layer, sweep=settings.sweep, seed=settings.seed,
                step=lambda what, label=label: step(label + what),
            )  # fmt: skip
    result = _evaluation(settings, compared, texts, measured, own_text, start)
    step("intervals drawn")
    return result


def _texts(settings: CompareSettings, pairs) -> dict[str, list[SentencePair]]:
    if pairs is None:
        collection = load_collection()
        pairs = {code: collection.pairs(code, PIVOT, settings.split) for code in settings.languages}
    texts = {code: list(pairs.get(code, ()))[: settings.pairs] for code in settings.languages}
    for code, found in texts.items():
        if len(found) < 2:
            raise InputError(
                f"There are {len(found)} sentence pairs for {code}; a comparison needs two or more, so give more or leave it out."
            )
    return texts


def _compared(encoder: Encoder, layer: int | None) -> Compared:
    sentence_layer = encoder.sentence_layer if layer is None else encoder.check_layer(layer)
    return Compared(encoder.name, encoder.check_layer(layer), sentence_layer, encoder.layers, encoder.dimension)


def _evaluation(settings: CompareSettings, compared, texts, measured: Mapping[tuple[str, str], Measured], own_text: bool, start: float):
    ids = {code: tuple(pair.id or str(number) for number, pair in enumerate(found, 1)) for code, found in texts.items()}
    english = {code: [pair.target.text for pair in found] for code, found in texts.items()}
    weights = {code: draw_weights(found, settings.draws, settings.seed) for code, found in english.items()}
    values = {
        (name, code, key): sample.values(weights[code]) for (name, code), found in measured.items() for key, sample in found.figures.items()
    }
    keys = [key for key in MEASURES if all((one.name, code, key) in values for one in compared for code in texts)]
    for one in compared:
        for key in keys:
            values[one.name, MEAN, key] = np.mean([values[one.name, code, key] for code in texts], axis=0)
    counts = {code: len(found) for code, found in texts.items()}
    chances = {code: 1 / count for code, count in counts.items()} | {MEAN: float(np.mean([1 / count for count in counts.values()]))}
    places = [(code, key) for key in keys for code in (*texts, MEAN)]
    estimates = [
        Estimate(one.name, code, key, *vars(interval(values[one.name, code, key])).values(), _chance(key, chances[code]))
        for one in compared for code, key in places
    ]  # fmt: skip
    first = compared[0].name
    changes = [
        _change(first, one.name, code, key, difference(values[first, code, key], values[one.name, code, key]))
        for one in compared[1:] for code, key in places
    ]  # fmt: skip
    return Evaluation(
        settings, tuple(compared), ids, tuple(estimates), tuple(changes), tuple(_layer_errors(compared, texts, measured)),
        tuple(_sentence_scores(measured, keys)), own_text, round(time.monotonic() - start, 2),
    )  # fmt: skip


def _chance(key: str, retrieval: float) -> float | None:
    return {
        "sentences": retrieval,
        "to_english": retrieval,
        "from_english": retrieval,
        "separability": _PROBE_CHANCE,
        "cost_ratio": 1.0,
    }.get(key)


def _change(before: str, after: str, code: str, key: str, found: Difference) -> Change:
    return Change(before, after, code, key, found.value, found.low, found.high, found.p, verdict(found, MEASURES[key].better))


def verdict(found: Difference, better: str) -> str:
    """In a word: "within noise" where the interval holds 0, else "better" or "worse", or "higher" or "lower" where neither is good."""
    if found.within_noise or not np.isfinite(found.value):
        return WITHIN_NOISE
    direction = "higher" if found.value > 0 else "lower"
    return direction if not better else "better" if direction == better else "worse"


def _layer_errors(compared, texts, measured):
    for one in compared:
        layers = [measured[one.name, code].layers for code in texts]
        errors = {code: {at: plain(sample) for at, sample in found.items()} for code, found in zip(texts, layers, strict=True)}
        shared = [at for at in range(one.layers + 1) if all(at in found for found in errors.values())]
        errors[MEAN] = {at: float(np.mean([errors[code][at] for code in texts])) for at in shared}
        for code, found in errors.items():
            for at, aer in found.items():
                yield LayerError(one.name, code, at, aer)


def _sentence_scores(measured: Mapping[tuple[str, str], Measured], keys: Sequence[str]):
    for (name, code), found in measured.items():
        for key in keys:
            scores = found.figures[key].per_sentence()
            if scores is not None and key != "hubness":  # the skewness within one sentence says nothing
                yield SentenceScores(name, code, key, tuple(float(score) if np.isfinite(score) else None for score in scores))
