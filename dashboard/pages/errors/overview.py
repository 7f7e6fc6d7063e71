"""The upper half of the Errors page: numbers, figures whose bars filter, and what B fixed and broke."""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.kit import markup
from dashboard.pages.errors import card, figures, filtering
from dashboard.pages.errors import selection as errors_selection
from dashboard.pages.errors.choices import EXAMPLES, RATE_DIMENSIONS
from dashboard.pages.errors.selection import ErrorsView, Filters
from otcore.analysis.analyse import Analysis, cause_counts, languages_of
from otcore.analysis.bins import AER, DIMENSIONS, TAG, pair_bins, rates
from otcore.analysis.classes import NAMES, OUTCOMES, RULES
from otcore.analysis.sources import Corpus

_CHART = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "zoom", "pan"], "toImageButtonOptions": {"format": "svg"}}
_EXAMPLES = 40
_SHORT = {"frequency": "frequency", "pieces": "subwords", "distance": "distance", "length": "length", TAG: "tag"}
_OUTCOME_HELP = {
    "hit": "drawn, and at least possible in gold", "missed": "sure in gold and not drawn", "false": "drawn, and not even possible in gold"
}  # fmt: skip


def numbers(analysis: Analysis) -> None:
    """The systems' scores, and what changed between them."""
    for letter, one in zip("AB", analysis.systems, strict=False):
        outcomes = np.bincount(one.table.outcome, minlength=3)
        total = one.total
        st.html(
            f"<b>{letter}: {markup.escape_html(one.name)}</b>, layer {one.drawn.layer}"
            + markup.numbers(
                [
                    ("AER", f"{total.aer:.3f}", "alignment error rate over all pairs: 0 is perfect"),
                    ("precision", f"{total.precision:.3f}", "share of the drawn links that are at least possible in gold"),
                    ("recall", f"{total.recall:.3f}", "share of the sure gold links that were drawn"),
                    ("links", f"{len(one.table):,}", "all links there are: drawn ones, and sure gold links that were not drawn"),
                    *((name, f"{count:,}", _OUTCOME_HELP[name]) for name, count in zip(OUTCOMES, outcomes, strict=True)),
                ]
            )
        )
    if analysis.changes:
        _change_numbers(analysis)


def figures_of(analysis: Analysis, view: ErrorsView) -> None:
    """Causes, causes by language, AER of pairs, and errors by what words are like. A click on a bar or cell filters the list."""
    stamp, chosen = state.stamp(), view.filters
    counts = [cause_counts(one.table) for one in analysis.systems]
    names = [one.name for one in analysis.systems]
    left, right = st.columns(2, gap="medium")
    with left:
        figure = figures.causes(counts, names, view.side, chosen.causes, stamp=stamp)
        _chart(figure, "er_chart_causes", _spoken_causes(counts, view.side))
        st.caption("Each wrong link has one cause, by the rules at the end of this page. Click a bar to filter the list below.")
    with right:
        languages = np.array([languages_of(pair) for pair in analysis.pairs])
        by_language = [
            {code: cause_counts(one.table, (languages == code)[one.table.pair]) for code in dict.fromkeys(languages.tolist())}
            for one in analysis.systems
        ]
        figure = figures.cause_by_language(by_language, view.side, (chosen.causes, chosen.languages), stamp=stamp)
        _chart(figure, "er_chart_languages", "Share of all links that are wrong, a row a cause, a column a language and system.")
        st.caption("Bright is often. Each cell is a share of all the language's links under that system; click one to filter.")
    left, right = st.columns(2, gap="medium")
    with left:
        dimension = DIMENSIONS[AER]
        pairs = [
            np.bincount(pair_bins(analysis, system, AER), minlength=len(dimension.labels)).tolist()
            for system in range(len(analysis.systems))
        ]
        figure = figures.error_rates(pairs, dimension.labels, view.side, dict(chosen.bins).get(AER, ""), stamp=stamp)
        _chart(figure, "er_chart_aer", f"Pairs by AER under {view.letter}: " + _listed(dimension.labels, pairs[view.side]))
        st.caption("Bars to the left are good. Click one to see its pairs.")
    with right:
        _rates(analysis, view, stamp)


def examples(analysis: Analysis, corpus: Corpus, view: ErrorsView) -> None:
    """Links that B fixed, broke, left wrong and left right; and the pairs that gained and lost most."""
    st.subheader("What B changed", anchor=False)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.segmented_control(
            "Links", EXAMPLES, key="er_show", required=True, format_func=lambda name: f"{name} {analysis.changes.counts[name]:,}"
        )
        table, places = _example_table(analysis, corpus, state.get("er_show"))
        name, column = f"er_examples_{state.stamp()}", st.column_config
        st.dataframe(
            table, hide_index=True, height=min(36 * (len(table) + 1) + 2, 290), key=name, selection_mode="single-row",
            on_select=lambda: errors_selection.take_link(name, places), alt="Examples of links that changed between the systems",
            column_config={
                "pair": column.TextColumn(width=74), "source": column.TextColumn(width=84), "target": column.TextColumn(width=84),
                "A": column.TextColumn(width=170), "B": column.TextColumn(width=150),
            },
        )  # fmt: skip
        st.caption("Wrong: drawn though not in gold, or sure in gold and not drawn. Tick a row to open its pair.")
    with right:
        change = analysis.systems[1].aer - analysis.systems[0].aer
        for title, order, sign in (
            ("Most improved", np.argsort(change, kind="stable"), -1),
            ("Most harmed", np.argsort(-change, kind="stable"), 1),
        ):
            chosen = [int(place) for place in order[:5] if change[place] * sign > 0]
            st.markdown(f"**{title}**")
            if not chosen:
                st.caption("No pair.")
                continue
            key, keys = f"er_{title[5:]}_{state.stamp()}", [corpus.keys[place] for place in chosen]
            st.dataframe(
                pd.DataFrame({
                    "pair": keys, "AER A → B": [f"{analysis.systems[0].aer[p]:.2f} → {analysis.systems[1].aer[p]:.2f}" for p in chosen],
                    "source": [" ".join(corpus.pairs[p].source.words) for p in chosen],
                }),
                hide_index=True, key=key, selection_mode="single-row", alt=f"{title} sentence pairs",
                on_select=lambda key=key, keys=keys: errors_selection.take_pair(key, keys),
            )  # fmt: skip


def _change_numbers(analysis: Analysis) -> None:
    found = analysis.changes
    p = "< 1e-300" if found.links.exact == 0 else f"{found.links.exact:.2g}"
    st.html(
        "<b>A → B</b>, link by link"
        + markup.numbers(
            [
                ("fixed", f"{found.counts['fixed']:,}", "links wrong under A and right under B"),
                ("broken", f"{found.counts['broken']:,}", "links right under A and wrong under B"),
                ("wrong in both", f"{found.counts['wrong in both']:,}", "links wrong under A and under B"),
                ("McNemar p", p, f"exact, two-sided, fixed against broken; χ² {found.links.statistic:.1f}, p {found.links.asymptotic:.2g}"),
                ("pairs improved", f"{found.improved:,}", "sentence pairs whose AER fell"),
                ("pairs harmed", f"{found.harmed:,}", f"sentence pairs whose AER rose; {found.same} stayed"),
                (
                    "sign test p",
                    f"{found.sentences:.2g}",
                    "improved against harmed pairs; links of a sentence lean on each other, pairs do not",
                ),
            ]
        )
    )


def _rates(analysis: Analysis, view: ErrorsView, stamp: int) -> None:
    tagged = any(pair.tags for pair in analysis.pairs)
    keys = [key for key in RATE_DIMENSIONS if key != TAG or tagged]
    if state.get("er_by") not in keys:
        state.put(er_by=keys[0])
    st.segmented_control(
        "Errors by", keys, key="er_by", required=True, label_visibility="collapsed",
        format_func=_SHORT.get,
    )  # fmt: skip
    key = state.get("er_by")
    rows = filtering.remaining(analysis, replace(view, filters=Filters(languages=view.filters.languages)), None, None).rows
    found = rates(analysis, view.side, key, rows)
    name, unit = ("tag of the collection", "tag of the sentence") if key == TAG else (DIMENSIONS[key].name, DIMENSIONS[key].unit)
    figure = figures.rate_bars(
        found, key, f"{view.letter}: links wrong, by {name}", unit, view.letter, dict(view.filters.bins).get(key, ""), stamp=stamp
    )
    spoken = "; ".join(f"{rate.label}: {rate.wrong:.0%} of {rate.links}" for rate in found)
    _chart(figure, f"er_chart_{key}", f"Share of links wrong by {name}. {spoken}.")
    st.caption("Share of the bin's links; the hover says how many there are. Click a bar to see them.")


def _example_table(analysis: Analysis, corpus: Corpus, kind: str) -> tuple[pd.DataFrame, list[tuple[str, int, int]]]:
    found = analysis.changes
    masks = {
        "fixed": found.before & ~found.after, "broken": ~found.before & found.after, "wrong in both": found.before & found.after,
        "right in both": ~found.before & ~found.after,
    }  # fmt: skip
    rows = np.flatnonzero(masks[kind])
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), _EXAMPLES)).astype(int)] if len(rows) else rows
    places = [(corpus.keys[found.pair[row]], int(found.source[row]), int(found.target[row])) for row in rows]
    told = [card.told(analysis, int(found.pair[row]), (int(found.source[row]), int(found.target[row]))) for row in rows]
    table = pd.DataFrame(
        {
            "pair": [place[0] for place in places],
            "source": [corpus.pairs[found.pair[row]].source.words[found.source[row]] for row in rows],
            "target": [corpus.pairs[found.pair[row]].target.words[found.target[row]] for row in rows],
            "A": [entry[0] for entry in told],
            "B": [entry[1] for entry in told],
        }
    )
    return table, places


def _chart(figure, key: str, alt: str) -> None:
    st.plotly_chart(figure, key=key, on_select=lambda: errors_selection.take_bar(key), selection_mode="points", config=_CHART, alt=alt)


def _spoken_causes(counts: list, side: int) -> str:
    found = sorted(((NAMES[rule.key], counts[side][rule.key]) for rule in RULES), key=lambda entry: -sum(entry[1].values()))
    return "Wrong links by cause: " + "; ".join(f"{name} {count['missed']} missed, {count['false']} false" for name, count in found) + "."


def _listed(labels, values) -> str:
    return ", ".join(f"{value} at {label}" for label, value in zip(labels, values, strict=True)) + "."
