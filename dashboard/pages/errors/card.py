"""The card of a sentence pair: both systems' links over gold, their plans, every link with its numbers, and what the rules say."""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.kit import markup, plan_figure
from dashboard.kit.components import links
from dashboard.kit.theme import STATUS, STATUS_LINES
from dashboard.kit.word_view import View, view_of
from dashboard.pages.errors import cache, notes_panel
from dashboard.pages.errors import selection as errors_selection
from dashboard.pages.errors.choices import MOST_REPORTED
from dashboard.pages.errors.filtering import Remaining
from dashboard.pages.errors.selection import ErrorsView
from dashboard.state import Mark
from otcore.alignment.links import Alignment
from otcore.analysis.analyse import Analysis
from otcore.analysis.classes import HIT, NAMES, RULES, fitting, outcome_of
from otcore.analysis.sources import Corpus
from otcore.corpora.types import Link
from otcore.text.languages import language

_CHART = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "zoom", "pan"], "toImageButtonOptions": {"format": "svg"}}
_SIGNS = {"hit": "●", "missed": "○", "false": "✕"}
_WORDS = {"hit": "hit (sure in gold)", "possible": "possible in gold", "false": "false (not in gold)", "missed": "missed gold link"}


def show(analysis: Analysis, corpus: Corpus, view: ErrorsView, left: Remaining, place: int) -> None:
    """Everything about one pair."""
    pair, key = corpus.pairs[place], corpus.keys[place]
    _head(corpus, view, left, place)
    views = views_of(analysis, corpus, view, place)
    st.html(
        markup.legend(
            [(STATUS[name][2], STATUS[name][0], STATUS_LINES[name], words) for name, words in _WORDS.items()], boxed="linked to nothing"
        )
    )
    for column, found, letter, one in zip(st.columns(len(views), gap="medium"), views, "AB", analysis.systems, strict=False):
        with column:
            scores = one.scores[place]
            st.markdown(f"**{letter}: {markup.escape_markdown(one.name)}**, AER {scores.aer:.2f}, {scores.predicted} links")
            links.show(found, view.mark, key=f"er_links_{letter}", field="er_mark", faint=False)
    table, places = link_table(analysis, views, place)
    shown, places = _marked_first(table, places, view.mark)
    name = f"er_card_{key}_{state.stamp()}"
    st.dataframe(
        shown, hide_index=True, height=min(36 * (len(shown) + 1) + 2, 380), column_config=_columns(), key=name, selection_mode="single-row",
        on_select=lambda: _take_row(name, places), alt="Every link of the pair with its outcome, cause and numbers",
    )  # fmt: skip
    st.caption("Tick a row, or click a word or a line, to read what the rules say. Next best: where the words' mass goes instead.")
    said, noted = st.columns(2, gap="medium")
    with said:
        _verdict(analysis, view, place, places)
    with noted:
        notes_panel.of_pair(corpus, pair, key, view.mark)
    _plans(views, view)


def views_of(analysis: Analysis, corpus: Corpus, view: ErrorsView, place: int) -> list[View]:
    """The pair under each system, with its plan and the links the analysis judged."""
    found = []
    for system, one in zip(view.systems, analysis.systems, strict=True):
        solved = cache.card_of(corpus.pairs[place], corpus, system)
        found.append(view_of(replace(solved, alignment=one.drawn.alignments[place]), with_gold=True))
    return found


def told(analysis: Analysis, place: int, link: Link) -> tuple[str, ...]:
    """For each system what became of a link: "missed: rare or unknown word", "hit", "not drawn"."""
    texts = []
    for system in range(len(analysis.systems)):
        context = analysis.context(system, place)
        if link not in context.predicted and link not in context.gold.sure:
            texts.append("– not drawn")
            continue
        outcome = outcome_of(link, context)
        cause = "" if outcome == HIT else f": {NAMES[next(fitting(link, context))]}"
        texts.append(f"{_SIGNS[outcome]} {outcome}{cause}")
    return tuple(texts)


def link_table(analysis: Analysis, views: list[View], place: int) -> tuple[pd.DataFrame, list[Link]]:
    """One row a link that there is under either system: wrong ones of the last system first."""
    pair = analysis.pairs[place]
    alignments = [one.drawn.alignments[place] for one in analysis.systems]
    there = set(pair.gold.sure).union(*(alignment.pairs for alignment in alignments))
    texts = {link: told(analysis, place, link) for link in there}
    links_there = sorted(there, key=lambda link: (texts[link][-1][0] in "●–", link))
    columns: dict[str, list] = {
        "source": [pair.source.words[i] for i, _ in links_there],
        "target": [pair.target.words[j] for _, j in links_there],
        "gold": ["sure" if link in pair.gold.sure else "possible" if link in pair.gold.possible else "" for link in links_there],
    }
    for system, (found, alignment) in enumerate(zip(views, alignments, strict=True)):
        letter = "AB"[system]
        columns[letter] = [texts[link][system] for link in links_there]
        columns[f"confidence {letter}"] = _confidences(found, alignment, links_there)
        columns[f"cost {letter}"] = [_value(found.cost, link) for link in links_there]
        columns[f"next best {letter}"] = [_neighbours(found, link) for link in links_there]
    return pd.DataFrame(columns), links_there


def _marked_first(table: pd.DataFrame, places: list[Link], mark: Mark) -> tuple[pd.DataFrame, list[Link]]:
    """The rows of what is marked on top, with a sign."""
    marked = [mark != Mark() and mark.source in (None, i) and mark.target in (None, j) for i, j in places]
    if not any(marked):
        return table, places
    order = sorted(range(len(places)), key=lambda row: not marked[row])
    table = table.copy()
    table.insert(0, "", ["➤" if one else "" for one in marked])
    return table.iloc[order], [places[row] for row in order]


def _head(corpus: Corpus, view: ErrorsView, left: Remaining, place: int) -> None:
    key = corpus.keys[place]
    order = list(left.pairs)
    at = order.index(place) if place in order else None
    step = {way: corpus.keys[order[(at + way) % len(order)]] for way in (-1, 1)} if at is not None else {}
    start = corpus.keys[order[0]] if order else key
    where = f"{at + 1} of {len(order)}" if at is not None else "outside the filters"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"#### Pair {markup.escape_markdown(key)}", width="content")
        st.button(
            "◀ Previous",
            key="er_previous",
            shortcut="P",
            on_click=errors_selection.open_pair,
            args=(step.get(-1, start),),
            disabled=not order,
        )
        st.button(
            "Next ▶", key="er_next", shortcut="N", on_click=errors_selection.open_pair, args=(step.get(1, start),), disabled=not order
        )
        st.caption(where, width="content")
        kept = state.get("er_kept")
        st.button(
            "✓ In the report" if key in kept else "Keep for the report", key="er_keep", on_click=errors_selection.toggle_kept, args=(key,),
            disabled=key not in kept and len(kept) >= MOST_REPORTED,
            help=f"Up to {MOST_REPORTED} pairs; without any the report has the first of the list.",
        )  # fmt: skip
    pair = corpus.pairs[place]
    tags = f" <small>[{markup.escape_html(' · '.join(pair.tags))}]</small>" if pair.tags else ""
    sides = "<br>".join(
        f'<span dir="{language(side.language).direction}" style="display:block">{markup.isolated(side.text, side.language)}</span>'
        for side in (pair.source, pair.target)
    )
    st.html(f'<div style="opacity:.9;line-height:1.5">{sides.replace("<br>", "")}{tags}</div>')


def _verdict(analysis: Analysis, view: ErrorsView, place: int, places: list[Link]) -> None:
    """What the rules say of the marked link, or of a word's only one."""
    mark = view.mark
    chosen = [link for link in places if mark.source in (None, link[0]) and mark.target in (None, link[1])] if mark != Mark() else []
    if not chosen:
        st.info("Nothing is marked: tick a link in the table to read which rules fit it.")
        return
    pair = analysis.pairs[place]
    for link in chosen[:4]:
        words = f"{pair.source.words[link[0]]} → {pair.target.words[link[1]]}"
        lines = [f"**{markup.escape_markdown(words)}** ({link[0]}–{link[1]})"]
        for system in range(len(analysis.systems)):
            context = analysis.context(system, place)
            letter = "AB"[system]
            if link not in context.predicted and link not in context.gold.sure:
                lines.append(f"- {letter}: not drawn, and gold does not ask for it")
                continue
            outcome = outcome_of(link, context)
            if outcome == HIT:
                lines.append(f"- {letter}: {_SIGNS[outcome]} hit")
                continue
            keys = list(fitting(link, context))
            rule = next(rule for rule in RULES if rule.key == keys[0])
            also = ", ".join(NAMES[other] for other in keys[1:] if other != "other")
            pieces = f"{context.pieces[0][link[0]]} and {context.pieces[1][link[1]]} subwords"
            lines.append(
                f"- {letter}: {_SIGNS[outcome]} {outcome}, **{rule.name}**. {rule.text} "
                + (f"Also true: {also}. " if also else "")
                + f"({pieces})"
            )
        st.markdown("\n".join(lines))


def _plans(views: list[View], view: ErrorsView) -> None:
    top = max(float(plan_figure.matrix(found, "plan").max(initial=0)) for found in views)
    for column, found, letter in zip(st.columns(len(views), gap="medium"), views, "AB", strict=False):
        with column:
            figure = plan_figure.heatmap(found, "plan", (view.mark.source, view.mark.target), stamp=state.stamp(), top=top)
            figure.update_layout(title_text=f"{letter}: transported mass")
            chart = f"er_plan_{letter}"
            st.plotly_chart(
                figure, key=chart, on_select=lambda chart=chart: state.take_point(chart, "er_mark"), selection_mode="points",
                config=_CHART, alt=f"Transport plan of system {letter} between {' and '.join(map(str, found.mass.shape))} words.",
            )  # fmt: skip
    st.caption("Bright cells carry mass; signs are links against gold. One scale for both.")


def _take_row(name: str, places: list[Link]) -> None:
    row = state.picked_row(name)
    if row is not None:
        state.put_mark(*places[row], "er_mark")
    else:
        state.unmark("er_mark")


def _confidences(found: View, alignment: Alignment, links_there: list[Link]) -> list[float | None]:
    """Of drawn links as they were judged; of the others what the plan would give, where word vectors were transported."""
    drawn = {(link.source, link.target): link.confidence for link in alignment.links}
    words = found.result.settings.unit == "word"
    return [drawn.get(link, _value(found.result.confidence, link) if words else None) for link in links_there]


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
    column = st.column_config
    found = {"": column.TextColumn(width=24), "gold": column.TextColumn(width=56)}
    found |= {side: column.TextColumn(width=80) for side in ("source", "target")}
    for letter in "AB":
        found |= {
            letter: column.TextColumn(width=165, help=f"what became of the link under {letter}, and why"),
            f"confidence {letter}": column.ProgressColumn(
                f"conf. {letter}",
                width=74,
                min_value=0.0,
                max_value=1.0,
                format="%.2f",
                help="√(share of the row's mass · share of the column's)",
            ),
            f"cost {letter}": column.NumberColumn(width=52, format="%.2f", help="of moving a unit of mass between the words"),
            f"next best {letter}": column.TextColumn(
                width=120, help="the source word's next best target / the target word's next best source"
            ),
        }
    return found
