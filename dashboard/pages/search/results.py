"""Found sentences as HTML: a block a language, the encoders' lists side by side, on a phone one below the other."""

from collections.abc import Mapping, Sequence
from functools import partial
from urllib.parse import urlencode

from dashboard.kit.markup import filled
from dashboard.pages.search.choices import SearchView
from otcore.corpora.collection import Collection
from otcore.retrieval.index import Hit
from otcore.text.languages import LANGUAGES, language

GLOSSED = "en"
_LONGEST_IN_ADDRESS = 1_200  # characters of a text that an address takes along


def blocks(view: SearchView, found: Sequence[Mapping[str, Sequence[Hit]]], relevant: frozenset[str] | None, collection: Collection) -> str:
    """All results of a view.

    found   : for each encoder heading → its hits in order; the headings are language codes, and "" for all languages together
    relevant: ids that answer the query, or None where nobody marked them
    """
    values = {"found": found, "relevant": relevant, "encoders": view.encoders, "own_text": view.own_text, "language": language}
    values |= {"links": partial(align_links, view, collection), "gloss": partial(gloss_of, view, collection)}
    return filled("pages/search/found.html", values)


def gloss_of(view: SearchView, collection: Collection, hit: Hit) -> str:
    """The sentence in English, where the collection has it and it is in another language; else nothing."""
    if view.own_text or hit.language == GLOSSED:
        return ""
    return collection.texts(GLOSSED).get(hit.id, "")


def align_links(view: SearchView, collection: Collection, hit: Hit, encoder: str) -> list[tuple[str, str, str]]:
    """(label, explanation, address) of the pairs that a result opens at Align: with the query, and with its own translation."""
    links = []

    def link(label: str, title: str, **pair: str) -> None:
        sides = {"source": view.code, "target": hit.language}
        links.append((label, title, "./?" + urlencode(sides | pair | {"encoder": encoder})))

    if hit.language not in LANGUAGES:
        return links
    if max(len(view.query), len(hit.text)) <= _LONGEST_IN_ADDRESS:
        link("Align with the query", "The query's words and this sentence's", sentence="own", text1=view.query, text2=hit.text)
    if not view.own_text and hit.language != view.code:
        title = f"Its {language(view.code).name} translation and this sentence"
        if hit.id in collection.gold[view.code]:
            link("with its translation", f"{title}, with gold links", sentence=hit.id)
        else:
            own = collection.texts(view.code)[hit.id]
            link("with its translation", title, sentence="own", text1=own, text2=hit.text)
    return links
