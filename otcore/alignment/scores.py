"""Alignment quality against gold links: precision, recall, F1 and the alignment error rate."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from otcore.base.errors import InputError
from otcore.corpora.types import Link, Links


@dataclass(frozen=True)
class Scores:
    """Scores over one pair or many, from counts, so that they can be added up.

    aer       : 1 − (|A∩S| + |A∩P|) / (|A| + |S|), in [0, 1], lower is better (Och & Ney 2003)
    precision : |A∩P| / |A|
    recall    : |A∩S| / |S|
    f1        : harmonic mean of both
    predicted, sure, possible : |A|, |S|, |P| with P ⊇ S
    pairs     : sentence pairs counted
    """

    predicted: int
    sure: int
    possible: int
    predicted_sure: int
    predicted_possible: int
    pairs: int = 1

    @property
    def precision(self) -> float:
        return self.predicted_possible / self.predicted if self.predicted else float(self.sure == 0)

    @property
    def recall(self) -> float:
        return self.predicted_sure / self.sure if self.sure else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def aer(self) -> float:
        both = self.predicted + self.sure
        return 1 - (self.predicted_sure + self.predicted_possible) / both if both else 0.0

    def __add__(self, other: "Scores") -> "Scores":
        return Scores(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    def as_dict(self) -> dict[str, float | int]:
        """Rates in [0, 1] and counts, as the command line prints them."""
        rates = {name: round(getattr(self, name), 6) for name in ("aer", "precision", "recall", "f1")}
        return rates | {name: getattr(self, name) for name in ("predicted", "sure", "possible", "pairs")}


def score_pair(predicted: Iterable[Link], gold: Links) -> Scores:
    """Counts of one sentence pair."""
    links = frozenset(predicted)
    return Scores(len(links), len(gold.sure), len(gold.possible), len(links & gold.sure), len(links & gold.possible))


def score(predicted: Sequence[Iterable[Link]], gold: Sequence[Links]) -> Scores:
    """Micro-averaged scores over sentence pairs in the same order.

    raises: InputError   different numbers of pairs

    >>> from otcore import AlignSettings, align, load_collection, load_encoder, score
    >>> pairs = load_collection().pairs("de", "en", "test")[:10]
    >>> alignments = align(load_encoder(), pairs, AlignSettings())
    >>> scores = score([alignment.pairs for alignment in alignments], [pair.gold for pair in pairs])
    >>> scores.pairs, scores.aer < 0.15
    (10, True)
    """
    if len(predicted) != len(gold):
        raise InputError(f"{len(predicted)} predicted lines and {len(gold)} gold lines: they must be line-parallel.")
    total = Scores(0, 0, 0, 0, 0, pairs=0)
    for links, entry in zip(predicted, gold, strict=True):
        total = total + score_pair(links, entry)
    return total


def agreement(first: Sequence[Links], second: Sequence[Links]) -> dict[str, float | int]:
    """Agreement of two annotations: 2 |A∩B| / (|A| + |B|) over sure and over all links, and how many links each has.

    raises: InputError   different numbers of pairs
    """
    if len(first) != len(second):
        raise InputError(f"{len(first)} and {len(second)} lines of links: both annotations must be line-parallel.")
    rates: dict[str, float | int] = {}
    for name, pick in (("sure", lambda links: links.sure), ("all", lambda links: links.possible)):
        sides = [{(line, link) for line, links in enumerate(side) for link in pick(links)} for side in (first, second)]
        total = len(sides[0]) + len(sides[1])
        rates[name] = round(2 * len(sides[0] & sides[1]) / total, 6) if total else 1.0
    return rates | {"first": sum(len(links.possible) for links in first), "second": sum(len(links.possible) for links in second)}
