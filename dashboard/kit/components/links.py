"""The two sentences as chips with lines between them: an interactive component, its data computed here."""

from pathlib import Path

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.kit import markup
from dashboard.kit.marks import Mark
from dashboard.kit.theme import GREY, STATUS, STATUS_LINES
from dashboard.kit.word_view import DRAWN_WORDS, Row, View
from otcore.text.languages import language

_HERE = Path(__file__).parent
_WIDEST = 9.0  # pixels, for the largest mass of the plan
_FAINT_SHARE = 0.04  # of the largest mass: less is not drawn
_FAINT_OF_WORD = 0.12  # of either word's mass: a plan that goes a little everywhere would be one grey cloud
_MEANINGS = {
    "hit": "hit (sure in gold)",
    "possible": "possible in gold",
    "false": "false (not in gold)",
    "missed": "missed gold link",
    "link": "link",
}
_SPOKEN = {
    "hit": "hit: sure in gold",
    "possible": "possible in gold",
    "false": "false: not in gold",
    "missed": "missed gold link",
    "link": "link",
}

_component = st.components.v2.component(
    "otcore.links",
    html='<div class="pair"></div>',
    css=(_HERE / "links.css").read_text(encoding="utf-8"),
    js=(_HERE / "links.js").read_text(encoding="utf-8"),
)


def legend(*, gold: bool, faint: bool = True) -> None:
    """Draws what the signs of a pair mean."""
    names = [name for name in _MEANINGS if gold != (name == "link")]
    entries = [(STATUS[name][2], STATUS[name][0], STATUS_LINES[name], _MEANINGS[name]) for name in names]
    st.html(markup.legend(entries + [("", GREY, "solid", "mass that is no link")] * faint, boxed="linked to nothing"))


def show(view: View, mark: Mark, *, key: str, faint: bool = True, field: str = "mark") -> None:
    """Draws a pair; a click on a word or a line marks it, in the selection's field, for every figure of the page."""
    _component(data=data_of(view, mark, name=key, faint=faint), key=key, on_picked_change=lambda: state.take_pick(key, field))


def data_of(view: View, mark: Mark, *, name: str, faint: bool = True) -> dict:
    """What the component draws, as plain values."""
    pair = view.result.pair
    lines = list(_lines(view, mark, faint))
    partners = (
        {line["source"] for line in lines if line["status"] not in ("faint", "missed") and line["target"] == mark.target},
        {line["target"] for line in lines if line["status"] not in ("faint", "missed") and line["source"] == mark.source},
    )
    marked = (mark.source, mark.target)
    sides = {
        side: _side(view, index, marked[index], partners[index], sentence)
        for index, (side, sentence) in enumerate((("source", pair.source), ("target", pair.target)))
    }
    return {**sides, "lines": lines, "name": f"{name}-{pair.source.language}-{pair.target.language}"}


def _side(view: View, index: int, marked: int | None, partners: set[int], sentence) -> dict:
    entry = language(sentence.language)
    words = [_word(view, index, place, text, place == marked, place in partners) for place, text in enumerate(sentence.words[:DRAWN_WORDS])]
    label = f"{'Source' if index == 0 else 'Target'} sentence, {entry.name}"
    return {"words": words, "dir": entry.direction, "lang": entry.code, "label": label}


def _word(view: View, index: int, place: int, text: str, marked: bool, partner: bool) -> dict:
    """A chip: its text, and where its mass goes."""
    masses = (view.mass, view.mass.T)[index]
    others = (view.result.pair.target, view.result.pair.source)[index].words
    nulls = (view.result.alignment.source_null, view.result.alignment.target_null)[index]
    if place >= len(masses):
        shares = "not encoded: the sentence is longer than the encoder takes"
    else:
        row = masses[place]
        total = max(float(row.sum()), 1e-300)
        best = np.argsort(-row, kind="stable")[:3]
        shares = ", ".join(f"{others[k]} {row[k] / total:.0%}" for k in best if row[k] / total >= 0.01) or "no mass moves"
    spoken = ("linked to nothing; mass: " if place in nulls else "mass: ") + shares
    return {"text": text, "null": place in nulls, "marked": marked, "partner": partner, "spoken": spoken, "hover": f"{text}\n{spoken}"}


def _lines(view: View, mark: Mark, faint: bool):
    largest = max(float(view.mass.max(initial=0)), 1e-300)
    linked = [row for row in view.rows if row.source is not None and row.target is not None]
    linked = [row for row in linked if row.source < DRAWN_WORDS and row.target < DRAWN_WORDS]
    if faint:
        done = {(row.source, row.target) for row in linked}
        for i, j in _notable(view.mass, largest):
            if (int(i), int(j)) not in done:
                yield _line(view, Row(int(i), int(j), "faint", None, float(view.mass[i, j]), None), largest, mark)
    for row in linked:
        yield _line(view, row, largest, mark)


def _notable(mass: np.ndarray, largest: float):
    """Cells that matter to one of their words."""
    shares = np.maximum(mass / np.maximum(mass.sum(1, keepdims=True), 1e-300), mass / np.maximum(mass.sum(0, keepdims=True), 1e-300))
    drawn = (mass >= _FAINT_SHARE * largest) & (shares >= _FAINT_OF_WORD)
    return zip(*np.nonzero(drawn[:DRAWN_WORDS, :DRAWN_WORDS]), strict=True)


def _line(view: View, row: Row, largest: float, mark: Mark) -> dict:
    pair = view.result.pair
    width = 1.5 + (_WIDEST - 1.5) * (row.mass or 0.0) / largest
    hover = ""
    if row.status != "faint":
        details = [
            f"{name} {value:.3f}"
            for name, value in (("mass", row.mass), ("cost", row.cost), ("confidence", row.confidence))
            if value is not None
        ]
        hover = f"{pair.source.words[row.source]} → {pair.target.words[row.target]}\n{_SPOKEN[row.status]}\n{' · '.join(details)}"
    marked = (mark.source is None or mark.source == row.source) and (mark.target is None or mark.target == row.target)
    marked = marked and mark != Mark() and row.status != "faint"
    at = [0.5, 0.5]
    return {"source": row.source, "target": row.target, "status": row.status, "width": width, "hover": hover, "marked": marked, "at": at}
