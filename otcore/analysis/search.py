"""Search in sentences by regular expression: a bad pattern is told of, and one that would take forever is stopped."""

import time
from collections.abc import Sequence

import regex

from otcore.corpora.types import SentencePair
from otcore.errors import InputError

LONGEST = 300  # characters of a pattern
SECONDS = 1.0  # for a whole search


def compiled(pattern: str) -> regex.Pattern:
    """A pattern that ignores case.

    raises: InputError   it is no regular expression, or too long; says where
    """
    if len(pattern) > LONGEST:
        raise InputError(f"The search is {len(pattern)} characters long; keep it under {LONGEST}.")
    try:
        return regex.compile(pattern, regex.IGNORECASE)
    except (regex.error, RecursionError, OverflowError) as error:
        place = getattr(error, "pos", None)
        where = f" at character {place + 1}" if place is not None else ""
        reason = getattr(error, "msg", "it cannot be read")
        raise InputError(
            f"“{pattern[:60]}” is not a regular expression{where} ({reason}); correct it, or put a \\ before signs meant as themselves."
        ) from error


def matching(pairs: Sequence[SentencePair], pattern: str, seconds: float = SECONDS) -> list[bool]:
    """Which pairs have a match in either sentence, words divided by one space.

    raises: InputError   a bad pattern, or one that is not done after `seconds`
    """
    search = compiled(pattern)
    end = time.monotonic() + seconds
    found = []
    for pair in pairs:
        left = end - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            sentences = (" ".join(side.words) for side in (pair.source, pair.target))
            found.append(any(search.search(sentence, timeout=left) is not None for sentence in sentences))
        except TimeoutError:
            raise InputError(
                f"The search “{pattern[:60]}” was stopped after {seconds:g} s; look for a repeat inside a repeat, such as (a+)+."
            ) from None
    return found
