"""What system B fixed and broke of system A's links, and whether that is more than chance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from otcore.analysis.table import HIT_CODE, LinkTable, place_codes
from otcore.corpora.types import SentencePair

CHANGES = ("unchanged", "fixed", "broken")
KINDS = {"fixed": (True, False), "broken": (False, True), "wrong in both": (True, True), "right in both": (False, False)}  # under A, B


@dataclass(frozen=True)
class McNemar:
    """The test on the links that the two systems judge differently."""

    fixed: int  # links wrong under A alone
    broken: int  # links wrong under B alone
    exact: float  # two-sided p of the binomial test with share ½; in (0, 1]
    statistic: float  # (|fixed − broken| − 1)² / (fixed + broken), with Edwards's correction; 0 where they are equal or none
    asymptotic: float  # p of the statistic under χ² with one degree of freedom


@dataclass(frozen=True)
class Changes:
    """Every link that there is under either system, and whether each had it wrong.

    A link is wrong under a system that drew it though it is not in gold, or left it out though gold is sure; a link only the other
    system drew is right under the one that did not, unless gold is sure of it.

    pair, source, target : (k,) int32 places
    before, after        : (k,) bool, wrong under A, under B
    links                : McNemar's test over the links
    improved, harmed, same : sentence pairs whose AER fell, rose, stayed
    sentences            : two-sided p of the sign test over the sentence pairs that changed; links of a sentence lean on each other,
                           so this is the more careful of the two
    """

    pair: np.ndarray
    source: np.ndarray
    target: np.ndarray
    before: np.ndarray
    after: np.ndarray
    links: McNemar
    improved: int
    harmed: int
    same: int
    sentences: float

    def rows(self, kind: str) -> np.ndarray:
        """(k,) bool, which links are of one of KINDS."""
        before, after = KINDS[kind]
        return (self.before == before) & (self.after == after)

    @property
    def counts(self) -> dict[str, int]:
        """How many links are of each kind; they add up to the links there are."""
        return {kind: int(self.rows(kind).sum()) for kind in KINDS}


def mcnemar(fixed: int, broken: int) -> McNemar:
    """McNemar's test from the two counts of disagreement.

    source: McNemar 1947; continuity correction Edwards 1948; the exact test is the binomial one
    """
    total = fixed + broken
    if not total:
        return McNemar(0, 0, 1.0, 0.0, 1.0)
    statistic = max(abs(fixed - broken) - 1, 0) ** 2 / total
    # χ² with one degree of freedom is the square of a standard normal variable
    return McNemar(fixed, broken, sign_test(fixed, broken), statistic, math.erfc(math.sqrt(statistic / 2)))


def sign_test(first: int, second: int) -> float:
    """The exact binomial test, two-sided: how likely an even coin falls as unevenly as so many on one side and so many on the other, or
    more unevenly still. 1 where there was no throw."""
    total, less = first + second, min(first, second)
    if first == second:
        return 1.0
    thrown = np.arange(less)
    logs = np.concatenate([[0.0], np.cumsum(np.log(total - thrown) - np.log(thrown + 1))])  # of "total choose 0" and on
    return min(2 * float(np.exp(logs - total * math.log(2)).sum()), 1.0)


def changes(pairs: Sequence[SentencePair], first: LinkTable, second: LinkTable, aer: tuple[np.ndarray, np.ndarray]) -> Changes:
    """All links of two systems on the same pairs, side by side.

    aer: per pair under A and under B
    """
    keys = [place_codes(pairs, table) for table in (first, second)]
    union, where = np.unique(np.concatenate(keys), return_index=True)
    columns = [np.concatenate([getattr(first, name), getattr(second, name)])[where] for name in ("pair", "source", "target")]
    before, after = (np.isin(union, key[table.outcome != HIT_CODE]) for key, table in zip(keys, (first, second), strict=True))
    fixed, broken = int((before & ~after).sum()), int((~before & after).sum())
    drop = aer[1] - aer[0]
    improved, harmed = int((drop < -1e-12).sum()), int((drop > 1e-12).sum())
    same = len(drop) - improved - harmed
    return Changes(*columns, before, after, mcnemar(fixed, broken), improved, harmed, same, sign_test(improved, harmed))


def change_codes(pairs: Sequence[SentencePair], table: LinkTable, found: Changes) -> np.ndarray:
    """(k,) int8 index into CHANGES of each link of either system: fixed and broken are always meant from A to B."""
    codes = np.select([found.rows(kind) for kind in CHANGES[1:]], [1, 2]).astype(np.int8)
    return codes[np.searchsorted(place_codes(pairs, found), place_codes(pairs, table))]
