"""What the lessons ask of the bundled encoder and sentences, kept: vectors of all sentences of a language, rates by tag."""

from collections.abc import Mapping

import streamlit as st

from dashboard.background.aligning import aligned
from dashboard.background.encoders import collection, encoder
from dashboard.pages.align.choices import AlignView
from otcore.alignment.aligner import Aligned, align_encoded
from otcore.alignment.scores import Scores, score_pair
from otcore.alignment.settings import AlignSettings
from otcore.base.choices import build
from otcore.corpora.collection import Collection
from otcore.encoders import DEFAULT
from otcore.encoders.encoder import WordVectors


class LessonEngine:
    """The real sentences and the bundled encoder, as `dashboard.pages.learn.lessons.types.Engine` asks for them."""

    def collection(self) -> Collection:
        """The bundled sentences."""
        return collection()

    def aligned(self, choices: Mapping[str, object]) -> Aligned:
        """A pair of the collection under choices of the Align page; what is not named is the default.

        raises: InputError   no such sentence, language or layer
        """
        chosen = build(AlignView, choices)
        pair = collection().pair(chosen.sentence, chosen.source, chosen.target)
        return aligned(pair, chosen.first)

    def vectors(self, language: str) -> list[list[WordVectors]]:
        """Every gold sentence of a language in the collection's order, at each layer from 0."""
        return _vectors(language)

    def tag_rates(self, target: str) -> dict[str, tuple[float, int]]:
        """Tag → (AER of the default alignment from English over the sentences with the tag, their number)."""
        return _tag_rates(target)


LESSON_ENGINE = LessonEngine()


@st.cache_resource(max_entries=6, show_spinner="Reading the sentences …")
def _vectors(language: str) -> list[list[WordVectors]]:
    sentences = [collection().gold[language][entry.id].words for entry in collection().entries]
    return encoder(DEFAULT).encode_layers(sentences, languages=[language] * len(sentences))


@st.cache_data(max_entries=12, show_spinner="Aligning the sentences …")
def _tag_rates(target: str) -> dict[str, tuple[float, int]]:
    settings, layer = AlignSettings(), encoder(DEFAULT).default_layer
    pairs = collection().pairs("en", target)
    sides = [(pair, x[layer], y[layer]) for pair, x, y in zip(pairs, _vectors("en"), _vectors(target), strict=True)]
    totals: dict[str, Scores] = {}
    for pair, alignment in zip(pairs, align_encoded(sides, settings), strict=True):
        for tag in pair.tags:
            totals[tag] = totals.get(tag, Scores(0, 0, 0, 0, 0, pairs=0)) + score_pair(alignment.pairs, pair.gold)
    return {tag: (total.aer, total.pairs) for tag, total in totals.items()}
