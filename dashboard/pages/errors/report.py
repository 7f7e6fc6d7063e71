"""The report: the chosen pairs with their notes, the counts and the figures, as one HTML file, or as Markdown with its pictures beside it
in a zip; and the links as CSV."""

import io
import re
import zipfile
from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from dashboard.kit import charts, exports
from dashboard.kit.downloads import save
from dashboard.kit.markup import filled
from dashboard.pages.errors import findings, pictures
from dashboard.pages.errors.choices import LETTERS, ErrorsView
from dashboard.pages.errors.filtering import Remaining
from otcore.analysis.analyse import Analysis, languages_of, outcome_counts
from otcore.analysis.classes import CAUSES, FALSE, MISSED, OUTCOMES, RULES
from otcore.analysis.significance import CHANGES
from otcore.analysis.sources import Corpus
from otcore.notes.store import Note

_FIRST = 8  # pairs of the list that a report holds where none was kept


def files(analysis: Analysis, corpus: Corpus, view: ErrorsView, left: Remaining, notes: list[Note]) -> None:
    """The buttons that save the report and the links."""
    kept = [corpus.keys.index(key) for key in view.kept if key in corpus.keys]
    chosen = tuple(kept or left.pairs[:_FIRST])
    which = "those kept for it." if kept else "the first of the list, since none was kept for it."
    st.caption(f"The report holds {len(chosen)} pairs: {which}")
    study = analysis, corpus, chosen, notes
    with st.container(horizontal=True):
        hint = "One file with all figures in it; opens without a connection."
        save("HTML report", lambda: html_report(*study), "errors.html", help=hint)
        beside = "A zip: the text as Markdown, and its pictures as SVG files beside it."
        save("Markdown report", lambda: markdown_report(*study), "errors.zip", help=beside)
        save("Remaining links as CSV", lambda: links_csv(analysis, corpus, view.side, left.rows), "links.csv")


def html_report(analysis: Analysis, corpus: Corpus, chosen: Sequence[int], notes: Sequence[Note]) -> str:
    """The whole file; all text of people is escaped."""
    side = len(analysis.systems) - 1
    drawn = (
        (findings.causes_figure(analysis, None), "Each wrong link has one cause, by the rules at the end."),
        (findings.languages_figure(analysis, side), "Each cell is a share of all the language's links under that system."),
        (findings.aer_figure(analysis, side), "Bars to the left are good."),
    )
    more = {"figures": [(Markup(charts.as_html(figure)), reading) for figure, reading in drawn], "plotly": Markup(get_plotlyjs())}
    return filled("pages/errors/report.html", _values(analysis, corpus, chosen, notes) | more)


def markdown_report(analysis: Analysis, corpus: Corpus, chosen: Sequence[int], notes: Sequence[Note]) -> bytes:
    """A zip with errors.md, the same as Markdown, and the pictures that it shows, each also there as a table; all text of people is
    escaped."""
    drawn: dict[str, str] = {}

    def beside(svg: str, *name: str) -> Markup:
        """Puts a picture beside the text; where it lies."""
        path = f"pictures/{len(drawn):02d}-{re.sub(r'[^A-Za-z0-9]+', '-', ' '.join(name))}.svg"
        drawn[path] = svg
        return Markup(path)

    text, made = filled("pages/errors/report.md", _values(analysis, corpus, chosen, notes) | {"beside": beside}), io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in {"errors.md": text, **drawn}.items():
            # without the time of day: the same report is the same file
            archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def links_csv(analysis: Analysis, corpus: Corpus, side: int, rows: np.ndarray) -> str:
    """One row a link of one system, of those that remain; cells that a spreadsheet would take for formulas stay text."""
    one, at = analysis.systems[side], np.flatnonzero(rows)
    table = one.table
    places = list(zip(table.pair[at], table.source[at], table.target[at], strict=True))
    words = [(corpus.pairs[pair].source.words[i], corpus.pairs[pair].target.words[j]) for pair, i, j in places]
    rows = [(corpus.keys[pair], languages_of(corpus.pairs[pair]), i, j, *both) for (pair, i, j), both in zip(places, words, strict=True)]
    numbers = {"confidence": table.confidence.round(4), "frequency": table.frequency, "subwords": table.pieces}
    judged = {"outcome": np.array(OUTCOMES)[table.outcome], "cause": np.array(CAUSES)[table.cause], "sure": table.sure}
    columns = judged | {"change": np.array(CHANGES)[one.change]} | numbers | {"distance": table.distance.round(4)}
    frame = pd.DataFrame(rows, columns=["pair", "languages", "i", "j", "source", "target"])
    return exports.csv(frame.assign(**{name: column[at] for name, column in columns.items()}, system=one.name))


def _values(analysis: Analysis, corpus: Corpus, chosen: Sequence[int], notes: Sequence[Note]) -> dict:
    """What the templates are filled with; tables are (heads, rows), pictures SVG."""
    counts, names = findings.counts_of(analysis), [one.name for one in analysis.systems]
    wrong = [(letter, outcome, one) for letter, one in findings.lettered(counts) for outcome in (MISSED, FALSE)]
    return {
        "title": f"Errors of {' → '.join(names)}",
        "corpus": corpus,
        "scores": (["system", "AER", "precision", "recall", "drawn", "judged", *OUTCOMES], _scores(analysis)),
        "changes": _changes(analysis),
        "causes": (
            ["cause", *(f"{letter} {outcome}" for letter, outcome, _ in wrong)],
            [[rule.name, *(one[rule.key][outcome] for _, outcome, one in wrong)] for rule in RULES],
        ),
        "causes_picture": pictures.causes_svg(counts, names),
        "pairs": [_pair(analysis, corpus, place, notes) for place in chosen],
        "rules": RULES,
    }


def _scores(analysis: Analysis) -> list[list]:
    rows = []
    for letter, one in findings.lettered(analysis.systems):
        shares = (f"{share:.3f}" for share in (one.total.aer, one.total.precision, one.total.recall))
        outcomes = outcome_counts(one.table).values()
        rows.append([f"{letter}: {one.name}, layer {one.drawn.layer}", *shares, one.total.predicted, len(one.table), *outcomes])
    return rows


def _changes(analysis: Analysis) -> list[str]:
    found = analysis.changes
    if not found:
        return []
    counts = ", ".join(f"{count:,} {name}" for name, count in found.counts.items())
    return [
        f"Links from A to B: {counts}. McNemar's exact test: p = {found.links.exact:.2g}; χ² = {found.links.statistic:.1f}, "
        f"p = {found.links.asymptotic:.2g}.",
        f"Sentence pairs: {found.improved} improved, {found.harmed} harmed, {found.same} the same; sign test: p = {found.sentences:.2g}.",
    ]


def _pair(analysis: Analysis, corpus: Corpus, place: int, notes: Sequence[Note]) -> dict:
    """A pair with its notes, a picture a system, and every link that is wrong under either."""
    pair, key = corpus.pairs[place], corpus.keys[place]
    own = [(note, findings.words_of(pair, note.source, note.target)) for note in notes if note.pair == key]
    told = [(" · ".join(filter(None, (note.author, note.tag, words))) + ":", note.comment) for note, words in own]
    drawn = [
        (letter, one.name, f"{one.scores[place].aer:.2f}", pictures.pair_svg(analysis, place, system))
        for system, (letter, one) in enumerate(findings.lettered(analysis.systems))
    ]
    rows = [(link, findings.told(analysis, place, link)) for link in findings.links_there(analysis, place)]
    wrong = [[pair.source.words[i], pair.target.words[j], *texts] for (i, j), texts in rows if any(map(findings.is_wrong, texts))]
    heads = ["source", "target", *LETTERS[: len(drawn)]]
    return {"key": key, "sides": (pair.source, pair.target), "notes": told, "pictures": drawn, "wrong": (heads, wrong)}
