"""What colour stands for on the picture: categories or a scale over the points, worked out from what is known of them."""

from collections import Counter

import numpy as np

from dashboard.pages.space.cache import Picture
from dashboard.pages.space.figures import Look
from otcore.corpora.frequencies import relative_frequencies
from otcore.space import Points
from otcore.text.languages import LANGUAGES, language

NAMES = {
    "language": "language", "sentence": "sentence", "tag": "tag of the sentence", "gold": "gold status", "null": "null or not",
    "rank": "rank of the translation", "frequency": "word frequency",
}  # fmt: skip
READING = {
    "language": "Where languages are clouds of their own, the space is split; where they mix, words of one meaning can meet.",
    "sentence": "Words of one sentence, and of its translations, share a colour; colours repeat after eight sentences.",
    "tag": "The commonest of the sentence's tags.",
    "gold": "Whether hand-made links join the word to any word plotted of another language.",
    "null": "Words that no plotted language translates, that some do not, and that all do.",
    "rank": "How near the translation is among all plotted points of its language, in the original space: 1 is the nearest; the middle one "
    "of several languages.",
    "frequency": "Share of the word among all words of its language in the collection, on a logarithmic scale.",
}
_RANKS = ("nearest (1)", "2 to 5", "6 to 20", "beyond 20", "no translation plotted")
_TAGS = 7  # and the rest in grey


def look(kind: str, picture: Picture, state: int) -> Look:
    """The colours of a state; only "rank" differs between states."""
    points = picture.cloud.points
    if kind == "rank":
        ranks = picture.measures[state].typical_rank
        values = np.where(ranks == 0, 4, np.searchsorted([1, 5, 20], ranks))
        return Look(NAMES[kind], _RANKS, values, rest=True)
    makers = {
        "language": _by_language,
        "sentence": _by_sentence,
        "tag": _by_tag,
        "gold": _by_gold,
        "null": _by_null,
        "frequency": _by_frequency,
    }
    return makers[kind](points)


def _by_language(points: Points) -> Look:
    return Look(NAMES["language"], tuple(language(code).name for code in points.codes), points.language)


def _by_sentence(points: Points) -> Look:
    ids = list(dict.fromkeys(points.sentence))
    place = {id: k for k, id in enumerate(ids)}
    return Look(NAMES["sentence"], tuple(ids), np.array([place[id] for id in points.sentence]))


def _by_tag(points: Points) -> Look:
    counts = Counter(tag for id in set(points.sentence) for tag in points.tags.get(id, ()))
    common = [tag for tag, _ in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:_TAGS]]
    of = {
        id: min((common.index(tag) for tag in points.tags.get(id, ()) if tag in common), default=len(common)) for id in set(points.sentence)
    }
    return Look(NAMES["tag"], (*common, "other"), np.array([of[id] for id in points.sentence]), rest=True)


def _by_gold(points: Points) -> Look:
    values = np.full(len(points), 2)
    values[points.links.ravel()] = 1
    values[points.links[points.sure].ravel()] = 0
    return Look(NAMES["gold"], ("sure link", "only possible", "no link"), values, rest=True)


def _by_null(points: Points) -> Look:
    linked = np.zeros((len(points), len(points.codes)), bool)
    for own, other in (points.links.T, points.links.T[::-1]):
        linked[own, points.language[other]] = True
    counts, others = linked.sum(1), max(len(points.codes) - 1, 1)
    values = np.where(counts == 0, 2, np.where(counts < others, 1, 0))
    return Look(NAMES["null"], ("linked in every language", "null in some", "null in all"), values)


def _by_frequency(points: Points) -> Look:
    values = np.full(len(points), np.nan)
    for k, code in enumerate(points.codes):
        if code not in LANGUAGES:
            continue  # a run on other languages: nothing is known of their words
        mine = np.flatnonzero(points.language == k)
        found = relative_frequencies([points.texts[one] for one in mine], code) if points.kind == "word" else np.zeros(len(mine))
        values[mine] = np.log10(np.maximum(found, 1e-6))
    return Look("log₁₀ of the word's share", (), values)
