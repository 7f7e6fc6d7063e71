"""From a picture and what is selected to what the figure draws. Plain values in, plain values out."""

from dataclasses import dataclass

import numpy as np

from dashboard.pages.space.colouring import Colouring
from dashboard.pages.space.figures import MOST_LINES, Drawing, Pane, plain
from dashboard.pages.space.picture import Picture
from otcore.text.languages import language

_FULL_HOVER = 800  # points up to which a hover tells the sentence too: each text travels to the browser


@dataclass(frozen=True)
class Style:
    """How the person wants it to look: known while the page runs, since files are made later, outside of any session.

    colouring: of the points; lines: which translations are joined, one of LINES
    stamp    : of the session's clicks; stacked: whether panes stand one below the other
    """

    colouring: Colouring
    lines: str
    stamp: int
    stacked: bool


def drawing_of(picture: Picture, states: list[int], marked: list[int], style: Style, *, gliding: bool = False) -> Drawing:
    """Some states of a picture as panes with the same axes."""
    points, projection = picture.cloud.points, picture.projection
    rows = _lines(picture, marked, style.lines)
    everywhere = np.concatenate(projection.coordinates)
    method = projection.settings.method.label
    languages = "one language" if len(points.codes) == 1 else f"{len(points.codes)} languages"
    return Drawing(
        panes=tuple(_pane(picture, state, rows[:MOST_LINES], style, len(states) > 1) for state in states),
        names=tuple(language(code).name for code in points.codes),
        language=points.language,
        hover=_hover(picture),
        labels=[plain(text, 24) for text in points.texts],
        marked=tuple(marked),
        lines=points.links[rows[:MOST_LINES]],
        dropped=max(len(rows) - MOST_LINES, 0),
        reach=np.stack([everywhere.min(0), everywhere.max(0)]),
        method=method,
        title=f"{len(points):,} {'words' if points.of_words else 'sentences'} of {languages}, by {method}",
        stacked=style.stacked,
        gliding=gliding,
        stamp=style.stamp,
        revision=picture.key,
    )


def _pane(picture: Picture, state: int, rows: np.ndarray, style: Style, several: bool) -> Pane:
    one, variance = picture.cloud.states[state], picture.projection.variance
    return Pane(
        title=f"{('before: ', 'after: ')[state] if several else ''}{one.name}, layer {one.layer}",
        places=picture.projection.coordinates[state],
        look=style.colouring.look(picture, state),
        lengths=picture.measures[state].lengths[rows],
        variance=variance[state] if variance else (),
    )


def _hover(picture: Picture) -> list[str]:
    points = picture.cloud.points
    names = [language(code).name for code in points.codes]
    contexts = {}
    if len(points) <= _FULL_HOVER and points.of_words:
        contexts = {key: f"<br>{plain(sentence.text, 60)}" for key, sentence in points.contexts.items()}
    return [
        f"<b>{plain(text)}</b><br>{names[k]} · {id}{contexts.get((points.codes[k], id), '')}"
        for text, k, id in zip(points.texts, points.language, points.sentence, strict=True)
    ]


def _lines(picture: Picture, marked: list[int], which: str) -> np.ndarray:
    """The rows of the links that are to be drawn."""
    links = picture.cloud.points.links
    of_selection = np.isin(links, marked).any(1)
    return np.flatnonzero({"none": np.zeros_like(of_selection), "selected": of_selection, "all": np.ones_like(of_selection)}[which])
