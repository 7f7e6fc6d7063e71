"""What a measure is, and what all measures of an encoder on one language are made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from otcore.corpora.types import SentencePair
from otcore.evaluation.published import Published
from otcore.evaluation.samples import Sample


@dataclass(frozen=True)
class Prepared:
    """Sentence pairs of a language with English, under one encoder.

    pairs    : the language the source, English the target
    words    : (n, d) and (m, d) word vectors of either side of each pair, at the words' layer
    sentences: (2, pairs, d) unit vectors of either side, at the sentences' layer
    links    : layer → (pairs, 4) counts of the aligner's links: predicted, sure, predicted sure, predicted possible; empty without
               hand-made links
    layer    : of the words
    seed     : of what is drawn
    """

    pairs: Sequence[SentencePair]
    words: Sequence[tuple[np.ndarray, np.ndarray]]
    sentences: np.ndarray
    links: Mapping[int, np.ndarray]
    layer: int
    seed: int = 0
    _made: dict[Callable, Any] = field(default_factory=dict, repr=False)

    @property
    def sides(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """The words of the language, and those of English."""
        return [source for source, _ in self.words], [target for _, target in self.words]

    def once(self, work: Callable[["Prepared"], Any]) -> Any:
        """What several measures share, worked out for the first of them."""
        if work not in self._made:
            self._made[work] = work(self)
        return self._made[work]


@dataclass(frozen=True)
class Measure:
    """One figure of a comparison.

    name, label: in files and addresses, and for people; `rank`: its place in lists
    reading    : one line on how to read it
    compute    : the figure; None where the pairs do not allow it
    unit       : of its values
    better     : "lower", "higher", or "" where neither is good in itself
    gold       : whether it needs hand-made links
    first      : whether it is shown at first
    alone      : whether it says something of one sentence pair by itself; it gives Rates then
    chance     : number of pairs → what no knowledge at all would give, or None where that is not known
    published  : what others published of it with English, in percent
    """

    name: str
    label: str
    rank: int
    reading: str
    compute: Callable[[Prepared], Sample | None]
    unit: str
    better: str
    gold: bool = False
    first: bool = False
    alone: bool = False
    chance: Callable[[int], float | None] = lambda pairs: None
    published: Published | None = None


def measure(name: str, label: str, rank: int, **more: Any) -> Callable[[Callable], Measure]:
    """Makes a measure of the function that computes it, whose docstring is how to read it; `more` are the other fields."""
    return lambda compute: Measure(name, label, rank, " ".join(compute.__doc__.split()), compute, **more)
