"""What colour stands for on the picture: categories or a scale over the points, worked out from what is known of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dashboard.pages.space.word_classes import CLASSES, classes_of
from otcore.text.languages import LANGUAGES, language

if TYPE_CHECKING:
    from otcore.space.measures import Neighbourhoods
    from otcore.space.points import Points

_RANKS = ("nearest (1)", "2 to 5", "6 to 20", "beyond 20", "no translation plotted")
_TAGS = 7  # and the rest in grey


@dataclass(frozen=True)
class Look:
    """Colour of n points. With `names`, `values` (n,) are categories, the last grey where `rest`; without, a scale called `scale`."""

    names: tuple[str, ...]
    values: np.ndarray
    rest: bool = False
    scale: str = ""


@dataclass(frozen=True)
class Colouring:
    """A way to colour points: what it is called, how the colours are read, and the colours of a state of a picture."""

    label: str
    reading: str
    look: Callable[[Points, Neighbourhoods], Look]


def _by_language(points: Points, found: Neighbourhoods) -> Look:
    return Look(tuple(language(code).name for code in points.codes), points.language)


def _by_sentence(points: Points, found: Neighbourhoods) -> Look:
    place = {id: k for k, id in enumerate(dict.fromkeys(points.sentence))}
    return Look(tuple(place), np.array([place[id] for id in points.sentence]))


def _by_tag(points: Points, found: Neighbourhoods) -> Look:
    tags = {id: points.tags.get(id, ()) for id in dict.fromkeys(points.sentence)}
    counts = Counter(tag for own in tags.values() for tag in own)
    common = sorted(counts, key=lambda tag: (-counts[tag], tag))[:_TAGS]
    places = {id: min((common.index(tag) for tag in own if tag in common), default=len(common)) for id, own in tags.items()}
    return Look((*common, "other"), np.array([places[id] for id in points.sentence]), rest=True)


def _by_class(points: Points, found: Neighbourhoods) -> Look:
    if not points.of_words:
        return Look(("no word",), np.zeros(len(points), np.int64), rest=True)
    return Look(tuple(CLASSES.values()), classes_of(points).astype(np.int64))


def _by_gold(points: Points, found: Neighbourhoods) -> Look:
    values = np.full(len(points), 2)
    values[points.links.ravel()] = 1
    values[points.links[points.sure].ravel()] = 0
    return Look(("sure link", "only possible", "no link"), values, rest=True)


def _by_null(points: Points, found: Neighbourhoods) -> Look:
    linked = np.zeros((len(points), len(points.codes)), bool)
    for own, other in (points.links.T, points.links.T[::-1]):
        linked[own, points.language[other]] = True
    counts, others = linked.sum(1), max(len(points.codes) - 1, 1)
    return Look(("linked in every language", "null in some", "null in all"), np.select([counts == 0, counts < others], [2, 1]))


def _by_rank(points: Points, found: Neighbourhoods) -> Look:
    ranks = found.typical_rank
    return Look(_RANKS, np.where(ranks == 0, 4, np.searchsorted([1, 5, 20], ranks)), rest=True)


def _by_frequency(points: Points, found: Neighbourhoods) -> Look:
    from otcore.corpora.frequencies import relative_frequencies

    values = np.full(len(points), np.nan)
    for k, code in enumerate(points.codes):
        if code not in LANGUAGES:
            continue  # a run on other languages: nothing is known of their words
        mine = np.flatnonzero(points.language == k)
        shares = relative_frequencies([points.texts[one] for one in mine], code) if points.of_words else np.zeros(len(mine))
        values[mine] = np.log10(np.maximum(shares, 1e-6))
    return Look((), values, scale="log₁₀ of the word's share")


COLOURINGS = {
    "language": Colouring(
        "language",
        "Where languages are clouds of their own, the space is split; where they mix, words of one meaning can meet.",
        _by_language,
    ),
    "class": Colouring("class of word", "Function words and punctuation often stand apart from words of content.", _by_class),
    "sentence": Colouring(
        "sentence", "Words of one sentence, and of its translations, share a colour; colours repeat after eight sentences.", _by_sentence
    ),
    "tag": Colouring("tag of the sentence", "The commonest of the sentence's tags.", _by_tag),
    "gold": Colouring("gold status", "Whether hand-made links join the word to any word plotted of another language.", _by_gold),
    "null": Colouring("null or not", "Words that no plotted language translates, that some do not, and that all do.", _by_null),
    "rank": Colouring(
        "rank of the translation",
        "How near the translation is among all plotted points of its language, in the original space: 1 is the nearest; the middle one of "
        "several languages.",
        _by_rank,
    ),
    "frequency": Colouring(
        "word frequency", "Share of the word among all words of its language in the collection, on a logarithmic scale.", _by_frequency
    ),
}
