"""Texts by what stands in them. A bad regular expression is told of, and one that would take forever is stopped."""

import time
import unicodedata
from collections.abc import Sequence

import regex

from otcore.base.errors import InputError

LONGEST = 300  # characters of a pattern
SECONDS = 1.0  # for a whole search: some patterns take longer than the sun will shine


def find(texts: Sequence[str], wanted: str, *, regular: bool = False) -> list[int]:
    """The places of the texts that hold `wanted`, whatever the case, or in which the regular expression matches somewhere.

    raises: InputError   as in `matches`
    """
    wanted = unicodedata.normalize("NFC", wanted if regular else wanted.strip())
    if not wanted.strip():
        return []
    hits = matches([(text,) for text in texts], wanted) if regular else [wanted.casefold() in text.casefold() for text in texts]
    return [place for place, hit in enumerate(hits) if hit]


def matches(groups: Sequence[Sequence[str]], pattern: str, seconds: float = SECONDS) -> list[bool]:
    """Whether a regular expression matches in any text of each group, whatever the case; equal texts are searched once, and other
    threads go on meanwhile.

    raises: InputError   no regular expression, one that is too long, or one that is not done with all texts after `seconds`
    """
    search, end = _compiled(pattern), time.monotonic() + seconds
    hits: dict[str, bool] = {}
    for text in dict.fromkeys(text for group in groups for text in group):
        try:
            hits[text] = search.search(text, timeout=max(end - time.monotonic(), 1e-3), concurrent=True) is not None
        except TimeoutError:
            raise InputError(
                f"The search “{pattern[:60]}” was stopped after {seconds:g} s; look for a repeat inside a repeat, such as (a+)+."
            ) from None
    return [any(hits[text] for text in group) for group in groups]


def _compiled(pattern: str) -> regex.Pattern:
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
