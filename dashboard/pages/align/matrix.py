"""The plan, or what it rests on, as a matrix; and how the words around a word move its vector."""

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.kit import charts, widgets
from dashboard.kit.figures import plan
from dashboard.kit.figures.matrices import matrix
from dashboard.kit.theme import ORANGE
from dashboard.kit.word_view import View
from dashboard.pages.align import cache
from dashboard.pages.align.choices import CHOICES, AlignView
from dashboard.pages.align.sentences import name_of
from dashboard.state import System
from otcore.text.languages import language

_CHART = charts.CONFIG | {"displayModeBar": True}
_READING = {
    "plan": "Bright cells carry mass; a row spreads one source word over its translations. A click on a cell marks both words everywhere, "
    "another one takes the mark away.",
    "cost": "Bright cells are cheap: two words with close vectors. The plan prefers them as far as the masses allow.",
    "similarity": "Cosine of the two vectors; switch to the plan to see what it makes of it.",
}


def controls(view: View) -> None:
    """Which matrix, and whether it is judged."""
    with st.container(horizontal=True, vertical_alignment="center"):
        widgets.draw(CHOICES, "view", label_visibility="collapsed", width="content")
        widgets.draw(CHOICES, "gold", disabled=view.result.pair.gold is None)


def draw(view: View, chosen: AlignView, key: str, top: float | None = None) -> None:
    """Draws it; a click on a cell marks both words."""
    chart, file = f"matrix_{key}", f"{name_of(view, key if chosen.compare else '')}-{chosen.view}"
    st.plotly_chart(
        plan.heatmap(view, chosen.view, chosen.marked, stamp=state.stamp(), top=top),
        key=chart,
        on_select=lambda: state.take_point(chart),
        selection_mode="points",
        config=_CHART | {"toImageButtonOptions": {"format": "svg", "filename": file}},
        alt=_matrix_text(view, chosen.view),
    )
    st.caption(_READING[chosen.view] + _of_lexicon(view, chosen.view) + " The camera saves the figure as SVG.")


def _of_lexicon(view: View, kind: str) -> str:
    share = view.result.settings.lexicon
    if kind == "plan" or not share or view.result.source.meanings is None:
        return ""
    return f" The encoder’s lexicon, what the two words mean by themselves, has a share of {share:.0%} in each cell."


def _matrix_text(view: View, kind: str) -> str:
    pair = view.result.pair
    strongest = [row for row in view.rows if row.confidence is not None][:8]
    spoken = "; ".join(f"{pair.source.words[row.source]} with {pair.target.words[row.target]}" for row in strongest)
    return f"Matrix of the {kind} between {len(pair.source.words)} and {len(pair.target.words)} words. Strongest links: {spoken}."


def context(view: View, chosen: AlignView, system: System) -> None:
    """Draws for one side how far each word's vector moves without each other word of its sentence."""
    side = 0 if chosen.beside == "source" else 1
    sentence = (view.result.pair.source, view.result.pair.target)[side]
    values = cache.context(sentence, system)
    if values is None or len(sentence.words) < 2:
        why = "one word has no context" if values is not None else "it is left out word by word, which takes long here"
        st.info(f"This sentence has {len(sentence.words)} word(s): {why}. Choose another to see its context.")
        return
    title = f"{language(sentence.language).name}: what moves each word's vector"
    names = list(sentence.words)
    top = float(np.nanmax(values)) or None
    figure = matrix(values, (names, names), title=title, unit="1 − cosine", axes=("vector of", "without"), form="", ends=(0.0, top))
    word = (chosen.marked.source, chosen.marked.target)[side]
    if word is not None and word < len(names):
        frame = {
            "type": "rect",
            "x0": -0.5,
            "x1": len(names) - 0.5,
            "y0": word - 0.5,
            "y1": word + 0.5,
            "line": {"color": ORANGE, "width": 3},
        }
        figure.add_shape(frame)
    st.plotly_chart(figure, key="context_chart", config=_CHART, alt=f"{title}. {_strongest(values, names, word)}")
    st.caption(
        f"{_strongest(values, names, word)} Each word is left out in turn and the others are encoded anew at the same layer; a bright cell "
        "is a word that the row's word leans on. A click on a word above frames its row."
    )


def _strongest(values: np.ndarray, names: list[str], word: int | None) -> str:
    """What moves the marked word most, or the strongest pull of all."""
    inside = values if word is None or word >= len(names) else values[[word]]
    if np.isnan(inside).all():
        return "The sentence is too long for the encoder, which did not read this word."
    row, left_out = np.unravel_index(np.nanargmax(inside), inside.shape)
    moved = names[row if inside is values else word]
    return f"“{moved}” moves most, by {float(inside[row, left_out]):.2f}, where “{names[left_out]}” is left out."
