"""What regions of a picture are about: the words that stand there and hardly anywhere else."""

import numpy as np

from dashboard.pages.space.picture import Picture
from dashboard.pages.space.word_classes import CLASSES, class_of, classes_of
from otcore.space.labels import Labels, region_labels
from otcore.space.points import Points
from otcore.text.languages import words_of

_MOST_WORDS = 12  # of a sentence
_MOST_READ = 10_000  # sentences whose words are looked at, evenly chosen: cutting words takes time


def labels_of(picture: Picture) -> list[Labels]:
    """Of each state (text, place) of some regions; none in three dimensions."""
    if picture.projection.settings.dimensions != 2:
        return [[] for _ in picture.cloud.states]
    words = _words(picture.cloud.points)
    return [region_labels(places, words) for places in picture.projection.coordinates]


def _words(points: Points) -> list[tuple[str, ...]]:
    """The content words of each point."""
    if points.of_words:
        content = classes_of(points) == list(CLASSES).index("content")
        return [(text,) if kept else () for text, kept in zip(points.texts, content, strict=True)]
    step = -(-len(points) // _MOST_READ)
    owners = enumerate(zip(points.texts, points.language, strict=True))
    return [_content(text, points.codes[k]) if number % step == 0 else () for number, (text, k) in owners]


def _content(text: str, code: str) -> tuple[str, ...]:
    kept = [word for word in words_of(text[:400], code) if class_of(word, code) == "content"]
    return tuple(np.unique(kept)[:_MOST_WORDS].tolist())
