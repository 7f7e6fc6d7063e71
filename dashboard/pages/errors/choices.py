"""The choices of the Errors page: what is analysed, the two systems, the filters, the open pair."""

from dashboard.state import parsing
from dashboard.state.parsing import Field, system_fields
from otcore.analysis.bins import AER, DIMENSIONS, TAG
from otcore.analysis.classes import OUTCOMES, RULES
from otcore.analysis.significance import CHANGES
from otcore.analysis.sources import BUNDLED, FORMATS, SPLITS
from otcore.text.languages import LANGUAGES

OWN_FILES = "own"
LETTERS = ("A", "B")
RATE_DIMENSIONS = (*(key for key in DIMENSIONS if key != AER), TAG)
SORTS = ("aer", "improved", "harmed", "errors", "class", "order")
EXAMPLES = ("fixed", "broken", "wrong in both", "right in both")
MOST_REPORTED = 30  # pairs in one report
_ANY = parsing.at_most(300)


def _some(*choices: str):
    """Names divided by commas, none of them needed."""
    parse = parsing.list_of(len(choices), *choices)
    return lambda text: parse(text) if text else []


FIELDS = {
    "er_data": Field(BUNDLED, parsing.one_of(BUNDLED, OWN_FILES)),
    "er_over": Field(["de"], parsing.list_of(len(LANGUAGES), *(code for code in LANGUAGES if code != "en"))),
    "er_split": Field("test", parsing.one_of(*SPLITS)),
    "er_files": Field("", parsing.at_most(40)),
    "er_format": Field("bitext", parsing.one_of(*FORMATS)),
    "er_from": Field("en", parsing.at_most(20)),
    "er_to": Field("de", parsing.at_most(20)),
    "er_base": Field(0, parsing.number(0, 1, int)),
    "er_two": Field(True, parsing.flag),
    "er_fixed": Field(False, parsing.flag),
    "er_side": Field("B", parsing.one_of(*LETTERS)),
    "er_outcomes": Field([], _some(*OUTCOMES)),
    "er_causes": Field([], _some(*(rule.key for rule in RULES))),
    "er_langs": Field([], lambda text: parsing.list_of(len(LANGUAGES))(text) if text else []),
    "er_change": Field([], _some(*CHANGES)),
    "er_bins": Field([], lambda text: parsing.list_of(len(DIMENSIONS) + 1)(text) if text else []),
    "er_note": Field("", _ANY),
    "er_find": Field("", _ANY),
    "er_sort": Field("aer", parsing.one_of(*SORTS)),
    "er_by": Field("frequency", parsing.one_of(*RATE_DIMENSIONS)),
    "er_show": Field("fixed", parsing.one_of(*EXAMPLES)),
    "er_pair": Field("", parsing.at_most(80)),
    "er_mark": Field("", parsing.place),
    "er_kept": Field([], lambda text: parsing.list_of(MOST_REPORTED)(text) if text else []),
    **system_fields("_ea", encoder="base"),
    **system_fields("_eb", encoder="aligned"),
}
