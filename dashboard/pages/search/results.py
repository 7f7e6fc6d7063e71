"""Found sentences as HTML: a block a language, the encoders' lists side by side, on a phone one below the other."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from dashboard.kit import markup
from dashboard.pages.search.choices import SearchView
from otcore.corpora.collection import Collection
from otcore.retrieval.index import Hit
from otcore.text.languages import LANGUAGES, language

_LONGEST_IN_ADDRESS = 1_200  # characters of a text that an address takes along


def blocks(view: SearchView, found: Sequence[Mapping[str, Sequence[Hit]]], relevant: frozenset[str] | None, collection: Collection) -> str:
    """All results of a view; every piece of text is escaped.

    found   : for each encoder heading → its hits in order; the headings are language codes, or "" for all languages together
    relevant: ids that answer the query, or None where nobody marked them
    """
    sections = []
    for heading in found[0]:
        code = heading or None
        title = language(code).name if code else "All languages together"
        lists = "".join(
            _list(view, letter, name, hits[heading], relevant, collection, named=code is None)
            for letter, name, hits in zip("AB", view.encoders, found, strict=False)
        )
        sections.append(f"<section><h4>{markup.escape_html(title)}</h4><div class='sides'>{lists}</div></section>")
    return f"<style>{_CSS}</style><div class='found'>{''.join(sections)}</div>"


def _list(view: SearchView, letter: str, name: str, hits: Sequence[Hit], relevant, collection: Collection, *, named: bool) -> str:
    rows = "".join(_hit(view, name, place, hit, relevant, collection, named) for place, hit in enumerate(hits, 1))
    count = ""
    if relevant is not None:
        answers = sum(hit.id in relevant for hit in hits)
        count = f" <span class='count'>{answers} of {len(hits)} relevant</span>"
    return f"<div class='side'><h5>{letter}: {markup.escape_html(name)}{count}</h5><ol>{rows}</ol></div>"


def _hit(view: SearchView, name: str, place: int, hit: Hit, relevant: frozenset[str] | None, collection: Collection, named: bool) -> str:
    entry = language(hit.language)
    answers = relevant is not None and hit.id in relevant
    tick = "<b class='tick'>✓ relevant</b>" if answers else ""
    tongue = f"<span>{markup.escape_html(entry.name)}</span>" if named else ""
    links = "".join(
        f"<a href='{markup.escape_html(address)}' title='{markup.escape_html(title)}'>{markup.escape_html(label)}</a>"
        for label, title, address in align_links(view, hit, name, collection)
    )
    facts = f"<div class='line'><b class='rank'>{place}</b>{_bar(hit)}{tick}{tongue}</div>"
    text = f"<p lang='{markup.escape_html(hit.language)}' dir='auto'>{markup.escape_html(hit.text)}</p>"
    where = f"line {hit.id}" if view.own_text else hit.id
    more = f"<div class='more'><span>{markup.escape_html(where)}</span>{links}</div>"
    return f"<li class='{'right' if answers else 'other'}'>{facts}{text}{more}</li>"


def _bar(hit: Hit) -> str:
    """The cosine from 0 to 1 as a length with its number, and the mean of the language's sentences as an upright mark."""
    length, mark = (100 * min(max(value, 0.0), 1.0) for value in (hit.score, hit.mean))
    spoken = f"cosine {hit.score:.2f}, mean over all sentences {hit.mean:.2f}"
    return (
        f"<span class='bar' role='img' aria-label='{spoken}' title='{spoken}'><i style='width:{length:.1f}%'></i>"
        f"<u style='left:{mark:.1f}%'></u></span><span class='score'>{hit.score:.2f}</span>"
    )


def align_links(view: SearchView, hit: Hit, encoder: str, collection: Collection) -> list[tuple[str, str, str]]:
    """(label, explanation, address) of the pairs that a result opens at Align: with the query, and with its own translation."""
    if hit.language not in LANGUAGES:
        return []
    sides = {"source": view.code, "target": hit.language}
    links = []
    if max(len(view.query), len(hit.text)) <= _LONGEST_IN_ADDRESS:
        own = sides | {"sentence": "own", "text1": view.query, "text2": hit.text, "encoder": encoder}
        links.append(("Align with the query", "The query's words and this sentence's", "./?" + urlencode(own)))
    if not view.own_text and hit.language != view.code:
        title = f"Its {language(view.code).name} translation and this sentence"
        if hit.id in collection.gold[view.code]:
            links.append(
                ("with its translation", f"{title}, with gold links", "./?" + urlencode(sides | {"sentence": hit.id, "encoder": encoder}))
            )
        else:
            texts = {"sentence": "own", "text1": collection.texts(view.code)[hit.id], "text2": hit.text, "encoder": encoder}
            links.append(("with its translation", title, "./?" + urlencode(sides | texts)))
    return links


_CSS = """
.found{display:grid;gap:.9rem}
.found h4{margin:0 0 .2rem;padding:0;font-size:1.02rem;border-bottom:1px solid rgba(128,128,128,.35)}
.found h5{margin:.1rem 0 .3rem;padding:0;font-size:.86rem;font-weight:600;overflow-wrap:anywhere}
.found .count{font-weight:400;opacity:.75;margin-left:.5rem;white-space:nowrap}
.found .sides{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:.4rem 1.4rem}
.found .side{min-width:0}
.found ol{list-style:none;margin:0!important;padding:0!important;display:grid;gap:.35rem}
.found li{margin:0!important;padding:.1rem 0 .1rem .6rem;border-left:3px solid transparent;overflow-wrap:anywhere;min-width:0}
.found li.right{border-left-color:#009E73}
.found li.other{border-left-color:rgba(128,128,128,.25)}
.found .line{display:flex;flex-wrap:wrap;align-items:center;gap:.1rem .5rem;font-size:.82rem;font-variant-numeric:tabular-nums}
.found .rank{min-width:1.1rem}
.found .bar{position:relative;flex:0 1 8rem;min-width:5rem;height:.7rem;border:1px solid currentColor;border-radius:2px;opacity:.8}
.found .bar i{position:absolute;inset:0 auto 0 0;background:#0072B2}
.found .bar u{position:absolute;top:-.22rem;bottom:-.22rem;width:0;border-left:2px solid currentColor}
.found .tick{white-space:nowrap}
.found p{margin:.05rem 0;line-height:1.45;font-size:.97rem}
.found .more{display:flex;flex-wrap:wrap;gap:0 .8rem;font-size:.78rem}
.found .more span{opacity:.65}
.found .more a{color:inherit;opacity:.85}
"""
