"""Sentence pairs by what stands in them."""

from collections.abc import Sequence

from otcore.base.patterns import SECONDS, matches
from otcore.corpora.types import SentencePair


def matching(pairs: Sequence[SentencePair], pattern: str, seconds: float = SECONDS) -> list[bool]:
    """Which pairs have a match of a regular expression in either sentence, words divided by one space.

    raises: InputError   a bad pattern, or one that is not done after `seconds`
    """
    found = matches([" ".join(side.words) for pair in pairs for side in (pair.source, pair.target)], pattern, seconds)
    return [source or target for source, target in zip(found[::2], found[1::2], strict=True)]
