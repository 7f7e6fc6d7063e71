"""The choices of the Search page: the query, the text that is searched, two encoders, how the results stand."""

from dashboard.state import parsing
from dashboard.state.parsing import Field
from otcore.text.languages import LANGUAGES

BUNDLED, OWN = "bundled", "own"
ORDERS = ("language", "together")
MOST_SHOWN = 20
LONGEST_QUERY = 400  # characters

FIELDS = {
    "se_query": Field("keys and locks", parsing.at_most(LONGEST_QUERY)),
    "se_from": Field("en", parsing.one_of(*LANGUAGES)),
    "se_in": Field([], lambda text: parsing.list_of(40)(text) if text else []),
    "se_a": Field("base", parsing.nonempty),
    "se_b": Field("aligned", parsing.nonempty),
    "se_top": Field(3, parsing.number(1, MOST_SHOWN, int)),
    "se_order": Field("language", parsing.one_of(*ORDERS)),
    "se_text": Field(BUNDLED, parsing.one_of(BUNDLED, OWN)),
    "se_files": Field("", parsing.at_most(40)),
}
