"""The choices of the Errors page: what is analysed, the two systems, the filters, the open pair."""

from dataclasses import dataclass

from dashboard.kit.marks import PLACE, Mark, mark_of
from dashboard.state import Choices, System
from otcore.analysis.classes import NAMES, OUTCOMES, RULES
from otcore.analysis.significance import CHANGES, KINDS
from otcore.analysis.sources import BUNDLED, SPLITS, FileFormat
from otcore.base.choices import Flag, OneOf, Several, Text, Values, choice, nested
from otcore.text.languages import LANGUAGES

OWN_FILES = "own"
LETTERS = ("A", "B")
MOST_REPORTED = 30  # pairs in one report
BY = {"frequency": "frequency", "pieces": "subwords", "distance": "distance", "length": "length", "tag": "tag"}
COMPARED_SORTS = {"improved": "most improved", "harmed": "most harmed"}  # there are two systems
SORTS = {"aer": "highest AER", **COMPARED_SORTS, "errors": "most wrong links", "class": "main cause", "order": "corpus order"}
OVERVIEW, CHANGED, PAIRS, REPORT = "overview", "changed", "pairs", "report"
PARTS = {OVERVIEW: "Overview", CHANGED: "What B changed", PAIRS: "Sentence pairs", REPORT: "Report, notes, rules"}
FILTERS = "filters"  # the place of what narrows the list
_SOURCES = {BUNDLED: "Bundled collection", OWN_FILES: "Own files"}
_TARGETS = {code: entry.name for code, entry in LANGUAGES.items() if code != "en"}
_SEARCH_HELP = "In either sentence, case ignored, words divided by one space: \\bnot\\b, ^The, colou?r, \\p{Lu}{3}."
_SPLIT_HELP = "Test: no bundled edition was trained or tuned on them. Dev: settings were chosen on them."
_GOLD_HELP = "Judge against the gold links as people corrected them in the notes; the original stays as it is."


def _some(label: str, key: str, options: dict[str, str] | tuple[str, ...] | None, most: int = 0):
    """None, one or several of these names; with a label it is a filter."""
    return choice([], Several(most or len(options), options, least=0), label, key=key, place=FILTERS if label else "")


def _bundled(values: Values) -> bool:
    return values["data"] == BUNDLED


@dataclass(frozen=True)
class Filters:
    """Which links are wanted, and which pairs; empty lets all through. `bins` are "dimension:bin" or "tag:name": links must fall in all."""

    outcomes: tuple[str, ...] = _some("Outcome", "er_outcomes", OUTCOMES)
    causes: tuple[str, ...] = _some("Cause", "er_causes", {rule.key: NAMES[rule.key] for rule in RULES})
    languages: tuple[str, ...] = _some("Language", "er_langs", None, len(LANGUAGES))
    changes: tuple[str, ...] = _some("A → B", "er_change", CHANGES)
    bins: tuple[str, ...] = _some("", "er_bins", None, len(BY) + 1)
    note: str = choice("", Text(300), "Note's tag", key="er_note", place=FILTERS)
    search: str = choice("", Text(300), "Search", _SEARCH_HELP, key="er_find", place=FILTERS)


@dataclass(frozen=True)
class ErrorsView:
    """One view of the Errors page, complete. What is analysed is as in otcore.analysis.sources; `shape` is how the next own files are
    to be read, `pair` the key of the open pair ("" for the first), `mark` what is marked in it, `kept` the pairs of the report."""

    data: str = choice(BUNDLED, OneOf(_SOURCES, style="row"), "Text", key="er_data")
    over: tuple[str, ...] = choice(["de"], Several(len(LANGUAGES), _TARGETS), "From English to", key="er_over", when=_bundled)
    split: str = choice("test", OneOf(SPLITS), "Sentences", _SPLIT_HELP, key="er_split", when=_bundled)
    files: str = choice("", Text(40), key="er_files")
    shape: FileFormat = nested(FileFormat, prefix="er_")
    corrected: bool = choice(False, Flag(), "Corrected gold", _GOLD_HELP, key="er_fixed")
    two: bool = choice(True, Flag(), "Compare with a second system", "What B fixed and what it broke of A's links.", key="er_two")
    about: str = choice("B", OneOf(LETTERS, style="row"), "About", "Whose links are filtered and shown.", key="er_side")
    filters: Filters = nested(Filters)
    sort: str = choice("aer", OneOf(SORTS), "Order", key="er_sort", place=FILTERS)
    by: str = choice("frequency", OneOf(BY, style="row"), "Errors by", key="er_by")
    part: str = choice(OVERVIEW, OneOf(PARTS, style="row"), "Part of the page", key="er_part")
    show: str = choice("fixed", OneOf(tuple(KINDS), style="row"), "Links", key="er_show")
    pair: str = choice("", Text(80), key="er_pair")
    mark: str = choice("", PLACE, key="er_mark")
    kept: tuple[str, ...] = _some("", "er_kept", None, MOST_REPORTED)
    first: System = nested(System, suffix="_ea", encoder="base")
    second: System = nested(System, suffix="_eb", encoder="aligned")

    @property
    def systems(self) -> tuple[System, ...]:
        """A, or A and B."""
        return (self.first, self.second) if self.two else (self.first,)

    @property
    def side(self) -> int:
        """Which of the systems figures and filters are about."""
        return min(LETTERS.index(self.about), len(self.systems) - 1)

    @property
    def letter(self) -> str:
        return LETTERS[self.side]

    @property
    def marked(self) -> Mark:
        return mark_of(self.mark)


CHOICES = Choices(ErrorsView)
