"""Runs whose objective is a map: the encoder stays as it is, one rotation a language is fitted to its vectors."""

from collections.abc import Callable, Sequence

import numpy as np

from otcore.base.errors import InputError
from otcore.base.places import MAPS_FILE
from otcore.corpora.types import Link, SentencePair
from otcore.encoders.encoder import Encoder
from otcore.encoders.maps import LanguageMaps, save_maps
from otcore.finetuning.data import Corpus, Preparation
from otcore.finetuning.loop import Ended
from otcore.finetuning.watch import Watch
from otcore.runs.settings import FinetuneSettings

_MOST_WORDS = 20_000  # of a side, where no links choose them: an adversarial map sees a few thousand vectors a run


def fit(settings: FinetuneSettings, encoder: Encoder, corpus: Corpus, watch: Watch, stop: Callable[[], bool]) -> Ended:
    """Fits the maps and puts them into the encoder and the run's folder; a step is a language.

    raises: InputError   no word pairs, or what the links need is not there
    """
    layer = encoder.check_layer(settings.layer)
    watch.clock.steps, watch.stop = len(settings.languages), stop
    watch.begin(0)
    preparation = Preparation(settings, encoder, layer, corpus)
    matrices: dict[str, np.ndarray] = {}
    cancelled = False
    for number, code in enumerate(settings.languages, 1):
        pairs = corpus.training[code]
        sides = [encoder.encode([side.words for side in part], layer) for part in zip(*((p.source, p.target) for p in pairs), strict=True)]
        vectors = [[_unit(sentence.pooled(settings.objective.pooling)) for sentence in side] for side in sides]
        if settings.objective.needs_links:
            x, y = _linked(code, pairs, preparation.links(code), *vectors)
        else:
            every = [np.concatenate(side) for side in vectors]
            some = [np.sort(np.random.default_rng(settings.seed).permutation(len(side))[:_MOST_WORDS]) for side in every]
            x, y = (side[chosen] for side, chosen in zip(every, some, strict=True))
        matrices[code] = settings.objective.fit(x, y, settings.seed)
        encoder.maps = LanguageMaps({code: matrix.astype(np.float32) for code, matrix in matrices.items()}, layer)
        cancelled = stop()
        watch.clock.tick()
        watch.step(number, {"map": code, "words": len(x)}, last=cancelled or number == len(settings.languages))
        if cancelled:
            break
    if watch.accelerator.is_main_process:
        save_maps(watch.folder / MAPS_FILE, encoder.maps)
    return Ended("cancelled" if cancelled else "finished", "stopped on request" if cancelled else "", len(matrices))


def _linked(code: str, pairs: Sequence[SentencePair], links: Sequence[Sequence[Link]], source, target) -> tuple[np.ndarray, np.ndarray]:
    """(k, d), (k, d) the vectors of linked words that were not cut."""
    found = [(x[i], y[j]) for x, y, entry in zip(source, target, links, strict=True) for i, j in entry if i < len(x) and j < len(y)]
    if not found:
        raise InputError(f"No word pairs were found in {len(pairs)} pairs of {code}; give more pairs or another source of word pairs.")
    return np.stack([x for x, _ in found]), np.stack([y for _, y in found])


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12)
