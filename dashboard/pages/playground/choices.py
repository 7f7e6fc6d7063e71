"""The choices of the playground: two clouds, how they are entered, and the settings that the solvers share."""

from dataclasses import dataclass

from dashboard.kit import teaching  # noqa: F401  its switch is part of every address
from dashboard.state import Choices
from otcore.base.choices import Number, OneOf, Text, choice, declared
from otcore.transport.costs import COSTS
from otcore.transport.solvers import SOLVERS

# what a click on the drawing does: a point for a cloud, or one taken away
CLICKS = {"first": "adds to first", "second": "adds to second", "remove": "takes away"}
FORMS = {"numbers": "numbers", "table": "table", "drawing": "nothing"}
_FORMS = "Numbers: paste “x weight” or “x y weight”, one point a line. Table: edit, add and delete rows. The drawing shows the same points."
_POINTS = "One point a line or between semicolons, the weight last."
_CLOUD = Text(2_000, lines=2)
_OF_SOLVERS = {name: one.kind for solver in SOLVERS.values() for name, one in declared(solver).items()}


@dataclass(frozen=True)
class PlaygroundView:
    """One view of the page: equal views show equal pages."""

    first: str = choice("0 0 2; 1 2 1; 2 0.5 1", _CLOUD, "First cloud", _POINTS)
    second: str = choice("1 0 1; 2.5 2 1; 3 1 2", _CLOUD, "Second cloud", _POINTS)
    form: str = choice("numbers", OneOf(FORMS, "row"), "Beside the drawing", _FORMS)
    click: str = choice("first", OneOf(CLICKS, "row"), "A click")
    weight: float = choice(1.0, Number(dial=(0.5, 5.0, 0.5)), "Weight of a new point")
    cost: str = choice("euclidean", OneOf(COSTS), "Cost", place="settings")
    epsilon: float = choice(0.1, _OF_SOLVERS["epsilon"], "ε (mean costs)", place="settings")
    penalty: float = choice(0.5, _OF_SOLVERS["penalty"], "KL penalty (mean costs)", place="settings")
    mass: float = choice(0.8, _OF_SOLVERS["mass"], "Mass that partial moves", place="settings")
    shown: str = choice("entropic", OneOf(SOLVERS), "Show the plan of")


CHOICES = Choices(PlaygroundView, "pg_")
