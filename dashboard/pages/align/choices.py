"""The choices of the Align page: a pair, and one or two systems."""

from dashboard.state import parsing
from dashboard.state.parsing import Field
from otcore.base.names import COSTS, MASSES, POOLINGS, RULES, SOLVERS, UNITS
from otcore.text.languages import LANGUAGES

OWN_TEXT = "own"
LAYER_DEFAULT = -1
MAX_CHARACTERS = 20_000
VIEWS = ("plan", "cost", "similarity")
SWEEPS = ("layers", "epsilon")


def system_fields(suffix: str, **changes) -> dict[str, Field]:
    """The fields of one system: an encoder and everything between it and the links."""
    fields = {
        "encoder": Field("aligned", parsing.nonempty),
        "layer": Field(LAYER_DEFAULT, parsing.number(LAYER_DEFAULT, 1000, int)),
        "unit": Field("word", parsing.one_of(*UNITS)),
        "pooling": Field("mean", parsing.one_of(*POOLINGS)),
        "cost": Field("cosine", parsing.one_of(*COSTS)),
        "masses": Field("inverse-frequency", parsing.one_of(*MASSES)),
        "solver": Field("entropic", parsing.one_of(*SOLVERS)),
        "epsilon": Field(0.1, parsing.nearest_epsilon),
        "relative": Field(True, parsing.flag),
        "penalty": Field(0.5, parsing.number(0.01, 10)),
        "mass": Field(0.8, parsing.number(0.05, 1)),
        "links": Field("mutual", parsing.one_of(*RULES)),
        "threshold": Field(0.5, parsing.number(0, 1)),
    }
    return {name + suffix: Field(changes.get(name, field.default), field.parse) for name, field in fields.items()}


FIELDS = {
    "source": Field("en", parsing.one_of(*LANGUAGES)),
    "target": Field("de", parsing.one_of(*LANGUAGES)),
    "sentence": Field("g001", parsing.at_most(20)),
    "tags": Field([], parsing.tags),
    "text1": Field("", parsing.at_most(MAX_CHARACTERS)),
    "text2": Field("", parsing.at_most(MAX_CHARACTERS)),
    "presplit": Field(False, parsing.flag),
    "view": Field("plan", parsing.one_of(*VIEWS)),
    "gold": Field(True, parsing.flag),
    "sweep": Field("layers", parsing.one_of(*SWEEPS)),
    "mark": Field("", parsing.place),
    "compare": Field(False, parsing.flag),
    **system_fields(""),
    **system_fields("_b", encoder="base"),
}
