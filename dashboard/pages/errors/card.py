"""The card of a sentence pair: both systems' links over gold, their plans, every link with its numbers, and what the rules say."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.kit import markup
from dashboard.kit.components import links
from dashboard.kit.figures import plan
from dashboard.kit.marks import Mark
from dashboard.kit.markup import filled
from dashboard.kit.word_view import View, view_of
from dashboard.pages.errors import cache, clicks, findings, notes_panel
from dashboard.pages.errors.choices import LETTERS, MOST_REPORTED, ErrorsView
from dashboard.pages.errors.filtering import Remaining
from otcore.analysis.analyse import Analysis
from otcore.analysis.classes import NAMES, RULES
from otcore.analysis.sources import Corpus
from otcore.corpora.types import Link
from otcore.text.languages import language


def show(analysis: Analysis, corpus: Corpus, view: ErrorsView, left: Remaining, place: int) -> None:
    """Everything about one pair."""
    pair, key = corpus.pairs[place], corpus.keys[place]
    _head(corpus, view, left, place)
    views = views_of(analysis, corpus, view, place)
    links.legend(gold=True, faint=False)
    for column, found, letter, one in zip(st.columns(len(views), gap="medium"), views, LETTERS, analysis.systems, strict=False):
        with column:
            scores = one.scores[place]
            st.markdown(f"**{letter}: {markup.escape_markdown(one.name)}**, AER {scores.aer:.2f}, {scores.predicted} links drawn")
            links.show(found, view.marked, key=f"er_links_{letter}", field="er_mark", faint=False)
    rows, places = link_table(analysis, views, place, view.marked)

    def take(row: int | None) -> None:
        state.unmark("er_mark") if row is None else state.put_mark(*places[row], "er_mark")

    clicks.table(rows, f"er_card_{key}", take, "Every link of the pair with its outcome, cause and numbers", _columns(), most=380)
    st.caption("Tick a row, or click a word or a line, to read what the rules say. Next best: where the words' mass goes instead.")
    said, noted = st.columns(2, gap="medium")
    with said:
        _verdict(analysis, view.marked, place, places)
    with noted:
        notes_panel.of_pair(corpus, pair, key, view.marked)
    _plans(views, view.marked)


def views_of(analysis: Analysis, corpus: Corpus, view: ErrorsView, place: int) -> list[View]:
    """The pair under each system, with its plan and the links the analysis judged."""
    solved = [cache.card_of(view, corpus.pairs[place], corpus, system) for system in view.systems]
    drawn = [one.drawn.alignments[place] for one in analysis.systems]
    return [view_of(replace(one, alignment=links), with_gold=True) for one, links in zip(solved, drawn, strict=True)]


def link_table(analysis: Analysis, views: list[View], place: int, mark: Mark) -> tuple[pd.DataFrame, list[Link]]:
    """One row a link that there is under either system: what is marked first, with a sign, then wrong ones of the last system."""
    pair = analysis.pairs[place]
    texts = {link: findings.told(analysis, place, link) for link in findings.links_there(analysis, place)}
    places = sorted(texts, key=lambda link: (not _is_marked(link, mark), not findings.is_wrong(texts[link][-1]), link))
    signs = ["➤" if _is_marked(link, mark) else "" for link in places]
    columns: dict[str, list] = {"": signs} if any(signs) else {}
    columns |= {
        "source": [pair.source.words[i] for i, _ in places],
        "target": [pair.target.words[j] for _, j in places],
        "gold": ["sure" if link in pair.gold.sure else "possible" if link in pair.gold.possible else "" for link in places],
    }
    for system, (letter, found) in enumerate(findings.lettered(views)):
        columns[letter] = [texts[link][system] for link in places]
        columns[f"confidence {letter}"] = _confidences(found, places)
        columns[f"cost {letter}"] = [_value(found.cost, link) for link in places]
        columns[f"next best {letter}"] = [_neighbours(found, link) for link in places]
    return pd.DataFrame(columns), places


def _is_marked(link: Link, mark: Mark) -> bool:
    return mark != Mark() and mark.source in (None, link[0]) and mark.target in (None, link[1])


def _head(corpus: Corpus, view: ErrorsView, left: Remaining, place: int) -> None:
    key, order = corpus.keys[place], list(left.pairs)
    at = order.index(place) if place in order else None
    where = "outside the filters" if at is None else f"{at + 1} of {len(order)}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"#### Pair {markup.escape_markdown(key)}", width="content")
        for name, label, shortcut, step in (("previous", "◀ Previous", "P", -1), ("next", "Next ▶", "N", 1)):
            other = corpus.keys[order[0 if at is None else (at + step) % len(order)]] if order else key
            how = {"shortcut": shortcut, "on_click": clicks.open_pair, "args": (other,), "disabled": not order}
            st.button(label, key=f"er_{name}", **how)
        st.caption(where, width="content")
        full, hint = len(view.kept) >= MOST_REPORTED, f"Up to {MOST_REPORTED} pairs; without any the report has the first of the list."
        label = "✓ In the report" if key in view.kept else "Keep for the report"
        how = {"on_click": clicks.toggle_kept, "args": (key,), "disabled": full and key not in view.kept}
        st.button(label, key="er_keep", help=hint, **how)
    pair = corpus.pairs[place]
    sides = [(side, language(side.language).direction) for side in (pair.source, pair.target)]
    st.html(filled("pages/errors/pair.html", {"sides": sides, "tags": pair.tags}))


def _verdict(analysis: Analysis, mark: Mark, place: int, places: list[Link]) -> None:
    """What the rules say of the marked link, or of a word's."""
    chosen = [link for link in places if _is_marked(link, mark)]
    if not chosen:
        st.info("Nothing is marked: tick a link in the table to read which rules fit it.")
    for link in chosen[:4]:
        words = findings.words_of(analysis.pairs[place], *link)
        lines = [f"**{markup.escape_markdown(words)}** ({link[0]}–{link[1]})"]
        lines += [f"- {LETTERS[system]}: {_said(analysis, system, place, link)}" for system in range(len(analysis.systems))]
        st.markdown("\n".join(lines))


def _said(analysis: Analysis, system: int, place: int, link: Link) -> str:
    """What became of a link under a system, and by which rules."""
    outcome, causes = findings.became(analysis, system, place, link)
    if not outcome:
        return "not drawn, and gold does not ask for it"
    if not causes:
        return f"{findings.SIGNS[outcome]} {outcome}"
    rule = next(rule for rule in RULES if rule.key == causes[0])
    others = [NAMES[other] for other in causes[1:] if other != RULES[-1].key]  # the last rule fits always
    also = f"Also true: {', '.join(others)}. " if others else ""
    source, target = (pieces[word] for pieces, word in zip(analysis.context(system, place).pieces, link, strict=True))
    return f"{findings.SIGNS[outcome]} {outcome}, **{rule.name}**. {rule.text} {also}({source} and {target} subwords)"


def _plans(views: list[View], mark: Mark) -> None:
    top = max(float(plan.matrix(found, "plan").max(initial=0)) for found in views)
    for column, (letter, found) in zip(st.columns(len(views), gap="medium"), findings.lettered(views), strict=True):
        figure = plan.heatmap(found, "plan", mark, stamp=state.stamp(), top=top)
        figure.update_layout(title_text=f"{letter}: transported mass")
        alt = f"Transport plan of system {letter} between {' and '.join(map(str, found.mass.shape))} words."
        with column:
            clicks.chart(figure, f"er_plan_{letter}", alt, take=partial(state.take_point, field="er_mark"))
    st.caption("Bright cells carry mass; signs are links against gold. One scale for both.")


def _confidences(found: View, places: list[Link]) -> list[float | None]:
    """Of drawn links as they were judged; of the others what the plan would give, where word vectors were transported."""
    drawn = {(link.source, link.target): link.confidence for link in found.result.alignment.links}
    words = found.result.settings.unit == "word"
    return [drawn.get(link, _value(found.result.confidence, link) if words else None) for link in places]


def _value(matrix: np.ndarray, link: Link) -> float | None:
    return float(matrix[link]) if link[0] < matrix.shape[0] and link[1] < matrix.shape[1] else None


def _neighbours(found: View, link: Link) -> str:
    """The strongest other target of the source word and the strongest other source of the target word, with their shares."""
    mass, pair = found.mass, found.result.pair
    if link[0] >= mass.shape[0] or link[1] >= mass.shape[1]:
        return "not encoded"
    texts = []
    for line, own, words in ((mass[link[0]], link[1], pair.target.words), (mass[:, link[1]], link[0], pair.source.words)):
        rest = line.copy()
        rest[own] = -1
        best = int(rest.argmax())
        share = line[best] / max(line.sum(), 1e-300)
        texts.append(f"{words[best]} {share:.0%}" if rest[best] > 0 and share >= 0.01 else "–")
    return " / ".join(texts)


def _columns() -> dict:
    column, found = st.column_config, {"": 24, "gold": 56, "source": 80, "target": 80}
    for letter in LETTERS:
        confidence = {"label": f"conf. {letter}", "width": 74, "min_value": 0.0, "max_value": 1.0, "format": "%.2f"}
        next_best = "the source word's next best target / the target word's next best source"
        found |= {
            letter: column.TextColumn(width=165, help=f"what became of the link under {letter}, and why"),
            f"confidence {letter}": column.ProgressColumn(help="√(share of the row's mass · share of the column's)", **confidence),
            f"cost {letter}": column.NumberColumn(width=52, format="%.2f", help="of moving a unit of mass between the words"),
            f"next best {letter}": column.TextColumn(width=120, help=next_best),
        }
    return found
