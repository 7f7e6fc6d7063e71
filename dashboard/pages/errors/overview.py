"""The upper half of the Errors page: numbers, figures whose bars filter, and what B fixed and broke."""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.kit import markup, widgets
from dashboard.pages.errors import clicks, figures, findings
from dashboard.pages.errors.choices import BY, CHOICES, ErrorsView, Filters
from dashboard.pages.errors.filtering import known_bins, remaining
from otcore.analysis.analyse import Analysis, commonest, outcome_counts
from otcore.analysis.bins import AER, DIMENSIONS, TAG, rates
from otcore.analysis.classes import NAMES
from otcore.analysis.sources import Corpus

_EXAMPLES = 40
_OUTCOME_HELP = "drawn, and at least possible in gold", "sure in gold and not drawn", "drawn, and not even possible in gold"


def numbers(analysis: Analysis) -> None:
    """The systems' scores, and what changed between them."""
    for letter, one in findings.lettered(analysis.systems):
        total, outcomes = one.total, outcome_counts(one.table)
        entries = [
            ("AER", f"{total.aer:.3f}", "alignment error rate over all pairs: 0 is perfect"),
            ("precision", f"{total.precision:.3f}", "share of the drawn links that are at least possible in gold"),
            ("recall", f"{total.recall:.3f}", "share of the sure gold links that were drawn"),
            ("judged links", f"{len(one.table):,}", "all that were drawn, and sure gold links that were not: hits, missed and false ones"),
            *((name, f"{count:,}", told) for (name, count), told in zip(outcomes.items(), _OUTCOME_HELP, strict=True)),
        ]
        st.html(f"<b>{letter}: {markup.escape_html(one.name)}</b>, layer {one.drawn.layer}" + markup.numbers(entries))
    if analysis.changes:
        _change_numbers(analysis)


def figures_of(analysis: Analysis, view: ErrorsView) -> None:
    """Causes, causes by language, AER of pairs, and errors by what words are like. A click on a bar or cell filters the list."""
    seen = analysis, view.side, view.filters, state.stamp()
    left, right = st.columns(2, gap="medium")
    with left:
        reading = "Each wrong link has one cause, by the rules in the last part. Click a bar to filter pairs and links."
        counts = findings.counts_of(analysis)[view.side]
        spoken = (f"{NAMES[key]} {counts[key]['missed']} missed, {counts[key]['false']} false" for key in commonest(counts))
        clicks.chart(findings.causes_figure(*seen), "er_chart_causes", f"Wrong links by cause: {'; '.join(spoken)}.", reading)
    with right:
        reading = "Bright means frequent. Each cell is a share of all the language's judged links under that system; click one to filter."
        spoken = "Share of all judged links that are wrong, a row a cause, a column a language and system."
        clicks.chart(findings.languages_figure(*seen), "er_chart_languages", spoken, reading)
    left, right = st.columns(2, gap="medium")
    with left:
        counts = zip(DIMENSIONS[AER].labels, findings.pairs_by_aer(analysis)[view.side], strict=True)
        spoken = f"Pairs by AER under {view.letter}: {', '.join(f'{count} at {label}' for label, count in counts)}."
        clicks.chart(findings.aer_figure(*seen), "er_chart_aer", spoken, "Bars to the left are good. Click one to see its pairs.")
    with right:
        _rates(analysis, view)


def examples(analysis: Analysis, corpus: Corpus, view: ErrorsView) -> None:
    """Links that B fixed, broke, left wrong and left right; and the pairs that gained and lost most."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        widgets.draw(CHOICES, "show", format_func=lambda name: f"{name} {analysis.changes.counts[name]:,}")
        rows, marks = _example_links(analysis, corpus, state.get("er_show"))
        widths = {"pair": 74, "source": 84, "target": 84, "A": 170, "B": 150}
        alt = "Examples of links that changed between the systems"
        clicks.table(rows, "er_examples", clicks.opening(list(rows["pair"]), marks), alt, widths, most=290)
        st.caption("Wrong: drawn though not in gold, or sure in gold and not drawn. Tick a row to open its pair.")
    with right:
        before, after = (one.aer for one in analysis.systems)
        for how, rise in (("improved", before - after), ("harmed", after - before)):
            places = [place for place in np.argsort(-rise, kind="stable")[:5] if rise[place] > 0]
            rows = [(corpus.keys[k], f"{before[k]:.2f} → {after[k]:.2f}", " ".join(corpus.pairs[k].source.words)) for k in places]
            st.markdown(f"**Most {how}**")
            if rows:
                rows = pd.DataFrame(rows, columns=["pair", "AER A → B", "source"])
                clicks.table(rows, f"er_{how}", clicks.opening(list(rows["pair"])), f"Most {how} sentence pairs")
            else:
                st.caption("No pair.")


def _change_numbers(analysis: Analysis) -> None:
    found = analysis.changes
    exact = "< 1e-300" if found.links.exact == 0 else f"{found.links.exact:.2g}"
    told = f"exact, two-sided, fixed against broken; χ² {found.links.statistic:.1f}, p {found.links.asymptotic:.2g}"
    entries = [
        ("fixed", f"{found.counts['fixed']:,}", "links wrong under A and right under B"),
        ("broken", f"{found.counts['broken']:,}", "links right under A and wrong under B"),
        ("wrong in both", f"{found.counts['wrong in both']:,}", "links wrong under A and under B"),
        ("McNemar p", exact, told),
        ("pairs improved", f"{found.improved:,}", "sentence pairs whose AER fell"),
        ("pairs harmed", f"{found.harmed:,}", f"sentence pairs whose AER rose; {found.same} stayed"),
        ("sign test p", f"{found.sentences:.2g}", "improved against harmed pairs; links of a sentence lean on each other, pairs do not"),
    ]
    st.html("<b>A → B</b>, link by link" + markup.numbers(entries))


def _rates(analysis: Analysis, view: ErrorsView) -> None:
    tagged = any(pair.tags for pair in analysis.pairs)
    keys = [key for key in BY if key != TAG or tagged]
    if state.get("er_by") not in keys:
        state.put(er_by=keys[0])
    widgets.draw(CHOICES, "by", options=keys, label_visibility="collapsed")
    key = state.get("er_by")
    rows = remaining(analysis, replace(view, filters=Filters(languages=view.filters.languages)), None, None).rows
    found = rates(analysis, view.side, key, rows)
    name, unit = ("tag of the collection", "tag of the sentence") if key == TAG else (DIMENSIONS[key].name, DIMENSIONS[key].unit)
    titles, chosen = (f"{view.letter}: links wrong, by {name}", unit), dict(known_bins(view.filters.bins)).get(key, "")
    spoken = "; ".join(f"{rate.label}: {rate.wrong:.0%} of {rate.links}" for rate in found)
    figure = figures.rate_bars(found, key, titles, view.letter, chosen, stamp=state.stamp())
    reading = "Share of the bin's links; hover to see how many there are. Click a bar to see them."
    clicks.chart(figure, f"er_chart_{key}", f"Share of links wrong by {name}. {spoken}.", reading)


def _example_links(analysis: Analysis, corpus: Corpus, kind: str) -> tuple[pd.DataFrame, list[str]]:
    """Links that changed so, evenly taken from all of them, and the mark that shows each."""
    found = analysis.changes
    rows = np.flatnonzero(found.rows(kind))
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), _EXAMPLES)).astype(int)] if len(rows) else rows
    places = [tuple(int(column[row]) for column in (found.pair, found.source, found.target)) for row in rows]
    told = [findings.told(analysis, pair, (i, j)) for pair, i, j in places]
    links = [(corpus.keys[pair], corpus.pairs[pair].source.words[i], corpus.pairs[pair].target.words[j]) for pair, i, j in places]
    rows = [(*link, *texts) for link, texts in zip(links, told, strict=True)]
    return pd.DataFrame(rows, columns=["pair", "source", "target", "A", "B"]), [f"{i}-{j}" for _, i, j in places]
