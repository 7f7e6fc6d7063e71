"""What the lessons ask of the bundled encoder and sentences, kept. The module itself is their `Engine`
(`dashboard.pages.learn.lessons.types`)."""

import sys
from collections.abc import Mapping

import streamlit as st

from dashboard.background import aligning
from dashboard.background.encoders import collection, encoder
from dashboard.kit.figures.film import Film, film_of
from dashboard.kit.figures.large import enlarged_parts
from dashboard.pages.learn.lessons import LESSONS
from dashboard.state import System
from otcore.alignment.aligner import Aligned, align_encoded
from otcore.alignment.scores import Scores, score_pair
from otcore.alignment.settings import AlignSettings
from otcore.base.choices import build
from otcore.encoders import DEFAULT
from otcore.encoders.vectors import WordVectors

# What the lessons explain: words are the points, their costs alone count, one link a word at most.
PLAIN = {"unit": "word", "lexicon": 0.0, "solver": "entropic", "links": "mutual"}


def aligned(choices: Mapping[str, object]) -> Aligned:
    """A pair of the collection from English, plainly transported but for these choices of a system.

    raises: InputError   no such sentence, language or layer
    """
    pair, system = collection().pair(choices["sentence"], "en", choices["target"]), build(System, PLAIN | dict(choices))
    aligning.stored(pair, system)
    return aligning.aligned(pair, system)


@st.cache_resource(max_entries=6, show_spinner="Reading the sentences …")
def vectors(language: str) -> list[list[WordVectors]]:
    """Every gold sentence of a language in the collection's order, at each layer from 0."""
    sentences = [collection().gold[language][entry.id].words for entry in collection().entries]
    return encoder(DEFAULT).encode_layers(sentences, languages=[language] * len(sentences))


@st.cache_data(max_entries=12, show_spinner="Aligning the sentences …")
def tag_rates(target: str) -> dict[str, tuple[float, int]]:
    """Tag → (AER of plain transport from English over the sentences with the tag, their number)."""
    settings, layer = build(AlignSettings, PLAIN), encoder(DEFAULT).default_layer
    pairs = collection().pairs("en", target)
    sides = [(pair, x[layer], y[layer]) for pair, x, y in zip(pairs, vectors("en"), vectors(target), strict=True)]
    totals: dict[str, Scores] = {}
    for pair, alignment in zip(pairs, align_encoded(sides, settings), strict=True):
        for tag in pair.tags:
            totals[tag] = totals.get(tag, Scores(0, 0, 0, 0, 0, pairs=0)) + score_pair(alignment.pairs, pair.gold)
    return {tag: (total.aer, total.pairs) for tag, total in totals.items()}


@st.cache_resource(max_entries=40, show_spinner=False)
def film(lesson: str, name: str, stops: tuple, others: tuple[tuple[str, object], ...], teacher: bool) -> Film:
    """What a lesson shows at each value of one of its controls, the others being what they are.

    raises: InputError   what the lesson refuses
    """
    shown, engine = LESSONS[lesson], sys.modules[__name__]
    drawings = [shown.draw(build(shown.view, {**dict(others), name: value}), engine) for value in stops]
    figures = [[picture.figure.to_plotly_json() for picture in drawing.pictures] for drawing in drawings]
    if teacher:
        figures = [[enlarged_parts(figure) for figure in one] for one in figures]
    numbers = [[(value, meaning) for _, value, meaning in drawing.numbers] for drawing in drawings]
    return film_of(figures, numbers, [drawing.halts for drawing in drawings])
