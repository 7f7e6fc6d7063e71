"""What an analysis says, as plain values that the page and the report share: counts, scores, what became of a link."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.pages.errors import figures
from dashboard.pages.errors.choices import LETTERS, Filters
from dashboard.pages.errors.filtering import known_bins
from otcore.analysis.analyse import Analysis, cause_counts, languages_of
from otcore.analysis.bins import AER, DIMENSIONS, pair_bins
from otcore.analysis.classes import HIT, NAMES, fitting, outcome_of
from otcore.corpora.types import Link, SentencePair

SIGNS = {"hit": "●", "missed": "○", "false": "✕"}
NOT_DRAWN = "–"
_NONE = Filters()


def causes_figure(analysis: Analysis, side: int | None, chosen: Filters = _NONE, stamp: int = 0) -> go.Figure:
    """Wrong links by cause; what is filtered for is marked."""
    return figures.causes(counts_of(analysis), [one.name for one in analysis.systems], side, chosen.causes, stamp=stamp)


def languages_figure(analysis: Analysis, side: int, chosen: Filters = _NONE, stamp: int = 0) -> go.Figure:
    """Shares of wrong links by cause and language."""
    languages = np.array([languages_of(pair) for pair in analysis.pairs])
    codes = dict.fromkeys(languages.tolist())
    counts = [{code: cause_counts(one.table, (languages == code)[one.table.pair]) for code in codes} for one in analysis.systems]
    return figures.cause_by_language(counts, side, (chosen.causes, chosen.languages), stamp=stamp)


def aer_figure(analysis: Analysis, side: int, chosen: Filters = _NONE, stamp: int = 0) -> go.Figure:
    """How many pairs have which AER."""
    bin = dict(known_bins(chosen.bins)).get(AER, "")
    return figures.error_rates(pairs_by_aer(analysis), DIMENSIONS[AER].labels, side, bin, stamp=stamp)


def counts_of(analysis: Analysis) -> list[figures.Counts]:
    """Cause → outcome → links, a dictionary a system."""
    return [cause_counts(one.table) for one in analysis.systems]


def pairs_by_aer(analysis: Analysis) -> list[list[int]]:
    """Pairs in each bin of AER, a list a system."""
    bins = len(DIMENSIONS[AER].labels)
    return [np.bincount(pair_bins(analysis, k, AER), minlength=bins).tolist() for k in range(len(analysis.systems))]


def became(analysis: Analysis, system: int, place: int, link: Link) -> tuple[str, list[str]]:
    """What became of a link of a pair under a system: its outcome, "" where it was not drawn and gold does not ask for it, and the keys
    of the rules that fit where it is wrong."""
    context = analysis.context(system, place)
    if link not in context.predicted and link not in context.gold.sure:
        return "", []
    outcome = outcome_of(link, context)
    return outcome, [] if outcome == HIT else list(fitting(link, context))


def told(analysis: Analysis, place: int, link: Link) -> tuple[str, ...]:
    """For each system what became of a link: "○ missed: rare or unknown word", "● hit", "– not drawn"."""
    found = [became(analysis, system, place, link) for system in range(len(analysis.systems))]
    causes = (f": {NAMES[causes[0]]}" if causes else "" for _, causes in found)
    return tuple(f"{SIGNS[one]} {one}{cause}" if one else f"{NOT_DRAWN} not drawn" for (one, _), cause in zip(found, causes, strict=True))


def is_wrong(text: str) -> bool:
    """Whether what was told of a link is that it is missed or false."""
    return not text.startswith((SIGNS["hit"], NOT_DRAWN))


def links_there(analysis: Analysis, place: int) -> list[Link]:
    """The links of a pair that are sure in gold or drawn by either system."""
    drawn = (one.drawn.alignments[place].pairs for one in analysis.systems)
    return sorted(set(analysis.pairs[place].gold.sure).union(*drawn))


def words_of(pair: SentencePair, source: int | None, target: int | None) -> str:
    """ "house → Haus"; "" where a place is none of the pair."""
    if source is None or target is None or source >= len(pair.source.words) or target >= len(pair.target.words):
        return ""
    return f"{pair.source.words[source]} → {pair.target.words[target]}"


def lettered(values: Sequence) -> zip:
    """(letter, value) of what there is for each system."""
    return zip(LETTERS, values, strict=False)
