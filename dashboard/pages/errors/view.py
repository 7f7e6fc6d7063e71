"""The parts of the Errors page put together: the job at work, then overview, filters, list, card, notes, report and rules."""

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.kit import markup, waiting
from dashboard.pages.errors import cache, card, controls, filtering, notes_panel, overview, report
from dashboard.pages.errors import selection as errors_selection
from dashboard.pages.errors.filtering import Remaining
from dashboard.pages.errors.selection import ErrorsView
from otcore.analysis.analyse import Analysis
from otcore.analysis.classes import CAUSES, NAMES, RULES
from otcore.analysis.sources import Corpus
from otcore.analysis.table import HIT_CODE
from otcore.base.errors import InputError
from otcore.notes.store import Note

_LISTED = 1_000  # pairs that the list shows; filters reach the others


def page() -> None:
    """Everything below the controls."""
    view = errors_selection.current()
    corpus = cache.corpus_of(view)
    found = cache.analysis_of(view, corpus)
    waiting.show(found, lambda analysis: result(analysis, corpus, view), name="analysis")


def result(analysis: Analysis, corpus: Corpus, view: ErrorsView) -> None:
    """A finished analysis."""
    overview.numbers(analysis)
    overview.figures_of(analysis, view)
    if analysis.changes:
        overview.examples(analysis, corpus, view)
    notes = cache.notes().notes(corpus.key)
    st.subheader("Sentence pairs", anchor=False)
    controls.filters(analysis, notes)
    controls.chosen_bins()
    view = errors_selection.current()
    left = _remaining(analysis, corpus, view, notes)
    if left is not None:
        _count(analysis, view, left)
        place = _open_place(corpus, view, left)
        if left.pairs:
            listing(analysis, corpus, view, left, notes)
        if place is not None:
            card.show(analysis, corpus, view, left, place)
        notes_panel.all_notes(corpus, notes)
        report.files(analysis, corpus, view, left, notes)
    rules()


def listing(analysis: Analysis, corpus: Corpus, view: ErrorsView, left: Remaining, notes: list[Note]) -> None:
    """The pairs that remain, one a row; a ticked row opens its card."""
    shown = left.pairs[:_LISTED]
    noted: dict[str, int] = {}
    for note in notes:
        noted[note.pair] = noted.get(note.pair, 0) + 1
    one = analysis.systems[view.side]
    wrong = np.bincount(one.table.pair[left.rows & (one.table.outcome != HIT_CODE)], minlength=len(analysis.pairs))
    main = filtering.main_causes(analysis, view.side, left.rows)
    columns = {"pair": [corpus.keys[place] for place in shown]}
    for letter, system in zip("AB", analysis.systems, strict=False):
        columns[f"AER {letter}"] = [float(system.aer[place]) for place in shown]
    columns |= {
        "wrong": [int(wrong[place]) for place in shown],
        "main cause": [NAMES[CAUSES[main[place]]] if wrong[place] else "" for place in shown],
        "notes": [noted.get(corpus.keys[place], 0) for place in shown],
        "source": [" ".join(analysis.pairs[place].source.words) for place in shown],
        "target": [" ".join(analysis.pairs[place].target.words) for place in shown],
    }
    key, column = f"er_list_{state.stamp()}", st.column_config
    st.dataframe(
        pd.DataFrame(columns), hide_index=True, height=min(36 * (len(shown) + 1) + 2, 330), key=key, selection_mode="single-row",
        on_select=lambda: errors_selection.take_pair(key, columns["pair"]), alt="Sentence pairs that pass the filters",
        column_config={
            "pair": column.TextColumn(width=80), "AER A": column.NumberColumn(format="%.2f", width=64),
            "AER B": column.NumberColumn(format="%.2f", width=64), "main cause": column.TextColumn(width=190),
            "wrong": column.NumberColumn(width=60, help=f"links of {view.letter} that are wrong and pass the filters"),
            "notes": column.NumberColumn(width=60), "source": column.TextColumn(width=330), "target": column.TextColumn(width=330),
        },
    )  # fmt: skip


def rules() -> None:
    """The rule book."""
    with st.expander("How links are judged: the rules, in their order"):
        st.markdown(
            "A link that was drawn is a **hit** where gold holds it at least possible, else **false**; a sure gold link that was not drawn "
            "is **missed**. The first rule that fits a missed or false link is its cause, so every link counts once."
        )
        st.dataframe(
            pd.DataFrame(
                [{"": k, "cause": rule.name, "of": ", ".join(rule.outcomes), "when": rule.text} for k, rule in enumerate(RULES, 1)]
            ),
            hide_index=True, alt="The rules, in their order", row_height=72,
            column_config={"when": st.column_config.TextColumn(width=760), "cause": st.column_config.TextColumn(width=200)},
        )  # fmt: skip


def _remaining(analysis: Analysis, corpus: Corpus, view: ErrorsView, notes: list[Note]) -> Remaining | None:
    """What the filters let through; None where the search is told to be bad."""
    try:
        found = cache.found_by(view, corpus, view.filters.search) if view.filters.search else None
    except InputError as error:
        st.error(markup.escape_markdown(str(error)))
        return None
    wanted = {note.pair for note in notes if note.tag == view.filters.note}
    noted = {place for place, key in enumerate(corpus.keys) if key in wanted} if view.filters.note else None
    return filtering.remaining(analysis, view, found, noted)


def _count(analysis: Analysis, view: ErrorsView, left: Remaining) -> None:
    total = len(analysis.pairs)
    more = f" The list shows the first {_LISTED:,}." if len(left.pairs) > _LISTED else ""
    st.markdown(
        f"**{len(left.pairs):,} of {total:,} pairs**, {left.links:,} of {len(analysis.systems[view.side].table):,} links of "
        f"{view.letter} remain.{more}"
    )
    if not left.pairs:
        st.info("No pair passes all of the filters; take one away.")


def _open_place(corpus: Corpus, view: ErrorsView, left: Remaining) -> int | None:
    """Which pair's card is shown: the chosen one, else the first of the list."""
    if view.pair in corpus.keys:
        return corpus.keys.index(view.pair)
    return left.pairs[0] if left.pairs else None
