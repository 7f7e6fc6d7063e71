"""What several lessons read from a real aligned pair: gold marks for a matrix, scores, a few sentences by name."""

import numpy as np

from dashboard.kit.markup import escape_markdown
from dashboard.kit.theme import STATUS
from dashboard.pages.learn.figures.matrices import Marks, matrix
from dashboard.pages.learn.lessons.types import Picture
from otcore.alignment.aligner import Aligned
from otcore.alignment.scores import Scores, score_pair

LANGUAGES = {"de": "German", "fr": "French", "es": "Spanish"}
_KEY = "Hit: a sure link drawn; possible: one that may be; false: not in gold; missed: a sure one."


def scored(pair: Aligned) -> Scores:
    """Its links against gold."""
    return score_pair(pair.alignment.pairs, pair.pair.gold)


def gold_marks(pair: Aligned) -> list[Marks]:
    """Links of the pair as hits, possible and false ones, and the sure links it missed."""
    links, gold = pair.alignment.pairs, pair.pair.gold
    places = {
        "hit": links & gold.sure, "possible": (links & gold.possible) - gold.sure,
        "false": links - gold.possible, "missed": gold.sure - links,
    }  # fmt: skip
    return [Marks(status, sorted(found), *STATUS[status][:2]) for status, found in places.items()]


def plan_picture(pair: Aligned, title: str, reading: str, marks: bool = True) -> Picture:
    """The plan between the words of a pair, with its links marked against gold."""
    source, target = pair.pair.source.words, pair.pair.target.words
    figure = matrix(
        pair.plan.plan, source, target, title=title, unit="mass", axes=("source words", "target words"),
        marks=gold_marks(pair) if marks else (), form="",
    )  # fmt: skip
    best = ", ".join(f"{source[i]} to {target[j]}" for i, j in _strongest(pair.plan.plan))
    return Picture(
        figure,
        f"{title}: matrix of {len(source)} by {len(target)} words; most mass goes from {best}.",
        f"{reading} {_KEY}" if marks else reading,
    )


def _strongest(plan: np.ndarray, count: int = 4) -> list[tuple[int, int]]:
    order = np.argsort(-plan, axis=None, kind="stable")[:count]
    return [tuple(map(int, np.unravel_index(place, plan.shape))) for place in order]


def safe(text: str) -> str:
    """A word inside Markdown: nothing in it is formatting, a formula or a link."""
    return escape_markdown(text)
