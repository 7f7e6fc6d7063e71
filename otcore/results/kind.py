"""A kind of result that is stored: what is made of it, how it is written and read."""

from collections.abc import Sequence
from typing import Any

from otcore.base.progress import Teller
from otcore.base.registry import Registry
from otcore.results import store
from otcore.results.store import Stored


class Kind:
    """Base of the kinds; each is a file in `otcore/results/kinds` that sets `KIND`.

    wanted: (names of encoders, settings) of each result that is stored; the settings are whatever decides it beside them
    """

    name: str
    label: str
    rank: int

    def wanted(self) -> Sequence[tuple[tuple[str, ...], Any]]:
        raise NotImplementedError

    def make(self, encoders: Sequence, settings: Any, tell: Teller) -> Any:
        """The result, computed with loaded encoders; raises Stopped."""
        raise NotImplementedError

    def pack(self, result: Any) -> Stored:
        raise NotImplementedError

    def unpack(self, stored: Stored, settings: Any) -> Any:
        """The result again; equal to what was packed, numbers to the precision that is kept."""
        raise NotImplementedError

    def decided_by(self, settings: Any) -> Any:
        """All that decides the result beside encoders and data: the settings, and of a kind that leaves something to defaults those."""
        return settings

    def key(self, encoders: Sequence[str], settings: Any) -> str | None:
        """As `store.key_of`."""
        return store.key_of(self.name, tuple(encoders), self.decided_by(settings))

    def find(self, encoders: Sequence[str], settings: Any) -> Any | None:
        """The stored result for these encoders, data and settings, or None where there is none that fits."""
        stored = store.find(self.name, self.key(encoders, settings))
        return None if stored is None else self.unpack(stored, settings)


KINDS = Registry("otcore.results.kinds", "KIND")
