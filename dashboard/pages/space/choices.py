"""The choices of the Space page: what is plotted, how it is projected, how it looks, what is selected."""

from dataclasses import dataclass

from dashboard.pages.space.colouring import COLOURINGS
from dashboard.state import Choices
from dashboard.state.system import ENCODER_HELP
from otcore.base.choices import Flag, Maybe, Number, OneOf, Text, choice, nested
from otcore.space.settings import PointChoice, ProjectionSettings

MODES = {"pair": "Before | after", "one": "One encoder", "film": "Film of a run"}
LINES = {"none": "none", "selected": "of the selection", "all": "all"}
_LINES_HELP = "Hand-made links; the colour is the length in the original space, 1 − cosine, not the length on the picture."
_FIND_HELP = "Selects every point with this text, whatever the case; added to what is selected on the picture."
_REGEX_HELP = "Regular expression: selects every point in which the pattern is found: ^un, tion$, [0-9]+ …"
_LAYER = Maybe(Number(0, 1000, whole=True), blank=-1)


@dataclass(frozen=True)
class SpaceView:
    """One view of the page, complete: equal views show equal pages.

    a, b : encoders before and after with their layers (None is the encoder's own); of one encoder only b is shown, of a film neither
    run  : whose snapshots the film shows; it is the Fine-tune page's choice too
    step : of the run, at which the film stands; -1 for its end
    pick : the points picked on the picture, as `dashboard.pages.space.lasso` writes them
    """

    mode: str = choice("pair", OneOf(MODES, style="row"), "Show")
    a: str = choice("base", Text(200, filled=True), "Before", ENCODER_HELP)
    layer_a: int | None = choice(None, _LAYER, "Before: layer")
    b: str = choice("aligned", Text(200, filled=True), "After", ENCODER_HELP)
    layer_b: int | None = choice(None, _LAYER, "After: layer")
    points: PointChoice = nested(PointChoice)
    projection: ProjectionSettings = nested(ProjectionSettings)
    colour: str = choice("language", OneOf(COLOURINGS), "Colour by", "Marker shapes are always the languages.")
    lines: str = choice("selected", OneOf(LINES), "Lines between translations", _LINES_HELP)
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
    def systems(self) -> tuple[tuple[str, int | None], ...]:
        return ((self.a, self.layer_a),) * self.is_pair + ((self.b, self.layer_b),) * (not self.is_film)

    @property
    def colouring(self):
        return COLOURINGS[self.colour]


CHOICES = Choices(SpaceView, "sp_")
