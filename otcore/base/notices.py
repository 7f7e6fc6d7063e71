"""What a person should know of what they gave, though it was read: told while the work goes on, to whoever listens.

A reader far down says `notice(…)`; a command prints it on standard error, a page shows it beside the result. Nobody need listen.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """One sentence without its full stop.

    remedy: key of what can be done, by which each surface names its own option or control; or ""
    """

    text: str
    remedy: str = ""

    def told(self, remedies: Mapping[str, str] | None = None) -> str:
        """The sentence, with the surface's words for what can be done."""
        do = (remedies or {}).get(self.remedy, "")
        return f"{self.text}; {do}." if do else f"{self.text}."


_listeners: ContextVar[tuple[Callable[[Notice], object], ...]] = ContextVar("listeners", default=())
_heard: ContextVar[list[Notice] | None] = ContextVar("heard", default=None)


def notice(text: str, remedy: str = "") -> None:
    """Tells all who listen."""
    for listener in _listeners.get():
        listener(Notice(text, remedy))


@contextlib.contextmanager
def noticing(listener: Callable[[Notice], object] | None = None) -> Iterator[list[Notice]]:
    """Collects what is told inside, each once, and passes it on to `listener` and to those who listen outside."""
    heard: list[Notice] = []

    def hear(one: Notice) -> None:
        if one not in heard:
            heard.append(one)
            if listener:
                listener(one)

    before, outer = _listeners.set((*_listeners.get(), hear)), _heard.set(heard)
    try:
        yield heard
    finally:
        _listeners.reset(before)
        _heard.reset(outer)


def noticed() -> list[Notice]:
    """What the nearest `noticing` around has collected so far."""
    return list(_heard.get() or ())
