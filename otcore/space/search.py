"""Points by what stands at them: exact text or a regular expression, with a bound on the time a pattern may take."""

import time
import unicodedata
from collections.abc import Sequence

import regex

from otcore.errors import InputError

LONGEST = 200
_SECONDS = 0.5  # for all texts together: some patterns take longer than the sun will shine


def find(texts: Sequence[str], wanted: str, *, regular: bool = False) -> list[int]:
    """The places of the texts that are `wanted`, whatever the case, or in which the regular expression matches somewhere.

    raises: InputError   no regular expression, one that takes too long, or one that is too long
    """
    if len(wanted) > LONGEST:
        raise InputError(f"The search text has {len(wanted)} characters, at most {LONGEST} are looked for; shorten it.")
    wanted = unicodedata.normalize("NFC", wanted if regular else wanted.strip())
    if not wanted.strip():
        return []
    if not regular:
        folded = wanted.casefold()
        return [place for place, text in enumerate(texts) if text.casefold() == folded]
    pattern, hits, end = _compiled(wanted), {}, time.monotonic() + _SECONDS
    for text in dict.fromkeys(texts):
        try:
            hits[text] = pattern.search(text, timeout=max(end - time.monotonic(), 1e-3), concurrent=True) is not None
        except TimeoutError:
            raise InputError(
                f"The regular expression {wanted} takes too long; simplify it, for example by leaving out a repetition inside another."
            ) from None
    return [place for place, text in enumerate(texts) if hits[text]]


def _compiled(wanted: str) -> regex.Pattern:
    try:
        return regex.compile(wanted, regex.IGNORECASE | regex.V1)
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        raise InputError(
            f"“{wanted}” is no regular expression ({str(error).rstrip('.')}); correct it, or search for it as plain text."
        ) from None
