"""From a picture and what is selected to what the figure draws."""

from dataclasses import dataclass

import numpy as np

from dashboard import state
from dashboard.pages.space.cache import Picture
from dashboard.pages.space.figures import MOST_LINES, Drawing, Pane, plain
from dashboard.pages.space.looks import look
from otcore.text.languages import language

_FULL_HOVER = 800  # points up to which a hover tells the sentence too: each text travels to the browser


@dataclass(frozen=True)
class Drawn:
    """What is drawn, and how many lines were too many."""

    drawing: Drawing
    dropped: int


@dataclass(frozen=True)
class Style:
    """How the person wants it to look: read while the page runs, since files are made later, outside of any session."""

    colour: str
    lines: str
    stamp: int
    stacked: bool

    @staticmethod
    def current(stacked: bool) -> "Style":
        return Style(state.get("sp_colour"), state.get("sp_lines"), state.stamp(), stacked)


def drawing_of(picture: Picture, states: list[int], marked: list[int], style: Style, *, gliding: bool = False) -> Drawn:
    """Some states of a picture as panes with the same axes."""
    points, projection = picture.cloud.points, picture.projection
    rows, dropped = _lines(picture, marked, style.lines)
    panes = tuple(
        Pane(
            _pane_title(picture, state, len(states) > 1), projection.coordinates[state], look(style.colour, picture, state),
            picture.measures[state].lengths[rows], projection.variance[state] if projection.variance else (),
        )
        for state in states
    )  # fmt: skip
    everywhere = np.concatenate(projection.coordinates)
    method = projection.settings.method.upper()
    languages = "one language" if len(points.codes) == 1 else f"{len(points.codes)} languages"
    drawing = Drawing(
        panes, tuple(language(code).name for code in points.codes), points.language, _hover(picture), safe_labels(picture), tuple(marked),
        points.links[rows], np.stack([everywhere.min(0), everywhere.max(0)]), method,
        f"{len(points):,} {points.kind}s of {languages}, by {method}", style.stacked, gliding, style.stamp, picture.key,
    )  # fmt: skip
    return Drawn(drawing, dropped)


def safe_labels(picture: Picture) -> list[str]:
    """What is written beside a point."""
    return [plain(text, 24) for text in picture.cloud.points.texts]


def _pane_title(picture: Picture, state: int, several: bool) -> str:
    one = picture.cloud.states[state]
    when = ("before: ", "after: ")[state] if several else ""
    return f"{when}{one.name}, layer {one.layer}"


def _hover(picture: Picture) -> list[str]:
    points = picture.cloud.points
    names = [language(code).name for code in points.codes]
    if len(points) > _FULL_HOVER or points.kind != "word":
        return [
            f"<b>{plain(text)}</b><br>{names[k]} · {id}" for text, k, id in zip(points.texts, points.language, points.sentence, strict=True)
        ]
    contexts = {key: plain(sentence.text, 60) for key, sentence in points.contexts.items()}
    return [
        f"<b>{plain(text)}</b><br>{names[k]} · {id}<br>{contexts[points.codes[k], id]}"
        for text, k, id in zip(points.texts, points.language, points.sentence, strict=True)
    ]


def _lines(picture: Picture, marked: list[int], kind: str) -> tuple[np.ndarray, int]:
    """The rows of the links that are drawn, and how many more there are."""
    links = picture.cloud.points.links
    rows = np.arange(len(links))
    if kind == "none" or (kind == "selected" and not marked):
        rows = rows[:0]
    elif kind == "selected":
        rows = np.flatnonzero(np.isin(links, marked).any(1))
    return rows[:MOST_LINES], max(len(rows) - MOST_LINES, 0)
