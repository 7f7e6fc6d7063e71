"""Figures of the report as SVG text, so that a Markdown file can hold them too: bars of causes, and a pair with its links."""

from collections.abc import Sequence

from markupsafe import Markup

from dashboard.kit.markup import filled
from dashboard.kit.theme import GREY, ORANGE, STATUS, VERMILLION
from dashboard.pages.errors.choices import LETTERS
from otcore.analysis.analyse import Analysis, commonest
from otcore.analysis.classes import FALSE, MISSED, NAMES, OUTCOMES
from otcore.corpora.types import Sentence
from otcore.text.languages import language

_ROW, _TOP = 26, 14
_DASHES = {"false": "7 4", "missed": "2 5"}
_COLORS = {MISSED: ORANGE, FALSE: VERMILLION}
_LONGEST = 24  # signs of a word that are drawn


def causes_svg(counts: Sequence[dict[str, dict[str, int]]], names: Sequence[str]) -> Markup:
    """Missed and false links by cause, a bar a system, with the numbers at their ends."""
    keys = commonest(counts[-1])
    bar, left, width = 13, 230, 760
    step = bar * len(counts) + 8
    most = max(sum(one[key].values()) for one in counts for key in keys) or 1
    bars = [(left, 8, 12, 12, ORANGE), (left + 80, 8, 12, 12, VERMILLION)]
    legend = "; ".join(f"{letter}: {name}" for letter, name in zip(LETTERS, names, strict=False))
    texts = [_text(left + at, 14, text) for at, text in ((18, "missed"), (98, "+ false"), (160, legend))]
    for row, key in enumerate(keys):
        top = 34 + row * step
        texts.append(_text(left - 8, top + bar * len(counts) / 2, NAMES[key], "end"))
        for system, one in enumerate(counts):
            x, y = left, top + system * bar
            for outcome, color in _COLORS.items():
                length = (width - left - 120) * one[key][outcome] / most
                bars.append((x, y + 1, length, bar - 2, color))
                x += length
            texts.append(_text(x + 5, y + bar / 2, f"{LETTERS[system]} {one[key][MISSED]} + {one[key][FALSE]}", size=11))
    return _svg(width, 40 + len(keys) * step, "Wrong links by cause", texts, bars=bars)


def pair_svg(analysis: Analysis, place: int, system: int) -> Markup:
    """Both sentences as columns of words with the links between them: hits, false ones and missed ones."""
    pair, table = analysis.pairs[place], analysis.systems[system].table
    left, right = 230, 430
    lines = []
    for row in (table.pair == place).nonzero()[0]:
        outcome = OUTCOMES[table.outcome[row]]
        status = "possible" if outcome == "hit" and not table.sure[row] else outcome
        ends = (left, _middle(int(table.source[row]))), (right, _middle(int(table.target[row])))
        lines.append((*ends, STATUS[status][0], _DASHES.get(status, "")))
    texts = [*_column(pair.source, left - 6, "end"), *_column(pair.target, right + 6, "start")]
    label = f"Links of {LETTERS[system]}: green hit, blue possible, vermillion dashed false, orange dotted missed"
    rows = max(len(pair.source.words), len(pair.target.words))
    return _svg(660, 20 + _ROW * rows, label, texts, lines=lines)


def _middle(row: int) -> int:
    return _TOP + _ROW * row + _ROW // 2


def _column(side: Sentence, x: float, anchor: str) -> list[tuple]:
    """The words of a sentence below each other."""
    own = language(side.language)
    # an SVG's anchor follows the text's own direction: at the end of a right-to-left word is its left
    turned = {"start": "end", "end": "start"}[anchor] if own.direction == "rtl" else anchor
    shown = (word if len(word) <= _LONGEST else word[: _LONGEST - 1] + "…" for word in side.words)
    return [_text(x, _middle(row), word, turned, 14, own) for row, word in enumerate(shown)]


def _text(x: float, y: float, text: str, anchor: str = "start", size: int = 13, language=None) -> tuple:
    return x, y, text, anchor, size, language


def _svg(width: int, height: int, label: str, texts: list[tuple], *, bars: Sequence[tuple] = (), lines: Sequence[tuple] = ()) -> Markup:
    size, shapes = {"width": width, "height": height}, {"bars": bars, "lines": lines, "texts": texts}
    return Markup(filled("pages/errors/picture.svg", {"label": label, "frame": GREY} | size | shapes))
