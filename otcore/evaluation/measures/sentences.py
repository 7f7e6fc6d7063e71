"""Sentence retrieval: a sentence's translation among all test sentences, in both directions."""

from functools import partial

import numpy as np

from otcore.evaluation.measure import Prepared, measure
from otcore.evaluation.samples import Rates, first_rate, two_rates


def _hits(made: Prepared) -> np.ndarray:
    """(pairs, 4) hits and tries to English, then from English."""
    from otcore.retrieval.precision import retrieval_hits

    source, target = made.sentences
    texts = [[getattr(pair, side).words for pair in made.pairs] for side in ("source", "target")]
    ways = retrieval_hits(source, target, texts[1]), retrieval_hits(target, source, texts[0])
    return np.stack([column for hits in ways for column in (hits, np.ones(len(hits), bool))], axis=1).astype(np.int64)


_p_at_1 = partial(measure, unit="P@1, 0 to 1", better="higher", alone=True, chance=lambda pairs: 1 / pairs)


@_p_at_1("sentences", "sentence retrieval", 30, first=True)
def _both_ways(made: Prepared) -> Rates:
    """How often a sentence's translation is its nearest of all test sentences (mean of both directions)."""
    return Rates(made.once(_hits), two_rates)


@_p_at_1("to_english", "sentence retrieval to English", 31)
def _to_english(made: Prepared) -> Rates:
    """The same, to English only."""
    return Rates(made.once(_hits)[:, :2], first_rate)


@_p_at_1("from_english", "sentence retrieval from English", 32)
def _from_english(made: Prepared) -> Rates:
    """The same, from English."""
    return Rates(made.once(_hits)[:, 2:], first_rate)


MEASURE = (_both_ways, _to_english, _from_english)
