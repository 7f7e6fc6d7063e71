"""The choices of the Learn pages: which lesson, its controls, teacher's mode; and the playground's two clouds."""

from dashboard.pages.learn.lessons import LESSONS
from dashboard.state import parsing
from dashboard.state.parsing import Field
from otcore.transport.costs import COSTS
from otcore.transport.solvers import SOLVERS

OVERVIEW = "list"
CLICKS = ("first", "second", "remove")  # what a click on the playground's drawing does: a point for a cloud, or one taken away

FIELDS = {
    "lesson": Field(OVERVIEW, parsing.one_of(OVERVIEW, *LESSONS)),
    "teacher": Field(False, parsing.flag),
    "learn_mark": Field("", parsing.place),
    "play": Field(False, parsing.flag),
    **{lesson.key(control.name): Field(control.default, control.parse) for lesson in LESSONS.values() for control in lesson.controls},
    "pg_first": Field("0 0 2; 1 2 1; 2 0.5 1", parsing.at_most(2_000)),
    "pg_second": Field("1 0 1; 2.5 2 1; 3 1 2", parsing.at_most(2_000)),
    "pg_form": Field("numbers", parsing.one_of("numbers", "table", "drawing")),
    "pg_click": Field("first", parsing.one_of(*CLICKS)),
    "pg_weight": Field(1.0, parsing.number(0.5, 5)),
    "pg_cost": Field("euclidean", parsing.one_of(*COSTS)),
    "pg_epsilon": Field(0.1, parsing.nearest_epsilon),
    "pg_penalty": Field(0.5, parsing.number(0.01, 10)),
    "pg_mass": Field(0.8, parsing.number(0.05, 1)),
    "pg_shown": Field("entropic", parsing.one_of(*SOLVERS)),
}
