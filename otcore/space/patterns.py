"""Points by what stands at them: exact text or a regular expression."""

import unicodedata
from collections.abc import Sequence

from otcore.base.patterns import matches


def find(texts: Sequence[str], wanted: str, *, regular: bool = False) -> list[int]:
    """The places of the texts that are `wanted`, whatever the case, or in which the regular expression matches somewhere.

    raises: InputError   no regular expression, one that takes too long, or one that is too long
    """
    wanted = unicodedata.normalize("NFC", wanted if regular else wanted.strip())
    if not wanted.strip():
        return []
    folded = wanted.casefold()
    hits = matches(texts, wanted) if regular else [text.casefold() == folded for text in texts]
    return [place for place, hit in enumerate(hits) if hit]
