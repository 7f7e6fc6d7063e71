"""The choices of the Align page: a pair, and one or two systems."""

from dataclasses import dataclass

from dashboard.kit.languages import NAMES
from dashboard.kit.marks import PLACE, Mark, mark_of
from dashboard.state import Choices, System
from otcore.base.choices import Flag, OneOf, Several, Text, choice, nested

OWN_TEXT = "own"
MAX_CHARACTERS = 20_000


@dataclass(frozen=True)
class AlignView:
    """One view of the page, complete: equal views show equal pages."""

    source: str = choice("en", OneOf(NAMES), "From")
    target: str = choice("de", OneOf(NAMES), "To")
    sentence: str = choice(
        "g001", Text(20), "Sentence", "Type to search in either language or for a number, or choose your own text at the end of the list."
    )
    tags: tuple[str, ...] = choice([], Several(40, least=0), "Only sentences that show")
    text_source: str = choice("", Text(MAX_CHARACTERS, lines=3), key="text1", help="Kept in this session and in the address of the page.")
    text_target: str = choice("", Text(MAX_CHARACTERS, lines=3), key="text2", help="Kept in this session and in the address of the page.")
    presplit: bool = choice(False, Flag(), "Words are already separated by spaces", "Otherwise the language's own rules split it.")
    view: str = choice("plan", OneOf(("plan", "cost", "similarity"), style="row"), "Matrix")
    gold: bool = choice(True, Flag(), "Gold overlay", "Mark hits, misses and false links against the hand-made links, where there are any.")
    sweep: str = choice("layers", OneOf({"layers": "over the layers", "epsilon": "over ε"}, style="row"), "Sweep one setting")
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


CHOICES = Choices(AlignView)
