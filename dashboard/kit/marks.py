"""What is marked in a pair of sentences. Plain: figures and tables read it, and `dashboard.state` keeps it."""

from dataclasses import dataclass

from otcore.base.choices import Text

PLACE = Text(11, pattern="([0-9]{0,5}-[0-9]{0,5})?")  # the kind of a mark in an address


@dataclass(frozen=True)
class Mark:
    """What was clicked: a source word, a target word, or both (a cell). None on the side that was not."""

    source: int | None = None
    target: int | None = None

    @property
    def text(self) -> str:
        """As in an address."""
        return "-".join("" if word is None else str(word) for word in (self.source, self.target))


def mark_of(text: str) -> Mark:
    """What a mark in an address says."""
    left, _, right = text.partition("-")
    return Mark(*(int(word) if word.isdecimal() else None for word in (left, right)))
