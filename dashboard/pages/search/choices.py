"""The choices of the Search page: the query, the text that is searched, two encoders, how the results stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.kit.languages import NAMES
from dashboard.state import Choices
from otcore.base.choices import Number, OneOf, Several, Text, choice
from otcore.base.errors import InputError

_OWN = "own"
_TEXTS = {"bundled": "Bundled collection", _OWN: "Own text"}
_ORDERS = {"language": "of all, then of each", "together": "of all only"}
_NAME = Text(200, filled=True)
_TOP = Number(1, 20, whole=True, dial=(1, 20, 1))
_LOOK_FOR = "In the language at the left. A whole sentence works better than two or three words."


class Missing(InputError):
    """Nothing is wrong; something is only not given yet."""


@dataclass(frozen=True)
class SearchView:
    """One view of the page, complete.

    query, code  : what is looked for, and its language
    text, files  : the bundled collection, or "own" with the id of kept files
    languages    : that are searched; as chosen, empty for all but the query's own
    first, second: encoders side by side
    top          : sentences shown of each language, and in all where `order` is "together"
    """

    query: str = choice("keys and locks", Text(400), "Look for", _LOOK_FOR)
    code: str = choice("en", OneOf(NAMES), "From", key="from")
    first: str = choice("base", _NAME, "A", key="a")
    second: str = choice("aligned", _NAME, "B", key="b")
    text: str = choice("bundled", OneOf(_TEXTS, "row"), "Text", place="searched")
    files: str = choice("", Text(40))
    languages: tuple[str, ...] = choice([], Several(40, least=0), "Languages", key="in", place="searched")
    top: int = choice(3, _TOP, "Sentences shown", "How many are shown of all languages together, and of each.", place="searched")
    order: str = choice("language", OneOf(_ORDERS, "row"), "The nearest", place="searched")

    @property
    def own_text(self) -> bool:
        return self.text == _OWN

    @property
    def together(self) -> bool:
        """Whether only the nearest of all languages together are shown, not those of each too."""
        return self.order == "together"

    @property
    def encoders(self) -> tuple[str, ...]:
        """Side by side; one where both are the same."""
        return tuple(dict.fromkeys((self.first, self.second)))


CHOICES = Choices(SearchView, "se_")


def current(available: Sequence[str]) -> SearchView:
    """The choices as they stand, with the languages that are searched, one or more.

    available: languages of the text that is searched
    raises   : Missing   no query, no text of one's own yet
    """
    chosen = CHOICES.current()
    if chosen.own_text and not chosen.files:
        raise Missing("Paste or upload a text above, one sentence a line, or search the bundled collection.")
    if not chosen.query.strip():
        raise Missing("Type what you are looking for above, a few words or a sentence, or pick one of the written queries.")
    languages = [code for code in available if code in chosen.languages] or others(available, chosen.code)
    return CHOICES.current(query=chosen.query.strip(), languages=list(languages))


def others(available: Sequence[str], code: str) -> tuple[str, ...]:
    """All languages but the query's own, or that where it is the only one."""
    return tuple(other for other in available if other != code) or tuple(available)
