"""The selected points, each with its sentence, its neighbours in the original space and what became of its translations."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import numpy as np

from dashboard.kit import markup
from dashboard.pages.space.picture import Picture
from otcore.space.points import Points
from otcore.text.languages import language

SHOWN = 12  # selected points that are told in full; the CSV has all
_NEIGHBOURS = 6


def cards(picture: Picture, marked: list[int], moments: dict[str, int], encoder: str) -> str:
    """The first selected points as HTML; all text is escaped.

    moments: the states that are told of, by what they are called
    encoder: under which a word opens at Align
    """
    points, states = picture.cloud.points, moments.values()
    shown = []
    for point in marked[:SHOWN]:
        card = {"text": points.texts[point], "language": language(points.code(point)), "sentence": points.sentence[point]}
        card |= {"place": int(points.position[point]), "words": points.context(point).words if points.of_words else ()}
        card["moments"] = [{"name": name} | _nearest(picture, point, state) for name, state in moments.items()]
        links = np.flatnonzero((points.links == point).any(1))
        shown.append(card | {"translations": [_translation(picture, point, link, states, encoder) for link in links]})
    return markup.filled("pages/space/cards.html", {"cards": shown})


def _nearest(picture: Picture, point: int, state: int) -> dict[str, Any]:
    """The nearest points in one state; a translation has a tick."""
    points, found = picture.cloud.points, picture.measures[state]
    partners, near = set(points.partners(point)), found.nearest[point].tolist()
    verdict = "no translation plotted"
    if partners:
        verdict = f"{'translation' if partners & set(near) else 'no translation'} among the {len(near)} nearest"
    told = zip(near[:_NEIGHBOURS], found.similarity[point], strict=False)
    chips = [_named(points, other) | {"right": other in partners, "cosine": cosine} for other, cosine in told]
    return {"chips": chips, "verdict": verdict}


def _translation(picture: Picture, point: int, link: int, states: Iterable[int], encoder: str) -> dict[str, Any]:
    """A translation: where it opens, its rank and how far it is in each state."""
    points = picture.cloud.points
    other = int(points.links[link].sum() - point)
    found = [picture.measures[state] for state in states]
    ranks = [int(one.ranks[point, points.language[other]]) for one in found]
    address = _align_address(points, point, other, encoder) if points.sentence[point] in points.tags else ""
    told = {"address": address, "ranks": " → ".join(map(str, ranks)) if all(ranks) else ""}
    return _named(points, other) | told | {"lengths": " → ".join(f"{one.lengths[link]:.2f}" for one in found)}


def _named(points: Points, point: int) -> dict[str, Any]:
    text = points.texts[point]
    return {"text": text if len(text) <= 40 else f"{text[:39]}…", "code": points.code(point)}


def _align_address(points: Points, point: int, partner: int, encoder: str) -> str:
    """The Align page with a word and its translation marked; relative, so that it works wherever the app lies."""
    whole = {"source": points.code(point), "target": points.code(partner), "sentence": points.sentence[point], "encoder": encoder}
    if points.of_words:
        whole["mark"] = f"{points.position[point]}-{points.position[partner]}"
    return "./?" + urlencode(whole)
