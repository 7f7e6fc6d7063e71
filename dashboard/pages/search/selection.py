"""What the person searches, where, and under which encoders, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard import state
from dashboard.pages.search.choices import OWN
from otcore.base.errors import InputError


@dataclass(frozen=True)
class SearchView:
    """One view of the page, complete.

    query, code: what is looked for, and its language
    text, files: "bundled", or "own" with the id of kept files
    languages  : that are searched, one or more
    encoders   : side by side; one where both are the same
    top        : sentences shown of each language, or in all where `order` is "together"
    """

    query: str
    code: str
    text: str
    files: str
    languages: tuple[str, ...]
    encoders: tuple[str, ...]
    top: int
    order: str

    @property
    def own_text(self) -> bool:
        return self.text == OWN


def current(available: Sequence[str]) -> SearchView:
    """The choices as they stand.

    available: languages of the text that is searched
    raises   : InputError   no query, no text of one's own yet, no language left to search
    """
    get = state.get
    if get("se_text") == OWN and not get("se_files"):
        raise InputError("Give a text of your own below, one sentence a line, or search the bundled collection.")
    if not get("se_query").strip():
        raise InputError("Type what you look for, a few words or a sentence, or pick one of the written queries.")
    chosen = tuple(code for code in available if code in get("se_in")) or others(available, get("se_from"))
    encoders = tuple(dict.fromkeys((get("se_a"), get("se_b"))))
    return SearchView(
        get("se_query").strip(), get("se_from"), get("se_text"), get("se_files"), chosen, encoders, int(get("se_top")), get("se_order")
    )


def others(available: Sequence[str], code: str) -> tuple[str, ...]:
    """All languages but the query's own, or that where it is the only one."""
    return tuple(other for other in available if other != code) or tuple(available)
