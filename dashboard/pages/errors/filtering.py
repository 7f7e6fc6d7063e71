"""Filters and order: which links and which pairs of an analysis remain. Pure, over columns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dashboard.pages.errors.choices import ErrorsView, Filters
from otcore.analysis.analyse import Analysis, languages_of
from otcore.analysis.bins import DIMENSIONS, TAG, link_bins
from otcore.analysis.classes import CAUSES, OUTCOMES
from otcore.analysis.significance import CHANGES
from otcore.analysis.table import HIT_CODE


@dataclass(frozen=True)
class Remaining:
    """What the filters let through."""

    rows: np.ndarray  # (links,) bool over the shown system's links
    pairs: tuple[int, ...]  # pairs that remain, in the order of the list
    links: int  # how many links remain in them


def remaining(analysis: Analysis, view: ErrorsView, found: Sequence[bool] | None, noted: set[int] | None) -> Remaining:
    """Applies all filters at once: a pair remains where the pair's own filters let it through and at least one link passes all of
    the links' filters; without any of those every pair remains, also one that has no links.

    found: per pair, whether the search found it; noted: pairs with the wanted note; None where nothing of that is asked for
    """
    filters, system = view.filters, analysis.systems[view.side]
    if analysis.changes is None:  # one system changes nothing
        filters = replace(filters, changes=())
    pairs = _pair_mask(analysis, filters, found, noted)
    rows = link_mask(analysis, view.side, filters) & pairs[system.table.pair]
    if filters.outcomes or filters.causes or filters.changes or any(dimension != TAG for dimension, _ in known_bins(filters.bins)):
        pairs = pairs & (np.bincount(system.table.pair[rows], minlength=len(pairs)) > 0)
    order = ordered(analysis, view, rows)
    return Remaining(rows, tuple(int(place) for place in order if pairs[place]), int(rows.sum()))


def link_mask(analysis: Analysis, side: int, filters: Filters) -> np.ndarray:
    """(links,) which links pass the filters that are of links."""
    system = analysis.systems[side]
    table, rows = system.table, np.ones(len(system.table), bool)
    wanted = (filters.outcomes, table.outcome, OUTCOMES), (filters.causes, table.cause, CAUSES), (filters.changes, system.change, CHANGES)
    for chosen, column, names in wanted:
        if chosen:
            rows &= np.isin(column, [names.index(name) for name in chosen])
    for dimension, value in known_bins(filters.bins):
        if dimension != TAG:
            rows &= link_bins(analysis, side, dimension) == int(value)
    return rows


def known_bins(entries: Iterable[str]) -> list[tuple[str, str]]:
    """(dimension or "tag", bin or tag) of those entries "dimension:bin" that there are."""
    parts = [(dimension, value) for dimension, _, value in (entry.partition(":") for entry in entries)]
    labels = {key: one.labels for key, one in DIMENSIONS.items()}
    return [(key, value) for key, value in parts if key == TAG or (value.isdecimal() and int(value) < len(labels.get(key, ())))]


def bin_name(dimension: str, value: str) -> str:
    """ "word frequency 4–7", "tag compound"."""
    return f"tag {value}" if dimension == TAG else f"{DIMENSIONS[dimension].name} {DIMENSIONS[dimension].labels[int(value)]}"


def ordered(analysis: Analysis, view: ErrorsView, rows: np.ndarray) -> np.ndarray:
    """All pairs in the order of the list; pairs that are equal in it stay in the corpus's order."""
    if view.sort == "order":
        return np.arange(len(analysis.pairs))
    shown = analysis.systems[view.side]
    wrong = wrong_links(analysis, view.side, rows)
    change = analysis.systems[-1].aer - analysis.systems[0].aer
    causes = main_causes(analysis, view.side, rows)
    first_causes = np.where(causes == 0, len(CAUSES), causes)  # pairs without an error come last
    keys = {"aer": -shown.aer, "improved": change, "harmed": -change, "errors": -wrong, "class": first_causes}
    return np.lexsort((-wrong, keys[view.sort]))


def wrong_links(analysis: Analysis, side: int, rows: np.ndarray) -> np.ndarray:
    """(pairs,) how many of the rows are wrong links of each pair."""
    table = analysis.systems[side].table
    return np.bincount(table.pair[rows & (table.outcome != HIT_CODE)], minlength=len(analysis.pairs))


def main_causes(analysis: Analysis, side: int, rows: np.ndarray) -> np.ndarray:
    """(pairs,) index into CAUSES of the commonest cause among a pair's wrong links of the rows; 0, correct, where nothing is wrong."""
    table = analysis.systems[side].table
    wrong = rows & (table.outcome != HIT_CODE)
    grid = np.zeros((len(analysis.pairs), len(CAUSES)), np.int32)
    np.add.at(grid, (table.pair[wrong], table.cause[wrong]), 1)
    return grid.argmax(1)


def _pair_mask(analysis: Analysis, filters: Filters, found: Sequence[bool] | None, noted: set[int] | None) -> np.ndarray:
    mask = np.ones(len(analysis.pairs), bool) if found is None else np.array(found, bool)
    if noted is not None:
        mask &= np.isin(np.arange(len(mask)), list(noted))
    if filters.languages:
        mask &= np.array([languages_of(pair) in filters.languages for pair in analysis.pairs])
    for dimension, value in known_bins(filters.bins):
        if dimension == TAG:
            mask &= np.array([value in pair.tags for pair in analysis.pairs])
    return mask
