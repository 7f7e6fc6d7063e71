"""What several lessons read from a real aligned pair: gold marks for a matrix, scores, the strongest cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dashboard.kit.figures.matrices import Marks, matrix
from dashboard.kit.theme import STATUS
from dashboard.pages.learn.lessons.types import Picture
from otcore.alignment.links import between_words
from otcore.alignment.scores import Scores, score_pair

if TYPE_CHECKING:
    from otcore.alignment.aligner import Aligned

LANGUAGES = {"de": "German", "fr": "French", "es": "Spanish"}
_KEY = "Hit: a sure link drawn; possible: one that may be; false: not in gold; missed: a sure one."


def scored(pair: Aligned) -> Scores:
    """Its links against gold."""
    return score_pair(pair.alignment.pairs, pair.pair.gold)


def plan_picture(pair: Aligned, title: str, reading: str) -> Picture:
    """The plan between the words of a pair, with its links marked against gold, and the sure links that it missed."""
    links, gold = pair.alignment.pairs, pair.pair.gold
    plan = between_words(pair.plan.plan, *(side.groups(pair.settings.unit) for side in (pair.source, pair.target)))
    source, target = pair.pair.source.words, pair.pair.target.words
    possible = (links & gold.possible) - gold.sure
    places = {"hit": links & gold.sure, "possible": possible, "false": links - gold.possible, "missed": gold.sure - links}
    marks = [Marks(status, sorted(found), *STATUS[status][:2]) for status, found in places.items()]
    axes = ("source words", "target words")
    figure = matrix(plan, (source, target), title=title, unit="mass", axes=axes, marks=marks, form="")
    strongest = np.argsort(-plan, axis=None, kind="stable")[:4]
    best = ", ".join(f"{source[i]} to {target[j]}" for i, j in zip(*np.unravel_index(strongest, plan.shape), strict=True))
    spoken = f"{title}: matrix of {len(source)} by {len(target)} words; most mass goes from {best}."
    return Picture(figure, spoken, f"{reading} {_KEY}")
