"""Filters and order: which links and which pairs of an analysis remain. Pure, over columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.pages.errors.selection import ErrorsView, Filters
from otcore.analysis.analyse import Analysis, languages_of
from otcore.analysis.bins import TAG, link_bins
from otcore.analysis.classes import CAUSES, OUTCOMES
from otcore.analysis.significance import CHANGES
from otcore.analysis.table import HIT_CODE


@dataclass(frozen=True)
class Remaining:
    """What the filters let through.

    rows  : (links,) bool over the shown system's links
    pairs : pairs that remain, in the order of the list
    links : how many links remain in them
    """

    rows: np.ndarray
    pairs: tuple[int, ...]
    links: int


def remaining(analysis: Analysis, view: ErrorsView, found: Sequence[bool] | None, noted: set[int] | None) -> Remaining:
    """Applies all filters at once: a pair remains where the pair's own filters let it through and at least one link passes all of
    the links' filters; without any of those every pair remains, also one that has no links.

    found: per pair, whether the search found it; noted: pairs with the wanted note; None where nothing of that is asked for
    """
    filters, system = view.filters, analysis.systems[view.side]
    pairs = _pair_mask(analysis, filters, found, noted)
    rows = link_mask(analysis, view.side, filters) & pairs[system.table.pair]
    if filters.outcomes or filters.causes or filters.changes or any(dimension != TAG for dimension, _ in filters.bins):
        pairs = pairs & (np.bincount(system.table.pair[rows], minlength=len(pairs)) > 0)
    order = ordered(analysis, view, rows)
    return Remaining(rows, tuple(int(place) for place in order if pairs[place]), int(rows.sum()))


def link_mask(analysis: Analysis, side: int, filters: Filters, *, without: str = "") -> np.ndarray:
    """(links,) which links pass the filters that are of links; `without` leaves one dimension's bins out."""
    system = analysis.systems[side]
    table, rows = system.table, np.ones(len(system.table), bool)
    for wanted, column, names in (
        (filters.outcomes, table.outcome, OUTCOMES), (filters.causes, table.cause, CAUSES), (filters.changes, system.change, CHANGES)
    ):  # fmt: skip
        if wanted:
            rows &= np.isin(column, [names.index(name) for name in wanted])
    for dimension, value in filters.bins:
        if dimension not in (TAG, without):
            rows &= link_bins(analysis, side, dimension) == int(value)
    return rows


def ordered(analysis: Analysis, view: ErrorsView, rows: np.ndarray) -> np.ndarray:
    """All pairs in the order of the list; pairs that are equal in it stay in the corpus's order."""
    shown = analysis.systems[view.side]
    wrong = np.bincount(shown.table.pair[rows & (shown.table.outcome != HIT_CODE)], minlength=len(analysis.pairs))
    change = analysis.systems[-1].aer - analysis.systems[0].aer
    keys = {
        "aer": lambda: -shown.aer, "improved": lambda: change, "harmed": lambda: -change, "errors": lambda: -wrong,
        "class": lambda: _first_causes(analysis, view, rows), "order": lambda: np.zeros(len(analysis.pairs)),
    }  # fmt: skip
    return np.lexsort((-wrong, keys[view.sort]())) if view.sort != "order" else np.arange(len(analysis.pairs))


def main_causes(analysis: Analysis, side: int, rows: np.ndarray | None = None) -> np.ndarray:
    """(pairs,) index into CAUSES of the commonest cause among a pair's wrong links; 0, correct, where nothing is wrong."""
    table = analysis.systems[side].table
    wrong = (table.outcome != HIT_CODE) if rows is None else rows & (table.outcome != HIT_CODE)
    grid = np.zeros((len(analysis.pairs), len(CAUSES)), np.int32)
    np.add.at(grid, (table.pair[wrong], table.cause[wrong]), 1)
    return grid.argmax(1)


def _first_causes(analysis: Analysis, view: ErrorsView, rows: np.ndarray) -> np.ndarray:
    causes = main_causes(analysis, view.side, rows)
    return np.where(causes == 0, len(CAUSES), causes)  # pairs without an error come last


def _pair_mask(analysis: Analysis, filters: Filters, found: Sequence[bool] | None, noted: set[int] | None) -> np.ndarray:
    mask = np.ones(len(analysis.pairs), bool) if found is None else np.array(found, bool)
    if noted is not None:
        mask &= np.isin(np.arange(len(mask)), list(noted))
    if filters.languages:
        mask &= np.array([languages_of(pair) in filters.languages for pair in analysis.pairs])
    for dimension, value in filters.bins:
        if dimension == TAG:
            mask &= np.array([value in pair.tags for pair in analysis.pairs])
    return mask
