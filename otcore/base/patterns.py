"""Search by regular expression: a bad pattern is told of, and one that would take forever is stopped."""

import time
from collections.abc import Sequence

import regex

from otcore.base.errors import InputError

LONGEST = 300  # characters of a pattern
SECONDS = 1.0  # for a whole search: some patterns take longer than the sun will shine


def compiled(pattern: str) -> regex.Pattern:
    """A pattern that ignores case.

    raises: InputError   it is no regular expression, or too long; says where
    """
    if len(pattern) > LONGEST:
        raise InputError(f"The search is {len(pattern)} characters long; keep it under {LONGEST}.")
    try:
        return regex.compile(pattern, regex.IGNORECASE | regex.V1)
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        place = getattr(error, "pos", None)
        where = f" at character {place + 1}" if place is not None else ""
        reason = getattr(error, "msg", "it cannot be read")
        raise InputError(
            f"“{pattern[:60]}” is not a regular expression{where} ({reason}); correct it, or put a \\ before signs meant as themselves."
        ) from error


def matches(texts: Sequence[str], pattern: str, seconds: float = SECONDS) -> list[bool]:
    """Whether each text has a match; equal texts are searched once, and other threads go on meanwhile.

    raises: InputError   a bad pattern, or one that is not done with all texts after `seconds`
    """
    search, end = compiled(pattern), time.monotonic() + seconds
    hits: dict[str, bool] = {}
    for text in dict.fromkeys(texts):
        try:
            hits[text] = search.search(text, timeout=max(end - time.monotonic(), 1e-3), concurrent=True) is not None
        except TimeoutError:
            raise InputError(
                f"The search “{pattern[:60]}” was stopped after {seconds:g} s; look for a repeat inside a repeat, such as (a+)+."
            ) from None
    return [hits[text] for text in texts]
