"""From a picture and what is selected to what the figure draws. Plain values in, plain values out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dashboard.kit.charts import safe_name
from dashboard.pages.space.colouring import Look
from dashboard.pages.space.picture import Picture
from otcore.text.languages import language

if TYPE_CHECKING:
    from dashboard.pages.space.choices import SpaceView

MOST_LINES = 4000
_FULL_HOVER = 800  # points up to which a hover tells the sentence too: each text travels to the browser
_SOLID_SHAPES = ("circle", "diamond", "square", "cross", "x", "circle-open", "diamond-open", "square-open")  # all that 3-D has
_FLAT_SHAPES = ("circle", "diamond", "square", "triangle-up", "cross", "x", "star", "triangle-down", "pentagon", "hexagram")
_DRAWN_SMOOTHLY = 1500  # points up to which a film's points glide; WebGL, which more of them need, jumps


@dataclass(frozen=True)
class Scene:
    """A picture, what of it is selected, and how it is to look: known while the page runs, since files are made later, outside of any
    session.

    stamp: of the session's clicks; stacked: whether panes stand one below the other
    """

    picture: Picture
    view: SpaceView
    marked: list[int]
    stamp: int
    stacked: bool

    @property
    def reading(self) -> str:
        """How to read the picture, in a line or two."""
        settings = self.picture.projection.settings
        how = "Click, box or lasso selects in both panes." if settings.dimensions == 2 else "Drag to turn; select by text."
        return f"{self.view.colouring.reading} {how} {settings.method.reading}"


@dataclass(frozen=True)
class Pane:
    """One state: `places` (n, 2 or 3), its colours, and the length in the original space of each line."""

    title: str
    places: np.ndarray
    look: Look
    lengths: np.ndarray
    variance: tuple[float, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """All that is drawn.

    panes   : one or two, or of a film the one moment
    names   : of the languages, `language` (n,) the place of each point's in there
    hover, labels: (n,) text of each point, and what is written beside it where it is selected, both escaped
    lines   : (e, 2) points that are joined, MOST_LINES at most; `dropped` are too many
    reach   : (2, dimensions) lowest and highest place of all that is to share axes
    gliding : whether points move from the last drawing
    """

    panes: tuple[Pane, ...]
    names: tuple[str, ...]
    language: np.ndarray
    hover: list[str]
    labels: list[str]
    marked: list[int]
    lines: np.ndarray
    dropped: int
    reach: np.ndarray
    method: str
    title: str
    stacked: bool
    gliding: bool
    stamp: int
    revision: str

    @property
    def solid(self) -> bool:
        """Whether it has three dimensions."""
        return self.reach.shape[1] == 3

    @property
    def shapes(self) -> list[str]:
        """Of the languages, which begin anew where there are more."""
        all = _SOLID_SHAPES if self.solid else (*_FLAT_SHAPES, "hourglass", "bowtie")
        return [all[k % len(all)] for k in range(len(self.names))]

    @property
    def height(self) -> int:
        """Pixels."""
        return 120 + (360 * len(self.panes) if self.stacked else 520)

    @property
    def kind(self) -> str:
        """Of the traces."""
        if self.solid:
            return "scatter3d"
        return "scatter" if self.gliding and len(self.hover) <= _DRAWN_SMOOTHLY else "scattergl"

    @property
    def size(self) -> float:
        """Of the markers."""
        count = len(self.hover)
        if self.solid:
            return 4 if count < 2000 else 2.5
        return 8 if count < 800 else 6 if count < 4000 else 4

    @property
    def ranges(self) -> list[list[float]]:
        """Of the axes."""
        low, high = self.reach.astype(float)
        spare = 0.05 * np.maximum(high - low, 1e-6)
        return np.stack([low - spare, high + spare], axis=1).tolist()

    @property
    def domains(self) -> list[tuple[list[float], list[float]]]:
        """(x, y) shares of the figure for each pane."""
        if len(self.panes) == 1:
            return [([0, 1], [0, 1])]
        return [([0, 1], [0.54, 1]), ([0, 1], [0, 0.46])] if self.stacked else [([0, 0.49], [0, 1]), ([0.51, 1], [0, 1])]


def plain(text: str, longest: int = 40) -> str:
    """User text as Plotly text, shortened, and isolated so that right-to-left words leave the rest in its place."""
    return f"\u2068{safe_name(text if len(text) <= longest else text[: longest - 1] + '…')}\u2069"


def drawing_of(scene: Scene, states: list[int], *, gliding: bool = False) -> Drawing:
    """Some states of a picture as panes with the same axes."""
    picture = scene.picture
    points, coordinates, method = picture.cloud.points, picture.projection.coordinates, picture.projection.settings.method.label
    lines, names = _lines(scene), tuple(language(code).name for code in points.codes)
    everywhere = np.concatenate(coordinates)
    return Drawing(
        panes=tuple(_pane(scene, state, lines[:MOST_LINES], len(states) > 1) for state in states),
        names=names,
        language=points.language,
        hover=_hover(picture, names),
        labels=[plain(text, 24) for text in points.texts],
        marked=scene.marked,
        lines=points.links[lines[:MOST_LINES]],
        dropped=max(len(lines) - MOST_LINES, 0),
        reach=np.stack([everywhere.min(0), everywhere.max(0)]),
        method=method,
        title=f"{len(points):,} {points.kind} of {'one language' if len(names) == 1 else f'{len(names)} languages'}, by {method}",
        stacked=scene.stacked,
        gliding=gliding,
        stamp=scene.stamp,
        revision=picture.key,
    )


def _pane(scene: Scene, state: int, lines: np.ndarray, several: bool) -> Pane:
    picture = scene.picture
    one, found, variance = picture.cloud.states[state], picture.measures[state], picture.projection.variance
    title = f"{('before: ', 'after: ')[state] if several else ''}{one.name}, layer {one.layer}"
    look, lengths = scene.view.colouring.look(picture.cloud.points, found), found.lengths[lines]
    return Pane(title, picture.projection.coordinates[state], look, lengths, variance[state] if variance else ())


def _hover(picture: Picture, names: tuple[str, ...]) -> list[str]:
    points, contexts = picture.cloud.points, {}
    if len(points) <= _FULL_HOVER and points.of_words:
        contexts = {key: f"<br>{plain(sentence.text, 60)}" for key, sentence in points.contexts.items()}
    return [
        f"<b>{plain(text)}</b><br>{names[k]} · {id}{contexts.get((points.codes[k], id), '')}"
        for text, k, id in zip(points.texts, points.language, points.sentence, strict=True)
    ]


def _lines(scene: Scene) -> np.ndarray:
    """The rows of the links that are to be drawn."""
    links = scene.picture.cloud.points.links
    selected = np.flatnonzero(np.isin(links, scene.marked).any(1))
    return {"none": selected[:0], "selected": selected, "all": np.arange(len(links))}[scene.view.lines]
