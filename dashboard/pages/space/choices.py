"""The choices of the Space page: what is plotted, how it is projected, how it looks, what is selected."""

from dataclasses import dataclass

from dashboard.pages.space.colouring import COLOURINGS
from dashboard.pages.space.word_classes import CLASSES
from dashboard.state import Choices
from dashboard.state.system import ENCODER_HELP
from otcore.base.choices import Flag, Maybe, Number, OneOf, Several, Text, choice, nested
from otcore.space.settings import PointChoice, ProjectionSettings

MODES = {"pair": "Before | after", "one": "One encoder", "film": "Film of a run"}
LINES = {"none": "none", "selected": "of the selection", "all": "all"}
_LINES_HELP = (
    "Between translations, by hand-made links; the colour is the length in the original space, 1 − cosine, not the length on the picture."
)
_FIND_HELP = "Selects every point that holds this text, whatever the case; added to what is selected on the picture."
_CLASS_HELP = "Shows only these: content words say most about meaning, function words and punctuation most about grammar. Empty shows all."
_LABELS_HELP = "Words that stand in a region of the picture and hardly anywhere else."
SOURCES = {"bundled": "Bundled", "text": "Own text", "vectors": "Own vectors"}
_REGEX_HELP = "Regular expression: selects every point in which the pattern is found: ^un, tion$, [0-9]+ …"
_LAYER = Maybe(Number(0, 1000, whole=True), blank=-1)


@dataclass(frozen=True)
class SpaceView:
    """One view of the page, complete: equal views show equal pages.

    a, b : encoders before and after with their layers (None is the encoder's own); of one encoder only b is shown, of a film neither
    run  : whose snapshots the film shows; it is the Fine-tune page's choice too
    step : of the run, at which the film stands; -1 for its end
    source: bundled sentences, or `files` of texts or `vectors` of one's own, by their keys; a film has points of its own
    pick : the points picked on the picture, as `dashboard.pages.space.lasso` writes them
    """

    mode: str = choice("pair", OneOf(MODES, style="row"), "Show")
    a: str = choice("base", Text(200, filled=True), "Before", ENCODER_HELP)
    layer_a: int | None = choice(None, _LAYER, "Before: layer")
    b: str = choice("aligned", Text(200, filled=True), "After", ENCODER_HELP)
    layer_b: int | None = choice(None, _LAYER, "After: layer")
    source: str = choice("bundled", OneOf(SOURCES, style="row"), "Points from", key="src")
    files: str = choice("", Text(40))
    vectors: str = choice("", Text(40))
    points: PointChoice = nested(PointChoice)
    projection: ProjectionSettings = nested(ProjectionSettings)
    colour: str = choice("language", OneOf(COLOURINGS), "Colour by", "Marker shapes are always the languages.")
    lines: str = choice("selected", OneOf(LINES), "Lines", _LINES_HELP)
    classes: tuple[str, ...] = choice([], Several(len(CLASSES), CLASSES, least=0), "Show only", _CLASS_HELP)
    labels: bool = choice(True, Flag(), "Labels", _LABELS_HELP)
    find: str = choice("", Text(200), "Select by text", _FIND_HELP)
    regex: bool = choice(False, Flag(), "Regex", _REGEX_HELP)
    pick: str = choice("", Text(4500))
    step: int = choice(-1, Number(-1, 10**9, whole=True), "Step of the run")
    play: bool = choice(False, Flag())
    run: str = ""

    @property
    def is_film(self) -> bool:
        return self.mode == "film"

    @property
    def is_pair(self) -> bool:
        return self.mode == "pair"

    @property
    def of_vectors(self) -> bool:
        return self.source == "vectors" and not self.is_film

    @property
    def of_text(self) -> bool:
        return self.source == "text" and not self.is_film

    @property
    def systems(self) -> tuple[tuple[str, int | None], ...]:
        return ((self.a, self.layer_a),) * self.is_pair + ((self.b, self.layer_b),) * (not self.is_film)

    @property
    def colouring(self):
        return COLOURINGS[self.colour]


CHOICES = Choices(SpaceView, "sp_")
