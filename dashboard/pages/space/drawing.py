"""From a picture and what is selected to what the figure draws. Plain values in, plain values out."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dashboard.kit.charts import safe_name
from dashboard.pages.space.colouring import Colouring, Look
from dashboard.pages.space.picture import Picture
from otcore.space.points import UNKNOWN, Points
from otcore.text.languages import language

MOST_LINES = 4000
_FULL_HOVER = 800  # points up to which a hover tells the sentence too: each text travels to the browser
_SOLID_SHAPES = ("circle", "diamond", "square", "cross", "x", "circle-open", "diamond-open", "square-open")  # all that 3-D has
_FLAT_SHAPES = ("circle", "diamond", "square", "triangle-up", "cross", "x", "star", "triangle-down", "pentagon", "hexagram")


@dataclass(frozen=True)
class Scene:
    """A picture, what of it is selected, and how it is to look: known while the page runs, since files are made later, outside of any
    session.

    lines: which translations are joined; run: whose film it is
    stamp: of the session's clicks; stacked: whether panes stand one below the other
    """

    picture: Picture
    colouring: Colouring
    lines: str
    run: str
    marked: list[int]
    stamp: int
    stacked: bool

    @property
    def is_film(self) -> bool:
        return bool(self.picture.steps)

    @property
    def reading(self) -> str:
        """How to read the picture, in a line or two."""
        settings = self.picture.projection.settings
        how = "A click, box or lasso selects, with Ctrl it adds; Esc clears. Ctrl and the wheel zoom."
        turned = " “Move” turns the picture." if settings.dimensions == 3 else ""
        return f"{self.colouring.reading} {settings.method.reading} {how}{turned}"


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
    """All that is drawn of a scene: some states as panes with the same axes.

    panes  : one or two, or of a film the one moment
    lines  : (e, 2) points that are joined, MOST_LINES at most; `dropped` are too many
    """

    scene: Scene
    panes: tuple[Pane, ...]
    lines: np.ndarray
    dropped: int

    @property
    def points(self) -> Points:
        return self.scene.picture.cloud.points

    @property
    def method(self) -> str:
        return self.scene.picture.projection.settings.method.label

    @property
    def solid(self) -> bool:
        return self.scene.picture.projection.settings.dimensions == 3

    @property
    def names(self) -> tuple[str, ...]:
        """Of the languages."""
        return tuple("points" if code == UNKNOWN else language(code).name for code in self.points.codes)

    @property
    def title(self) -> str:
        languages = "one language" if len(self.names) == 1 else f"{len(self.names)} languages"
        return f"{len(self.points):,} {self.points.kind} of {languages}, by {self.method}"

    @cached_property
    def hover(self) -> list[str]:
        """(n,) text of each point, escaped."""
        points, names, contexts = self.points, self.names, {}
        if len(points) <= _FULL_HOVER and points.of_words:
            contexts = {key: f"<br>{plain(sentence.text, 60)}" for key, sentence in points.contexts.items()}
        told = zip(points.texts, points.language, points.sentence, strict=True)
        return [f"<b>{plain(text)}</b><br>{names[k]} · {id}{contexts.get((points.codes[k], id), '')}" for text, k, id in told]

    def label(self, point: int) -> str:
        """What is written beside a selected point, escaped."""
        return plain(self.points.texts[point], 24)

    @property
    def shapes(self) -> list[str]:
        """Of the languages, which begin anew where there are more."""
        all = _SOLID_SHAPES if self.solid else (*_FLAT_SHAPES, "hourglass", "bowtie")
        return [all[k % len(all)] for k in range(len(self.names))]

    @property
    def height(self) -> int:
        """Pixels."""
        return 120 + (360 * len(self.panes) if self.scene.stacked else 520)

    @property
    def kind(self) -> str:
        if self.solid:
            return "scatter3d"
        return "scattergl"

    @property
    def size(self) -> float:
        count = len(self.points)
        if self.solid:
            return 4 if count < 2000 else 2.5
        return 8 if count < 800 else 6 if count < 4000 else 4

    @property
    def ranges(self) -> list[list[float]]:
        everywhere = np.concatenate(self.scene.picture.projection.coordinates)
        low, high = everywhere.min(0).astype(float), everywhere.max(0).astype(float)
        spare = 0.05 * np.maximum(high - low, 1e-6)
        return np.stack([low - spare, high + spare], axis=1).tolist()

    @property
    def domains(self) -> list[tuple[list[float], list[float]]]:
        """(x, y) shares of the figure for each pane."""
        if len(self.panes) == 1:
            return [([0, 1], [0, 1])]
        return [([0, 1], [0.54, 1]), ([0, 1], [0, 0.46])] if self.scene.stacked else [([0, 0.49], [0, 1]), ([0.51, 1], [0, 1])]


def plain(text: str, longest: int = 40) -> str:
    """User text as Plotly text, shortened, and isolated so that right-to-left words leave the rest in its place."""
    return f"\u2068{safe_name(text if len(text) <= longest else text[: longest - 1] + '…')}\u2069"


def drawing_of(scene: Scene, states: list[int]) -> Drawing:
    """Some states of a picture as panes with the same axes."""
    links = scene.picture.cloud.points.links
    selected = np.flatnonzero(np.isin(links, scene.marked).any(1))
    lines = {"none": selected[:0], "selected": selected, "all": np.arange(len(links))}[scene.lines]
    drawn = lines[:MOST_LINES]
    panes = tuple(_pane(scene, state, drawn, len(states) > 1) for state in states)
    return Drawing(scene, panes, links[drawn], len(lines) - len(drawn))


def _pane(scene: Scene, state: int, lines: np.ndarray, several: bool) -> Pane:
    picture = scene.picture
    one, found, variance = picture.cloud.states[state], picture.measures[state], picture.projection.variance
    title = f"{('before: ', 'after: ')[state] if several and not picture.steps else ''}{one.name}"
    title += "" if one.layer is None else f", layer {one.layer}"
    look, lengths = scene.colouring.look(picture.cloud.points, found), found.lengths[lines]
    return Pane(title, picture.projection.coordinates[state], look, lengths, variance[state] if variance else ())
