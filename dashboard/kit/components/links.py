"""The two sentences as chips with lines between them: an interactive component, its data computed here.

A line's width and opacity are those of its confidence, whatever the others of the pair have: .24 looks weak though it be the strongest.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.kit import markup
from dashboard.kit.components.declaring import component
from dashboard.kit.marks import Mark
from dashboard.kit.theme import GREY, PLAN_COLORS, STATUS, STATUS_LINES
from dashboard.kit.word_view import DRAWN_WORDS, Row, View
from otcore.text.languages import language
from otcore.transport.solver import Dial

_THIN, _WIDE = 1.0, 9.0  # pixels at confidence 0 and 1
_PALE = 0.2  # opacity at confidence 0
_GUESS = 0.45  # of the opacity where the encoder never saw one of the languages
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

_UNKNOWN = "not in the encoder's vocabulary: spelt in bytes or unknown"
_DASHES = {"solid": "none", "dashed": "9 5", "dotted": "2 6"}  # CSS border styles as SVG strokes
_component = component(
    __file__, "links", "links.js picture.js film.js", html='<div class="pair"></div><div class="strip"></div>', css="links.css"
)


@dataclass(frozen=True)
class Extras:
    """What a page may show of a pair beside its words and lines.

    file   : name of the files that are saved, without ending
    film   : `frames_of` several values of a dial; moved in the browser, and the one left at goes to `dial_field`
    now    : which of them is shown
    drawing: links by hand instead, (source, target, whether sure); each change goes to `hand_field` as Pharaoh after "="
    guess  : whether the lines are drawn paler, for the encoder was not trained on a language of the pair
    """

    file: str = ""
    film: str = ""
    now: int = 0
    dial: Dial | None = None
    dial_field: str = ""
    drawing: bool = False
    hand: Sequence[tuple[int, int, bool]] = ()
    hand_field: str = ""
    guess: bool = False
    unknown: tuple[frozenset[int], frozenset[int]] = field(default=(frozenset(), frozenset()))  # words outside the vocabulary, by side


_PLAIN = Extras()


def legend(*, gold: bool, faint: bool = True) -> None:
    """Draws what the signs of a pair mean."""
    names = [name for name in _MEANINGS if gold != (name == "link")]
    entries = [(STATUS[name][2], STATUS[name][0], STATUS_LINES[name], _MEANINGS[name]) for name in names]
    st.html(markup.legend(entries + [("", GREY, "solid", "mass without a link")] * faint, boxed="linked to nothing"))


def show(view: View, mark: Mark, *, key: str, faint: bool = True, field: str = "mark", extras: Extras = _PLAIN) -> None:
    """Draws a pair; a click on a word or a line marks it, in the selection's field, for every figure of the page."""
    heard = {"on_picked_change": lambda: state.take_pick(key, field)}
    for name, chosen in (("dial", extras.dial_field), ("hand", extras.hand_field)):
        if chosen:
            heard[f"on_{name}_change"] = lambda name=name, chosen=chosen: state.take_text(key, name, chosen)
    _component(data=data_of(view, mark, name=key, faint=faint, extras=extras), key=key, **heard)


def data_of(view: View, mark: Mark, *, name: str, faint: bool = True, extras: Extras = _PLAIN) -> dict:
    """What the component draws, as plain values."""
    pair = view.result.pair
    lines = list(_lines(view, mark, faint, extras.guess))
    partners = (
        {line["source"] for line in lines if line["status"] not in ("faint", "missed") and line["target"] == mark.target},
        {line["target"] for line in lines if line["status"] not in ("faint", "missed") and line["source"] == mark.source},
    )
    marked = (mark.source, mark.target)
    sides = {
        side: _side(view, index, marked[index], partners[index], extras.unknown[index]) for index, side in enumerate(("source", "target"))
    }
    data = {**sides, "lines": lines, "name": extras.file or f"{name}-{pair.source.language}-{pair.target.language}"}
    data |= {"legend": _saved_legend(lines, faint), "drawing": extras.drawing, "hand": [list(one) for one in extras.hand]}
    if not extras.film:
        return data
    dial = {"sign": extras.dial.sign, "label": extras.dial.label, "ends": list(extras.dial.ends)}
    return data | {"film": {"frames": extras.film, "now": extras.now, "colors": list(PLAN_COLORS)} | dial}


def _saved_legend(lines: list[dict], faint: bool) -> list[dict]:
    """What a saved picture says below the words: the kinds of lines there are in it, and the dashed boxes."""
    there = {line["status"] for line in lines}
    entries = [
        {"meaning": meaning, "color": STATUS[name][0], "dashes": _DASHES[STATUS_LINES[name]]}
        for name, meaning in _MEANINGS.items()
        if name in there
    ]
    entries += [{"meaning": "mass without a link", "color": GREY, "dashes": "none"}] * (faint and "faint" in there)
    return [*entries, {"meaning": "linked to nothing", "boxed": True}]


def frames_of(film: Iterable[tuple[float, View, str]], dial: Dial, mark: Mark, *, faint: bool = True, guess: bool = False) -> str:
    """A film of a pair as JSON, a text that can be kept: lines, masses in thousandths and dashed words of every frame.

    film: (value, view, what is told of it) at several values of a dial, in order
    """
    frames = []
    for number, view, told in film:
        mass, alignment = view.mass[:DRAWN_WORDS, :DRAWN_WORDS], view.result.alignment
        frames.append(
            {
                "shown": f"{dial.sign} {number:g}",
                "value": str(number),
                "lines": list(_lines(view, mark, faint, guess)),
                "shape": mass.shape,
                "mass": np.rint(mass * 1000).astype(int).ravel().tolist(),
                "nulls": [list(alignment.source_null), list(alignment.target_null)],
                "told": told,
            }
        )
    return json.dumps(frames, ensure_ascii=False)


def _side(view: View, index: int, marked: int | None, partners: set[int], unknown: frozenset[int]) -> dict:
    sentence = (view.result.pair.source, view.result.pair.target)[index]
    entry = language(sentence.language)
    words = [_word(view, index, place, text, place == marked, place in partners) for place, text in enumerate(sentence.words[:DRAWN_WORDS])]
    for place in sorted(unknown):
        if place < len(words):
            for name, before in (("spoken", "; "), ("hover", "\n")):
                words[place][name] += before + _UNKNOWN
            words[place]["unknown"] = True
    label = f"{'Source' if index == 0 else 'Target'} sentence, {entry.name}"
    return {"words": words, "dir": entry.direction, "lang": entry.code, "label": label}


def _word(view: View, index: int, place: int, text: str, marked: bool, partner: bool) -> dict:
    """A chip: its text, and where its mass goes."""
    masses = (view.mass, view.mass.T)[index]
    others = (view.result.pair.target, view.result.pair.source)[index].words
    nulls = (view.result.alignment.source_null, view.result.alignment.target_null)[index]
    if place >= len(masses):
        shares = "not encoded: the sentence is longer than the encoder can take"
    else:
        row = masses[place]
        total = max(float(row.sum()), 1e-300)
        best = np.argsort(-row, kind="stable")[:3]
        shares = ", ".join(f"{others[k]} {row[k] / total:.0%}" for k in best if row[k] / total >= 0.01) or "no mass moves"
    spoken = ("linked to nothing; mass: " if place in nulls else "mass: ") + shares
    word = {"text": text, "null": place in nulls, "marked": marked, "partner": partner, "unknown": False}
    return word | {"spoken": spoken, "hover": f"{text}\n{spoken}"}


def _lines(view: View, mark: Mark, faint: bool, guess: bool):
    largest = max(float(view.mass.max(initial=0)), 1e-300)
    linked = [row for row in view.rows if row.source is not None and row.target is not None]
    linked = [row for row in linked if row.source < DRAWN_WORDS and row.target < DRAWN_WORDS]
    if faint:
        done = {(row.source, row.target) for row in linked}
        for i, j in _notable(view.mass, largest):
            if (int(i), int(j)) not in done:
                yield _line(view, Row(int(i), int(j), "faint", None, float(view.mass[i, j]), None), mark, guess)
    for row in linked:
        yield _line(view, row, mark, guess)


def _notable(mass: np.ndarray, largest: float):
    """Cells that matter to one of their words."""
    shares = np.maximum(mass / np.maximum(mass.sum(1, keepdims=True), 1e-300), mass / np.maximum(mass.sum(0, keepdims=True), 1e-300))
    drawn = (mass >= _FAINT_SHARE * largest) & (shares >= _FAINT_OF_WORD)
    return zip(*np.nonzero(drawn[:DRAWN_WORDS, :DRAWN_WORDS]), strict=True)


def _line(view: View, row: Row, mark: Mark, guess: bool) -> dict:
    pair = view.result.pair
    confidence = row.confidence if row.confidence is not None else view.share(row.source, row.target)
    if row.status == "missed":
        width, opacity = 2.0, 0.9  # drawn for gold's sake, whatever the plan says
    else:
        width = _THIN + (_WIDE - _THIN) * confidence
        opacity = (_PALE + (1 - _PALE) * confidence) * (_GUESS if guess else 1.0)
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
    drawn = {"width": round(width, 2), "opacity": round(opacity, 3), "hover": hover, "marked": marked}
    return {"source": row.source, "target": row.target, "status": row.status} | drawn
