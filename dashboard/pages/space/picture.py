"""A finished picture, and its measures in numbers. Plain values for the figures, the list and the files alike."""

import math
from dataclasses import dataclass

import pandas as pd

from otcore.space.measures import Neighbourhoods
from otcore.space.points import Cloud
from otcore.space.projection import Projection
from otcore.text.languages import language


@dataclass(frozen=True)
class Picture:
    """A finished picture: the points with their vectors, their places, and what is measured in the original space, each for every
    state; `steps` of a film's states, else empty; `key` of what it depends on."""

    key: str
    cloud: Cloud
    projection: Projection
    measures: tuple[Neighbourhoods, ...]
    steps: tuple[int, ...] = ()

    def course(self) -> dict[str, list[float]]:
        """Measure → its value in each state, in [0, 1] or [0, 2] where it is a length; NaN where there is nothing to measure."""
        return {
            "trustworthiness": list(self.projection.trustworthiness),
            "retrieval P@1": [one.retrieval for one in self.measures],
            "language mixing": [float(one.mixing.mean()) for one in self.measures],
            "length of links": [float(one.lengths.mean()) if len(one.lengths) else math.nan for one in self.measures],
        }


def facts(picture: Picture, states: list[int]) -> list[tuple[str, str, str]]:
    """(name, value, explanation); of several states the values with arrows between them."""
    first, count, sample = picture.measures[states[0]], len(picture.cloud.points), picture.projection.sample
    over = "" if sample == count else f", over {sample:,} sampled points"
    help = {
        "trustworthiness": "how much of the neighbourhood survives the projection: 1 where neighbours on the picture are neighbours in the "
        f"space{over}",
        "retrieval P@1": "share of words whose translation is the nearest plotted point of its language, in the original space, over all "
        "language pairs",
        "language mixing": f"share of the {first.nearest.shape[1]} nearest neighbours that are of another language; chance gives "
        f"{first.chance:.2f}",
        "length of links": "mean 1 − cosine of hand-linked pairs, in the original space",
        "random pairs": "mean 1 − cosine of any two points of different languages: the length of links is to be seen against it",
    }
    values = picture.course() | {"random pairs": [one.apart for one in picture.measures]}
    told = [(name, " → ".join(_number(row[state]) for state in states), help[name]) for name, row in values.items()]
    told.insert(3, ("mixing by chance", _number(first.chance), "the same share if languages made no difference"))
    return [("points", f"{count:,}", "words or sentences plotted"), *told]


def by_language(picture: Picture, moments: dict[str, int]) -> pd.DataFrame:
    """Retrieval and mixing, one row a language; `moments` are the states that are told of, by what they are called."""
    points = picture.cloud.points
    rows = []
    for k, code in enumerate(points.codes):
        mine = points.language == k
        row = {"language": language(code).name, "points": int(mine.sum())}
        for name, state in moments.items():
            found = picture.measures[state]
            tried = found.ranks[mine] > 0
            suffix = f" {name}" if len(moments) > 1 else ""
            row[f"P@1{suffix}"] = round(float((found.ranks[mine] == 1).sum() / tried.sum()), 3) if tried.any() else None
            row[f"mixing{suffix}"] = round(float(found.mixing[mine].mean()), 3)
        rows.append(row)
    return pd.DataFrame(rows)


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}"
