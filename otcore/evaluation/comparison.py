"""Encoders against each other, before and after: all figures, their intervals, and what has changed beyond noise."""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from otcore.base.errors import InputError
from otcore.base.progress import Stopped
from otcore.corpora.collection import load_collection
from otcore.corpora.types import SentencePair
from otcore.encoders.encoder import Encoder
from otcore.evaluation.bootstrap import difference, draw_weights, interval
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.measuring import Measured, measure_all, steps
from otcore.evaluation.samples import plain
from otcore.evaluation.types import MEAN, PIVOT, Change, Compared, CompareSettings, Estimate, Evaluation, LayerError, SentenceScores
from otcore.evaluation.verdicts import verdict

Texts = Mapping[str, Sequence[SentencePair]]
All = Mapping[tuple[str, str], Measured]  # of an encoder's name and a language


def compare(
    encoders: Sequence[Encoder],
    settings: CompareSettings,
    pairs: Texts | None = None,
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
    texts = _texts(settings, pairs)
    compared = [_compared(encoder, settings.layer) for encoder in encoders]
    if not compared or len({one.name for one in compared}) != len(compared):
        raise InputError("A comparison needs different encoders; choose each once.")
    total = len(encoders) * sum(steps(len(found)) for found in texts.values()) + 1
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
            measured[one.name, code] = measure_all(encoder, one, found, settings, lambda what, label=label: step(label + what))
    estimates, changes, names = _figures(settings, [one.name for one in compared], texts, measured)
    ids = {code: tuple(pair.id or str(number) for number, pair in enumerate(found, 1)) for code, found in texts.items()}
    layers, scores = tuple(_layer_errors(compared, texts, measured)), tuple(_sentence_scores(measured, names))
    step("intervals drawn")
    seconds = round(time.monotonic() - start, 2)
    return Evaluation(settings, tuple(compared), ids, estimates, changes, layers, scores, pairs is not None, seconds)


def _texts(settings: CompareSettings, pairs: Texts | None) -> Texts:
    if pairs is None:
        collection = load_collection()
        pairs = {code: collection.pairs(code, PIVOT, settings.split) for code in settings.languages}
    texts = {code: list(pairs.get(code, ()))[: settings.pairs] for code in settings.languages}
    for code, found in texts.items():
        if (count := len(found)) < 2:
            raise InputError(f"There are {count} sentence pairs for {code}; a comparison needs two or more, so give more or leave it out.")
    return texts


def _compared(encoder: Encoder, layer: int | None) -> Compared:
    sentence_layer = encoder.sentence_layer if layer is None else encoder.check_layer(layer)
    return Compared(encoder.name, encoder.check_layer(layer), sentence_layer, encoder.layers, encoder.dimension, encoder.has_lexicon)


def _figures(settings: CompareSettings, encoders: Sequence[str], texts: Texts, measured: All):
    """Estimates, changes from the first encoder, and the names of the measures that all encoders and languages have."""
    names = [name for name in MEASURES if all(name in found.figures for found in measured.values())]
    weights = {code: draw_weights([pair.target.text for pair in found], settings.draws, settings.seed) for code, found in texts.items()}
    values = {(*place, name): measured[place].figures[name].values(weights[place[1]]) for place in measured for name in names}
    for encoder in encoders:
        values |= {(encoder, MEAN, name): np.mean([values[encoder, code, name] for code in texts], axis=0) for name in names}
    places = [(code, name) for name in names for code in (*texts, MEAN)]
    first, estimates, changes = encoders[0], [], []
    for encoder, place in itertools.product(encoders, places):
        drawn = values[encoder, *place]
        estimates.append(Estimate(encoder, *place, *vars(interval(drawn)).values(), _chance(*place, texts)))
        if encoder != first:
            found = difference(values[first, *place], drawn)
            changes.append(Change(first, encoder, *place, *vars(found).values(), verdict(found, MEASURES[place[1]].better)))
    return tuple(estimates), tuple(changes), names


def _chance(code: str, name: str, texts: Texts) -> float | None:
    """Of a language, or the mean over all."""
    found = [MEASURES[name].chance(len(texts[one])) for one in (texts if code == MEAN else [code])]
    return None if None in found else float(np.mean(found))


def _layer_errors(compared: Sequence[Compared], texts: Texts, measured: All) -> Iterator[LayerError]:
    for one in compared:
        errors = {code: {at: plain(sample) for at, sample in measured[one.name, code].layers.items()} for code in texts}
        shared = [at for at in range(one.layers + 1) if all(at in found for found in errors.values())]
        errors[MEAN] = {at: float(np.mean([errors[code][at] for code in texts])) for at in shared}
        for code, found in errors.items():
            for at, aer in found.items():
                yield LayerError(one.name, code, at, aer)


def _sentence_scores(measured: All, names: Sequence[str]) -> Iterator[SentenceScores]:
    alone = [name for name in names if MEASURES[name].alone]
    for place, name in itertools.product(measured, alone):
        scores = measured[place].figures[name].per_sentence()
        yield SentenceScores(*place, name, tuple(float(score) if np.isfinite(score) else None for score in scores))
