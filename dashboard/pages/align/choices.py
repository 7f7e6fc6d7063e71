"""The choices of the Align page: a pair, and one or two systems."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.kit.marks import PLACE, Mark, mark_of
from dashboard.state import Choices, System
from otcore.base.choices import Flag, OneOf, Several, Text, choice, nested
from otcore.results.kinds.openings import FIRST_SENTENCE, FIRST_SOURCE, FIRST_TARGET
from otcore.text.languages import CODE
from otcore.transport.solvers import dials

OWN_TEXT = "own"
MAX_CHARACTERS = 20_000
_LANGUAGE = Text(20, pattern=CODE)
_LINKS = Text(2_000, pattern=r"(=([0-9]{1,4}[-?][0-9]{1,4}( [0-9]{1,4}[-?][0-9]{1,4})*)?)?")
_BESIDE = {"": "numbers", "source": "source context", "target": "target context"}
DIALS = dials()
_SWEPT = {name: f"over {dial.sign}" for name, dial in DIALS.items()}
_KEPT = "Kept in this session and in the address of this page."


def _is_own(values: Mapping[str, Any]) -> bool:
    return values["sentence"] == OWN_TEXT


@dataclass(frozen=True)
class AlignView:
    """One view of the page, complete: equal views show equal pages."""

    source: str = choice(FIRST_SOURCE, _LANGUAGE, "From", "Any language: type its name or its code.")
    target: str = choice(FIRST_TARGET, _LANGUAGE, "To", "Any language: type its name or its code.")
    sentence: str = choice("g001", Text(20), "Sentence", "Type to search in either language or for a number.")
    tags: tuple[str, ...] = choice([], Several(40, least=0), "Only sentences that show")
    text_source: str = choice("", Text(MAX_CHARACTERS, lines=3), key="text1", help=_KEPT, when=_is_own)
    text_target: str = choice("", Text(MAX_CHARACTERS, lines=3), key="text2", help=_KEPT, when=_is_own)
    presplit: bool = choice(False, Flag(), "Words are already separated by spaces", "Otherwise the language's own rules split it.")
    view: str = choice("plan", OneOf(("plan", "cost", "similarity"), style="row"), "Matrix")
    gold: bool = choice(True, Flag(), "Gold overlay", "Mark hits, misses and false links against the hand-made links, where there are any.")
    corrected: bool = choice(False, Flag(), "Corrected gold", "Judge by the gold links with the corrections that people saved.")
    draw: bool = choice(False, Flag(), "Draw links by hand", "Click a word and then its partner.")
    hand: str = choice("", _LINKS)
    beside: str = choice(
        "", OneOf({"": "numbers", "source": "context of source words", "target": "of target words"}, style="row"), "Beside it"
    )
    sweep: str = choice("layers", OneOf({"layers": "over the layers"} | _SWEPT, style="row"), "Sweep one setting")
    film: str = choice("epsilon", OneOf({name: dial.sign for name, dial in DIALS.items()}, style="row"), "The slider in the picture moves")
    mark: str = choice("", PLACE)
    compare: bool = choice(False, Flag(), "Side by side with a second system", "The same pair under two settings or two encoders.")
    first: System = nested(System)
    second: System = nested(System, suffix="_b", encoder="base")

    @property
    def own_text(self) -> bool:
        return self.sentence == OWN_TEXT

    @property
    def systems(self) -> tuple[System, ...]:
        """One, or two that are compared."""
        return (self.first, self.second) if self.compare else (self.first,)

    @property
    def marked(self) -> Mark:
        return mark_of(self.mark)


CHOICES = Choices(
    AlignView, page="Align", opening={"sentence": FIRST_SENTENCE}, private=("text_source", "text_target", "presplit", "draw", "hand")
)
