"""The selected points, each with its sentence, its neighbours in the original space and what became of its translations."""

from typing import Any
from urllib.parse import urlencode

import numpy as np

from dashboard.kit import templates
from dashboard.pages.space.picture import Moment, Picture
from otcore.space.points import Points
from otcore.text.languages import language

SHOWN = 12  # selected points that are told in full; the CSV has all
_NEIGHBOURS = 6


def cards(picture: Picture, marked: list[int], moments: list[Moment], encoder: str) -> str:
    """The first selected points as HTML; all text is escaped.

    encoder: under which a word opens at Align
    """
    points = picture.cloud.points
    shown = [
        {
            "text": points.texts[point],
            "language": language(points.code(point)),
            "sentence": points.sentence[point],
            "place": int(points.position[point]),
            "words": points.context(point).words if points.of_words else (),
            "moments": [_nearest(picture, point, moment) for moment in moments],
            "translations": [_translation(picture, point, link, moments, encoder) for link in _links(points, point)],
        }
        for point in marked[:SHOWN]
    ]
    return templates.filled("pages/space/cards.html", {"cards": shown})


def _links(points: Points, point: int) -> list[int]:
    return np.flatnonzero((points.links == point).any(1)).tolist()


def _nearest(picture: Picture, point: int, moment: Moment) -> dict[str, Any]:
    """The nearest points in one state; a translation has a tick."""
    points, found = picture.cloud.points, picture.measures[moment.state]
    partners, near = set(points.partners(point)), found.nearest[point].tolist()
    verdict = "no translation plotted"
    if partners:
        verdict = f"{'translation' if partners & set(near) else 'no translation'} among the {len(near)} nearest"
    told = zip(near[:_NEIGHBOURS], found.similarity[point], strict=False)
    chips = [_named(points, other) | {"right": other in partners, "cosine": cosine} for other, cosine in told]
    return {"name": moment.name, "chips": chips, "verdict": verdict}


def _translation(picture: Picture, point: int, link: int, moments: list[Moment], encoder: str) -> dict[str, Any]:
    """A translation: where it opens, its rank and how far it is in each moment."""
    points = picture.cloud.points
    other = int(points.links[link].sum() - point)
    found = [picture.measures[moment.state] for moment in moments]
    ranks = [int(one.ranks[point, points.language[other]]) for one in found]
    return _named(points, other) | {
        "address": _align_address(points, point, other, encoder) if points.sentence[point] in points.tags else "",
        "ranks": " → ".join(map(str, ranks)) if all(ranks) else "",
        "lengths": " → ".join(f"{one.lengths[link]:.2f}" for one in found),
    }


def _named(points: Points, point: int) -> dict[str, Any]:
    text = points.texts[point]
    return {"text": text if len(text) <= 40 else f"{text[:39]}…", "code": points.code(point)}


def _align_address(points: Points, point: int, partner: int, encoder: str) -> str:
    """The Align page with a word and its translation marked; relative, so that it works wherever the app lies."""
    whole = {"source": points.code(point), "target": points.code(partner), "sentence": points.sentence[point], "encoder": encoder}
    if points.of_words:
        whole["mark"] = f"{points.position[point]}-{points.position[partner]}"
    return "./?" + urlencode(whole)
