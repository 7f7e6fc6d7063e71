"""The parts of the Errors page put together: the job at work, then overview, filters, list, card, notes, report and rules."""

from collections import Counter

import pandas as pd
import streamlit as st

from dashboard.kit import noticed, waiting
from dashboard.kit.explain import explain
from dashboard.pages.errors import cache, card, clicks, controls, filtering, findings, notes_panel, overview, report
from dashboard.pages.errors.choices import CHANGED, CHOICES, OVERVIEW, PAIRS, ErrorsView
from dashboard.pages.errors.filtering import Remaining
from otcore.analysis.analyse import Analysis
from otcore.analysis.classes import CAUSES, NAMES, RULES
from otcore.analysis.sources import Corpus
from otcore.base.errors import InputError
from otcore.base.notices import Notice
from otcore.notes.store import Note

_REMEDIES = {
    "gold": "if it does, set “Gold counts words from” to 1 and give the files again",
    "raw": "split it at spaces, since gold links count words",
}
_LISTED = 1_000  # pairs that the list shows; filters reach the others


def page() -> None:
    """Everything below the controls."""
    view = CHOICES.current()
    corpus = cache.corpus_of(view)
    noticed.tell(corpus.notes, _REMEDIES)
    waiting.show(cache.analysis_of(view, corpus), lambda analysis: result(analysis, corpus, view), name="analysis")


def result(analysis: Analysis, corpus: Corpus, view: ErrorsView) -> None:
    """A finished analysis: what of it passes the filters, and one part of the page."""
    controls.settle(analysis)
    view, notes, left = CHOICES.current(), cache.notes().notes(corpus.key), None
    noticed.tell(Notice(f"{one.name}: {one.drawn.unread}") for one in analysis.systems if one.drawn.unread)
    overview.numbers(analysis)
    part = controls.part(analysis)
    try:
        left = _left(analysis, corpus, view, notes)
    except InputError as error:  # a bad search; the rest of the page stays
        explain(error)
    else:
        links = f"{left.links:,} of {len(analysis.systems[view.side].table):,} links of {view.letter} remain."
        told = "Links are those that were drawn, and the sure gold ones that were not."
        st.markdown(f"**{len(left.pairs):,} of {len(analysis.pairs):,} pairs**, {links}", help=told)
    controls.chosen_bins(part)
    if part == OVERVIEW:
        overview.figures_of(analysis, view)
    elif part == CHANGED:
        overview.examples(analysis, corpus, view)
    elif part == PAIRS:
        controls.filters(analysis, notes)
        if left:
            _pairs(analysis, corpus, view, left, notes)
    else:
        if left:
            report.files(analysis, corpus, view, left, notes)
        notes_panel.all_notes(corpus, notes)
        _rules()


def _left(analysis: Analysis, corpus: Corpus, view: ErrorsView, notes: list[Note]) -> Remaining:
    """What the filters let through; raises InputError for a bad search."""
    found = cache.found_by(view, corpus) if view.filters.search else None
    wanted = {note.pair for note in notes if note.tag == view.filters.note}
    noted = {place for place, key in enumerate(corpus.keys) if key in wanted} if view.filters.note else None
    return filtering.remaining(analysis, view, found, noted)


def _pairs(analysis: Analysis, corpus: Corpus, view: ErrorsView, left: Remaining, notes: list[Note]) -> None:
    """The list of what remains, and the card of one pair."""
    if left.pairs:
        if len(left.pairs) > _LISTED:
            st.caption(f"The list shows the first {_LISTED:,}.")
        _listing(analysis, corpus, view, left, notes)
    else:
        st.info("No pair passes all of the filters; take one away.")
    if view.pair in corpus.keys or left.pairs:
        place = corpus.keys.index(view.pair) if view.pair in corpus.keys else left.pairs[0]
        card.show(analysis, corpus, view, left, place)


def _listing(analysis: Analysis, corpus: Corpus, view: ErrorsView, left: Remaining, notes: list[Note]) -> None:
    """The pairs that remain, one a row; a ticked row opens its card."""
    shown, noted = list(left.pairs[:_LISTED]), Counter(note.pair for note in notes)
    keys, pairs = [corpus.keys[place] for place in shown], [analysis.pairs[place] for place in shown]
    wrong = filtering.wrong_links(analysis, view.side, left.rows)[shown]
    main = filtering.main_causes(analysis, view.side, left.rows)[shown]
    columns = {"pair": keys} | {f"AER {letter}": one.aer[shown] for letter, one in findings.lettered(analysis.systems)}
    causes = [NAMES[CAUSES[cause]] if cause else "" for cause in main]  # 0 is "correct"
    columns |= {"wrong": wrong, "main cause": causes, "notes": [noted[key] for key in keys]}
    columns |= {side: [" ".join(getattr(pair, side).words) for pair in pairs] for side in ("source", "target")}
    number = st.column_config.NumberColumn
    config = {"pair": 80, "main cause": 190, "notes": 60, "source": 330, "target": 330}
    config |= {f"AER {letter}": number(format="%.2f", width=64) for letter, _ in findings.lettered(analysis.systems)}
    config["wrong"] = number(width=60, help=f"links of {view.letter} that are wrong and pass the filters")
    clicks.table(pd.DataFrame(columns), "er_list", clicks.opening(keys), "Sentence pairs that pass the filters", config, most=330)


def _rules() -> None:
    """The rule book."""
    with st.expander("How links are judged: the rules, in their order", expanded=True):
        st.markdown(
            "A link that was drawn is a **hit** where gold holds it at least possible, else **false**; a sure gold link that was not drawn "
            "is **missed**. The first rule that fits a missed or false link is its cause, so every link counts once."
        )
        rows = [{"": k, "cause": rule.name, "of": ", ".join(rule.outcomes), "when": rule.text} for k, rule in enumerate(RULES, 1)]
        widths = {name: st.column_config.TextColumn(width=width) for name, width in (("when", 760), ("cause", 200))}
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt="The rules, in their order", row_height=72, column_config=widths)
