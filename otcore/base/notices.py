"""What a person should know of what they gave, though it was read: told while the work goes on, to whoever listens.

A reader far down says `notice(…)`; a command prints it on standard error, a page shows it beside the result. Nobody need listen.
"""

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Notice:
    """One sentence, with its full stop or without.

    remedy: key of what can be done, by which each surface names its own option or control; or ""
    """

    text: str
    remedy: str = ""

    def told(self, remedies: Mapping[str, str] | None = None) -> str:
        """The sentence, with the surface's words for what can be done."""
        do = (remedies or {}).get(self.remedy, "")
        text = self.text.removesuffix(".")
        return f"{text}; {do}." if do else f"{text}."


@dataclass
class _Hearing:
    """One listener, and who listens outside of it."""

    outer: "_Hearing | None"
    listener: Callable[[Notice], object] | None
    rename: Callable[[str], str] | None
    heard: list[Notice] = field(default_factory=list)

    def hear(self, one: Notice) -> None:
        if self.rename:
            one = replace(one, text=self.rename(one.text))
        if one in self.heard:
            return
        self.heard.append(one)
        if self.listener:
            self.listener(one)
        if self.outer:
            self.outer.hear(one)


_hearing: ContextVar[_Hearing | None] = ContextVar("hearing", default=None)


def notice(text: str, remedy: str = "") -> None:
    """Tells all who listen."""
    if hearing := _hearing.get():
        hearing.hear(Notice(text, remedy))


@contextlib.contextmanager
def noticing(listener: Callable[[Notice], object] | None = None, rename: Callable[[str], str] | None = None) -> Iterator[list[Notice]]:
    """Collects what is told inside, each once, and passes it on to `listener` and to those who listen outside.

    rename: of the text, for files that people know by other names than the readers do
    """
    hearing = _Hearing(_hearing.get(), listener, rename)
    before = _hearing.set(hearing)
    try:
        yield hearing.heard
    finally:
        _hearing.reset(before)


@contextlib.contextmanager
def telling_once(told: set[str]) -> Iterator[None]:
    """Passes on what is told inside only where `told` has not the same, whatever its numbers; what is passed on is put there."""
    outer = _hearing.get()

    def listener(one: Notice) -> None:
        kind = re.sub(r"[\d,.]+", "#", one.text)
        if kind not in told:
            told.add(kind)
            if outer:
                outer.hear(one)

    before = _hearing.set(_Hearing(None, listener, None))
    try:
        yield
    finally:
        _hearing.reset(before)


def noticed() -> list[Notice]:
    """What the nearest `noticing` around has collected so far."""
    hearing = _hearing.get()
    return list(hearing.heard) if hearing else []
