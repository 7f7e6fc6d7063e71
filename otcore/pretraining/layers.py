"""At which layer an encoder's words are compared: where hand-made links say so, of the bundled collection's development part.

Statistical links cannot judge an encoder that is better than they are: of a teacher they chose layer 5, whose AER there is .084, and .074
at layer 7.
"""

from collections.abc import Sequence

import numpy as np

from otcore.alignment.aligner import align_many
from otcore.alignment.scores import score
from otcore.alignment.settings import AlignSettings
from otcore.corpora.collection import load_collection
from otcore.corpora.types import SentencePair
from otcore.encoders.encoder import Encoder
from otcore.pretraining.corpus import ENGLISH
from otcore.pretraining.evaluation import held_out_figures
from otcore.pretraining.store import LinkedText
from otcore.pretraining.training import Run


def choose_layer(run: Run, name: str, encoder: Encoder, linked: list[LinkedText], pairs: int) -> int:
    """Return the layer of least AER, the last of equal ones; in languages that the collection lacks, that of most agreement with the
    statistical links. All layers are logged with both, and with P@1, the latter on ``pairs`` held-out pairs a language."""
    figures = held_out_figures(encoder.model, linked, pairs, list(range(encoder.layers + 1)))
    errors = dev_errors(encoder, [text.pairs.language for text in linked])
    for layer, entry in enumerate(figures):
        if errors:
            entry["AER"] = errors[layer]
        told = {key: round(value, 4) for key, value in entry.items()}
        run.log(event="held out", edition=name, layer=layer, **told)
        run.progress(f"{name} layer {layer}: " + ", ".join(f"{key} {told[key]}" for key in ("P@1", "F1", "AER") if key in told))
    worth = [-error for error in errors] or [entry["F1"] for entry in figures]
    return max(range(len(worth)), key=lambda layer: (worth[layer], layer))


def dev_errors(encoder: Encoder, languages: Sequence[str]) -> list[float]:
    """Return the AER of every layer with the default settings, as the mean over those of ``languages`` that the collection has; empty
    where it has none."""
    collection = load_collection()
    parts = [collection.pairs(ENGLISH, code, "dev") for code in languages if code in collection.languages]
    if not parts:
        return []
    return [float(np.mean([_aer(encoder, pairs, layer) for pairs in parts])) for layer in range(encoder.layers + 1)]


def _aer(encoder: Encoder, pairs: list[SentencePair], layer: int) -> float:
    found = align_many(encoder, pairs, AlignSettings(layer=layer))
    return score([one.pairs for one in found], [pair.gold for pair in pairs]).aer
