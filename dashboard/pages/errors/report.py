"""The report: the chosen pairs with their notes, the counts and the figures, as one HTML or Markdown file; and the links as CSV."""

import base64
from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.io
import streamlit as st
from plotly.offline import get_plotlyjs

from dashboard import state
from dashboard.kit import exports
from dashboard.kit.markup import escape_html, escape_markdown, isolated
from dashboard.pages.errors import card, figures, pictures
from dashboard.pages.errors.filtering import Remaining
from dashboard.pages.errors.selection import ErrorsView
from otcore.analysis.analyse import Analysis, cause_counts, languages_of
from otcore.analysis.bins import AER, DIMENSIONS, pair_bins
from otcore.analysis.classes import CAUSES, CORRECT, NAMES, OUTCOMES, RULES
from otcore.analysis.significance import CHANGES
from otcore.analysis.sources import Corpus
from otcore.notes.store import Note

_FIRST = 8  # pairs of the list that a report holds where none was kept
_CSS = """
:root{color-scheme:light}
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;font-size:.85rem;display:block;overflow-x:auto;margin:.5rem 0 1rem}
th,td{border-bottom:1px solid #ccc;padding:.25rem .6rem;text-align:left;font-variant-numeric:tabular-nums}
figure{margin:1.2rem 0}figcaption{font-size:.85rem;opacity:.8}svg{max-width:100%;height:auto}
.row{display:grid;grid-template-columns:repeat(auto-fit,minmax(22rem,1fr));gap:1rem}
.note{border-left:3px solid #0072B2;padding-left:.7rem;white-space:pre-wrap;overflow-wrap:anywhere}
"""


def files(analysis: Analysis, corpus: Corpus, view: ErrorsView, left: Remaining, notes: list[Note]) -> None:
    """The buttons that save the report and the links."""
    kept = [corpus.keys.index(key) for key in state.get("er_kept") if key in corpus.keys]
    chosen = tuple(kept or left.pairs[:_FIRST])
    st.caption(
        f"The report holds {len(chosen)} pairs: " + ("those kept for it." if kept else "the first of the list, since none was kept for it.")
    )
    with st.container(horizontal=True):
        st.download_button(
            "HTML report", lambda: html_report(analysis, corpus, chosen, notes), "errors.html", "text/html", on_click="ignore",
            help="One file with all figures in it; opens without a connection.",
        )  # fmt: skip
        st.download_button(
            "Markdown report", lambda: markdown_report(analysis, corpus, chosen, notes), "errors.md", "text/markdown", on_click="ignore"
        )
        st.download_button(
            "Remaining links as CSV", lambda: links_csv(analysis, corpus, view.side, left.rows), "links.csv", "text/csv", on_click="ignore"
        )


def html_report(analysis: Analysis, corpus: Corpus, chosen: Sequence[int], notes: Sequence[Note]) -> str:
    """The whole file; all text of people is escaped."""
    title = escape_html(_title(analysis))
    parts = [
        f"<h1>{title}</h1><p>{escape_html(corpus.label)}; {len(analysis.pairs):,} sentence pairs.</p>", _html_table(score_table(analysis)),
        *(f"<p>{escape_html(line)}</p>" for line in _change_lines(analysis)),
        "<h2>Wrong links by cause</h2><div class='row'>", *_figures(analysis), "</div>", _html_table(cause_table(analysis)),
        f"<h2>Examples ({len(chosen)})</h2>", *(_html_pair(analysis, corpus, place, notes) for place in chosen),
        "<h2>The rules, in their order</h2><ol>",
        *(f"<li><b>{escape_html(rule.name)}</b> ({', '.join(rule.outcomes)}): {escape_html(rule.text)}</li>" for rule in RULES), "</ol>",
    ]  # fmt: skip
    head = f"<meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>{title}</title><style>{_CSS}</style>"
    return f"<!doctype html><html lang='en'><head>{head}<script>{get_plotlyjs()}</script></head><body>{''.join(parts)}</body></html>\n"


def markdown_report(analysis: Analysis, corpus: Corpus, chosen: Sequence[int], notes: Sequence[Note]) -> str:
    """The same as Markdown, figures inside as pictures, each also as a table; all text of people is escaped."""
    counts, names = [cause_counts(one.table) for one in analysis.systems], [one.name for one in analysis.systems]
    parts = [
        f"# {escape_markdown(_title(analysis))}", f"{escape_markdown(corpus.label)}; {len(analysis.pairs):,} sentence pairs.",
        _markdown_table(score_table(analysis)), *map(escape_markdown, _change_lines(analysis)), "## Wrong links by cause",
        _picture("Wrong links by cause", pictures.causes_svg(counts, names)), _markdown_table(cause_table(analysis)),
        f"## Examples ({len(chosen)})", *(_markdown_pair(analysis, corpus, place, notes) for place in chosen),
        "## The rules, in their order", _markdown_rules(),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def links_csv(analysis: Analysis, corpus: Corpus, side: int, rows: np.ndarray) -> str:
    """One row a link of one system, of those that remain; cells that a spreadsheet would take for formulas stay text."""
    one, at = analysis.systems[side], np.flatnonzero(rows)
    table = one.table
    pairs = [corpus.pairs[place] for place in table.pair[at]]
    columns = {
        "pair": [corpus.keys[place] for place in table.pair[at]], "languages": [languages_of(pair) for pair in pairs],
        "i": table.source[at], "j": table.target[at],
        "source": [pair.source.words[i] for pair, i in zip(pairs, table.source[at], strict=True)],
        "target": [pair.target.words[j] for pair, j in zip(pairs, table.target[at], strict=True)],
        "outcome": [OUTCOMES[k] for k in table.outcome[at]], "cause": [CAUSES[k] for k in table.cause[at]], "sure": table.sure[at],
        "change": [CHANGES[k] for k in one.change[at]], "confidence": table.confidence[at].round(4), "frequency": table.frequency[at],
        "subwords": table.pieces[at], "distance": table.distance[at].round(4), "system": [one.name] * len(at),
    }  # fmt: skip
    return exports.csv(pd.DataFrame(columns))


def score_table(analysis: Analysis) -> pd.DataFrame:
    """One row a system."""
    rows = []
    for letter, one in zip("AB", analysis.systems, strict=False):
        outcomes = np.bincount(one.table.outcome, minlength=len(OUTCOMES))
        total = one.total
        rows.append(
            {
                "system": f"{letter}: {one.name}, layer {one.drawn.layer}", "AER": f"{total.aer:.3f}",
                "precision": f"{total.precision:.3f}",
                "recall": f"{total.recall:.3f}", "links": len(one.table),
            }
            | {name: int(count) for name, count in zip(OUTCOMES, outcomes, strict=True)}
        )  # fmt: skip
    return pd.DataFrame(rows)


def cause_table(analysis: Analysis) -> pd.DataFrame:
    """One row a cause: missed and false links under each system."""
    counts = [cause_counts(one.table) for one in analysis.systems]
    rows = []
    for key in (key for key in CAUSES if key != CORRECT):
        cells = {f"{'AB'[k]} {outcome}": one[key][outcome] for k, one in enumerate(counts) for outcome in ("missed", "false")}
        rows.append({"cause": NAMES[key]} | cells)
    return pd.DataFrame(rows)


def _title(analysis: Analysis) -> str:
    return "Errors of " + " → ".join(one.name for one in analysis.systems)


def _change_lines(analysis: Analysis) -> list[str]:
    found = analysis.changes
    if not found:
        return []
    counts = ", ".join(f"{count:,} {name}" for name, count in found.counts.items())
    return [
        f"Links from A to B: {counts}. McNemar's exact test: p = {found.links.exact:.2g}; χ² = {found.links.statistic:.1f}, "
        f"p = {found.links.asymptotic:.2g}.",
        f"Sentence pairs: {found.improved} improved, {found.harmed} harmed, {found.same} the same; sign test: p = {found.sentences:.2g}.",
    ]


def _figures(analysis: Analysis) -> list[str]:
    side = len(analysis.systems) - 1
    counts, names = [cause_counts(one.table) for one in analysis.systems], [one.name for one in analysis.systems]
    languages = np.array([languages_of(pair) for pair in analysis.pairs])
    by_language = [
        {code: cause_counts(one.table, (languages == code)[one.table.pair]) for code in dict.fromkeys(languages.tolist())}
        for one in analysis.systems
    ]
    labels = DIMENSIONS[AER].labels
    spread = [np.bincount(pair_bins(analysis, system, AER), minlength=len(labels)).tolist() for system in range(side + 1)]
    drawn = (
        (figures.causes(counts, names, side), "Each wrong link has one cause, by the rules at the end."),
        (figures.cause_by_language(by_language, side), "Each cell is a share of all the language's links under that system."),
        (figures.error_rates(spread, labels, side), "Bars to the left are good."),
    )
    return [_figure(*entry) for entry in drawn]


def _figure(figure, reading: str) -> str:
    figure.update_layout(template="plotly_white")
    drawn = plotly.io.to_html(figure, include_plotlyjs=False, full_html=False, config={"displaylogo": False, "responsive": True})
    return f"<figure>{drawn}<figcaption>{escape_html(reading)}</figcaption></figure>"


def _html_pair(analysis: Analysis, corpus: Corpus, place: int, notes: Sequence[Note]) -> str:
    pair, key = corpus.pairs[place], corpus.keys[place]
    own = [note for note in notes if note.pair == key]
    sides = "<br>".join(isolated(side.text, side.language) for side in (pair.source, pair.target))
    drawn = "".join(
        f"<figure>{pictures.pair_svg(analysis, place, k)}<figcaption>{'AB'[k]}: {escape_html(one.name)}, "
        f"AER {one.scores[place].aer:.2f}</figcaption></figure>"
        for k, one in enumerate(analysis.systems)
    )
    told = "".join(f'<p class="note"><b>{escape_html(_note_head(note, pair))}</b> {escape_html(note.comment)}</p>' for note in own)
    table = _html_table(_wrong_table(analysis, place))
    return f"<section><h3>Pair {escape_html(key)}</h3><p>{sides}</p>{told}<div class='row'>{drawn}</div>{table}</section>"


def _markdown_pair(analysis: Analysis, corpus: Corpus, place: int, notes: Sequence[Note]) -> str:
    pair, key = corpus.pairs[place], corpus.keys[place]
    parts = [f"### Pair {escape_markdown(key)}", *(f"> {escape_markdown(side.text)}" for side in (pair.source, pair.target))]
    for note in (note for note in notes if note.pair == key):
        parts.append(f"**{escape_markdown(_note_head(note, pair))}** {escape_markdown(note.comment)}")
    for k, one in enumerate(analysis.systems):
        parts.append(f"{'AB'[k]}: {escape_markdown(one.name)}, AER {one.scores[place].aer:.2f}")
        parts.append(_picture(f"Links of {'AB'[k]}", pictures.pair_svg(analysis, place, k)))
    return "\n\n".join([*parts, _markdown_table(_wrong_table(analysis, place))])


def _wrong_table(analysis: Analysis, place: int) -> pd.DataFrame:
    """Every link that is wrong under either system."""
    pair = analysis.pairs[place]
    there = set(pair.gold.sure).union(*(one.drawn.alignments[place].pairs for one in analysis.systems))
    rows = []
    for i, j in sorted(there):
        texts = card.told(analysis, place, (i, j))
        if any(text.startswith(("○", "✕")) for text in texts):
            rows.append({"source": pair.source.words[i], "target": pair.target.words[j]} | dict(zip("AB", texts, strict=False)))
    return pd.DataFrame(rows, columns=["source", "target", *"AB"[: len(analysis.systems)]])


def _note_head(note: Note, pair) -> str:
    inside = note.source is not None and note.source < len(pair.source.words) and note.target < len(pair.target.words)
    on = f"{pair.source.words[note.source]} → {pair.target.words[note.target]}" if inside else ""
    return " · ".join(text for text in (note.author, note.tag, on) if text) + ":"


def _markdown_rules() -> str:
    told = (f"**{escape_markdown(rule.name)}** ({', '.join(rule.outcomes)}): {escape_markdown(rule.text)}" for rule in RULES)
    return "\n".join(f"{place}. {text}" for place, text in enumerate(told, 1))


def _html_table(table: pd.DataFrame) -> str:
    return table.to_html(index=False, escape=True, border=0)


def _markdown_table(table: pd.DataFrame) -> str:
    lines = [list(table.columns), ["---"] * len(table.columns), *table.astype(str).values.tolist()]
    return "\n".join("| " + " | ".join(cell if cell == "---" else escape_markdown(str(cell)) for cell in line) + " |" for line in lines)


def _picture(name: str, svg: str) -> str:
    return f"![{name}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
