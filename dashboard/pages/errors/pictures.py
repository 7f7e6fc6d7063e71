"""Figures of the report as SVG text, so that a Markdown file can hold them too: bars of causes, and a pair with its links."""

from collections.abc import Sequence

from dashboard.kit.markup import escape_html
from dashboard.kit.theme import GREY, ORANGE, STATUS, VERMILLION
from otcore.analysis.analyse import Analysis
from otcore.analysis.classes import FALSE, MISSED, NAMES, OUTCOMES, RULES
from otcore.text.languages import language

_ROW = 26
_DASHES = {"false": "7 4", "missed": "2 5"}


def causes_svg(counts: Sequence[dict[str, dict[str, int]]], names: Sequence[str]) -> str:
    """Missed and false links by cause, a bar a system, with the numbers at their ends."""
    keys = sorted((rule.key for rule in RULES), key=lambda key: -(counts[-1][key][MISSED] + counts[-1][key][FALSE]))
    bar, gap, left, width = 13, 8, 230, 760
    most = max((one[key][MISSED] + one[key][FALSE] for one in counts for key in keys), default=0) or 1
    step = bar * len(counts) + gap
    parts = []
    for row, key in enumerate(keys):
        top = 34 + row * step
        parts.append(_text(left - 8, top + bar * len(counts) / 2, NAMES[key], "end"))
        for system, one in enumerate(counts):
            x, y = float(left), top + system * bar
            for outcome, color in ((MISSED, ORANGE), (FALSE, VERMILLION)):
                length = (width - left - 120) * one[key][outcome] / most
                parts.append(f'<rect x="{x:.1f}" y="{y + 1}" width="{length:.1f}" height="{bar - 2}" fill="{color}"/>')
                x += length
            parts.append(_text(x + 5, y + bar / 2, f"{'AB'[system]} {one[key][MISSED]} + {one[key][FALSE]}", "start", 11))
    legend = "; ".join(f"{'AB'[system]}: {name}" for system, name in enumerate(names))
    key = f'<rect x="{left}" y="8" width="12" height="12" fill="{ORANGE}"/>{_text(left + 18, 14, "missed", "start")}'
    key += f'<rect x="{left + 80}" y="8" width="12" height="12" fill="{VERMILLION}"/>{_text(left + 98, 14, "+ false", "start")}'
    return _svg(width, 40 + len(keys) * step, key + _text(left + 160, 14, legend, "start") + "".join(parts), "Wrong links by cause")


def pair_svg(analysis: Analysis, place: int, system: int) -> str:
    """Both sentences as columns of words with the links between them: hits, false ones and missed ones."""
    pair, table = analysis.pairs[place], analysis.systems[system].table
    sides = (pair.source, pair.target)
    height = 20 + _ROW * max(len(side.words) for side in sides)
    left, right, width = 230, 430, 660
    lines = []
    for row in (table.pair == place).nonzero()[0]:
        outcome = OUTCOMES[table.outcome[row]]
        status = "possible" if outcome == "hit" and not table.sure[row] else outcome
        y1, y2 = (14 + _ROW * int(word) + _ROW / 2 for word in (table.source[row], table.target[row]))
        dash = f' stroke-dasharray="{_DASHES[status]}"' if status in _DASHES else ""
        middle = (left + right) / 2
        lines.append(
            f'<path d="M{left},{y1:.0f} C{middle},{y1:.0f} {middle},{y2:.0f} {right},{y2:.0f}" fill="none" stroke="{STATUS[status][0]}" '
            f'stroke-width="2.5"{dash}/>'
        )
    words = [_word(left - 6, 14 + _ROW * k + _ROW / 2, word, "end", pair.source.language) for k, word in enumerate(pair.source.words)]
    words += [_word(right + 6, 14 + _ROW * k + _ROW / 2, word, "start", pair.target.language) for k, word in enumerate(pair.target.words)]
    label = f"Links of {'AB'[system]}: green hit, blue possible, vermillion dashed false, orange dotted missed"
    return _svg(width, height, "".join(lines) + "".join(words), label)


def _word(x: float, y: float, word: str, anchor: str, code: str) -> str:
    shown = word if len(word) <= 24 else word[:23] + "…"
    # an SVG's anchor follows the text's own direction: at the end of a right-to-left word is its left
    turned = {"start": "end", "end": "start"}[anchor] if language(code).direction == "rtl" else anchor
    return _text(x, y, shown, turned, 14, f' lang="{escape_html(code)}" direction="{language(code).direction}"')


def _text(x: float, y: float, text: str, anchor: str, size: int = 13, more: str = "") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" dominant-baseline="central" fill="#1b1b1b"{more}>'
        f"{escape_html(text)}</text>"
    )


def _svg(width: float, height: float, content: str, label: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" width="{width}" height="{height:.0f}" role="img" '
        f'aria-label="{escape_html(label)}" font-family="system-ui, sans-serif"><rect width="100%" height="100%" fill="#fff"/>'
        f'{content}<rect width="100%" height="100%" fill="none" stroke="{GREY}" stroke-opacity="0.3"/></svg>'
    )
