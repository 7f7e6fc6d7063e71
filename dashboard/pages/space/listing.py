"""The selected points, each with its sentence, its neighbours in the original space and what became of its translations."""

from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np

from dashboard.kit import markup
from dashboard.pages.space.cache import Picture
from otcore.space import Points
from otcore.text.languages import language

SHOWN = 12  # selected points that are told in full; the CSV has all
_NEIGHBOURS = 6


@dataclass(frozen=True)
class Moment:
    """A state that is told of: its place in the picture, and how it is called there."""

    state: int
    name: str


def cards(picture: Picture, marked: list[int], moments: list[Moment], encoder: str) -> str:
    """The first selected points as HTML; all text is escaped.

    encoder: under which a word opens at Align
    """
    blocks = [_card(picture, point, moments, encoder) for point in marked[:SHOWN]]
    return f"<style>{_CSS}</style><div class='cards'>{''.join(blocks)}</div>"


def align_address(points: Points, point: int, partner: int, encoder: str) -> str:
    """The Align page with a word and its translation marked; relative, so that it works wherever the app lies."""
    whole = {
        "source": points.codes[points.language[point]], "target": points.codes[points.language[partner]],
        "sentence": points.sentence[point],
        "encoder": encoder,
    }  # fmt: skip
    if points.kind == "word":
        whole["mark"] = f"{points.position[point]}-{points.position[partner]}"
    return "./?" + urlencode(whole)


def translations(picture: Picture, point: int) -> list[tuple[int, float, list[int]]]:
    """(partner, place among the links, rank of this translation's language in each state) for each of a point's translations."""
    points = picture.cloud.points
    rows = np.flatnonzero((points.links == point).any(1)).tolist()
    partners = [int(points.links[k].sum() - point) for k in rows]
    return [
        (other, k, [int(one.ranks[point, points.language[other]]) for one in picture.measures])
        for other, k in zip(partners, rows, strict=True)
    ]  # fmt: skip


def _card(picture: Picture, point: int, moments: list[Moment], encoder: str) -> str:
    points = picture.cloud.points
    code = points.codes[points.language[point]]
    number = f" · word {points.position[point] + 1}" if points.kind == "word" else ""
    heads = (
        f"<b class='word'>{markup.isolated(points.texts[point], code)}</b> <span class='where'>{markup.escape_html(language(code).name)} · "
        f"{markup.escape_html(points.sentence[point])}{number}</span>"
    )
    rows = "".join(_neighbours(picture, point, moment) for moment in moments)
    return f"<section>{heads}{_context(points, point, code)}<dl>{rows}{_translations(picture, point, moments, encoder)}</dl></section>"


def _context(points: Points, point: int, code: str) -> str:
    if points.kind != "word":
        return ""
    entry, place, words = language(code), int(points.position[point]), points.context(point).words
    shown = [
        f"<mark>{markup.escape_html(word)}</mark>" if k == place else markup.escape_html(word) for k, word in enumerate(words)
    ]  # fmt: skip
    return f"<p lang='{markup.escape_html(entry.code)}' dir='{entry.direction}'>{entry.joiner.join(shown)}</p>"


def _neighbours(picture: Picture, point: int, moment: Moment) -> str:
    """The nearest points in one state; a translation has a tick."""
    points, found = picture.cloud.points, picture.measures[moment.state]
    partners = set(points.partners(point))
    chips = []
    for other, cosine in zip(found.nearest[point][:_NEIGHBOURS], found.similarity[point][:_NEIGHBOURS], strict=True):
        code, text = points.codes[points.language[other]], points.texts[other]
        mark = "✓ " if int(other) in partners else ""
        chips.append(
            f"<span class='chip{' right' if mark else ''}'>{mark}{markup.isolated(text if len(text) <= 40 else text[:39] + '…', code)} "
            f"<small>{markup.escape_html(code)} {cosine:.2f}</small></span>"
        )
    among = partners & set(found.nearest[point].tolist())
    k = found.nearest.shape[1]
    verdict = (
        f"translation among the {k} nearest" if among else f"no translation among the {k} nearest" if partners else "no translation plotted"
    )
    return f"<dt>{markup.escape_html(moment.name)}</dt><dd>{''.join(chips)} <em>{verdict}</em></dd>"


def _translations(picture: Picture, point: int, moments: list[Moment], encoder: str) -> str:
    points = picture.cloud.points
    items = []
    for other, link, ranks in translations(picture, point):
        code = points.codes[points.language[other]]
        lengths = " → ".join(f"{picture.measures[moment.state].lengths[link]:.2f}" for moment in moments)
        told = [ranks[moment.state] for moment in moments]
        rank = f"rank {' → '.join(map(str, told))}, " if all(told) else ""
        address = markup.escape_html(align_address(points, point, other, encoder))
        bundled = points.tags.get(points.sentence[point]) is not None
        text = markup.isolated(points.texts[other] if len(points.texts[other]) <= 40 else points.texts[other][:39] + "…", code)
        shown = f"<a href='{address}' title='Open the pair at Align'>{text}</a>" if bundled else text
        items.append(f"<span class='chip'>{shown} <small>{markup.escape_html(code)} {rank}1 − cos {lengths}</small></span>")
    return f"<dt>translations</dt><dd>{''.join(items)}</dd>" if items else ""


_CSS = """
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,30rem),1fr));gap:.6rem}
.cards section{border:1px solid rgba(128,128,128,.35);border-radius:8px;padding:.5rem .7rem;min-width:0;overflow-wrap:anywhere}
.cards .word{font-size:1.1rem}.cards .where{opacity:.7;font-size:.82rem}
.cards p{margin:.15rem 0 .35rem;font-size:.92rem}.cards mark{background:#D55E0040;color:inherit;border-radius:3px;padding:0 .15em}
.cards dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem .6rem;margin:0!important;padding:0!important;font-size:.86rem}
.cards dt{opacity:.7;max-width:6.5rem;margin:0!important;padding:0!important}
.cards dd{margin:0;display:flex;flex-wrap:wrap;gap:.25rem;align-items:baseline}
.cards .chip{border:1px solid rgba(128,128,128,.4);border-radius:999px;padding:0 .45rem}.cards .right{border-color:#009E73;border-width:2px}
.cards em{opacity:.7;font-size:.8rem}.cards small{opacity:.75}
"""
