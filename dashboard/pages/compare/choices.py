"""The choices of the Compare page: encoders, languages, figures."""

from dashboard.state import parsing
from dashboard.state.parsing import LAYER_DEFAULT, Field
from otcore.evaluation.measures import MEASURES
from otcore.text.languages import LANGUAGES

MOST_COMPARED = 6  # encoders in one comparison: as many as a figure can hold apart

FIELDS = {
    "compared": Field(["base", "aligned"], parsing.list_of(MOST_COMPARED)),
    "over": Field(["de", "fr", "es"], parsing.list_of(len(LANGUAGES), *(code for code in LANGUAGES if code != "en"))),
    "at": Field(LAYER_DEFAULT, parsing.number(LAYER_DEFAULT, 1000, int)),
    "shown": Field([name for name, one in MEASURES.items() if one.first], parsing.list_of(len(MEASURES), *MEASURES)),
    "after": Field("", parsing.at_most(200)),
}
