"""How well a search finds what was marked as relevant: reciprocal rank, precision at 1, recall at 10, and the same by chance."""

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from otcore.base.errors import InputError
from otcore.retrieval.index import Index

AT = 10  # sentences that recall looks at


@dataclass(frozen=True)
class QueryScores:
    """Means over queries, all in [0, 1].

    mrr    : of 1 / rank of the first relevant sentence (mean reciprocal rank; Voorhees 1999)
    first  : share of queries whose nearest sentence is relevant (P@1)
    recall : share of a query's relevant sentences among the AT nearest
    queries: how many there are
    """

    mrr: float
    first: float
    recall: float
    queries: int


def score_queries(index: Index, queries: np.ndarray, relevant: Sequence[frozenset[str]]) -> dict[str, QueryScores]:
    """Language → scores of the queries among its sentences; a tie with a sentence that is not relevant counts as behind it.

    queries : (q, d) unit vectors under the index's encoder
    relevant: for each query the ids of the sentences that answer it; one that has none in a language is left out there
    raises  : InputError   no query has a relevant sentence in a language
    """
    found = {}
    for sentences, vectors in zip(index.sentences, index.vectors, strict=True):
        place = {id: k for k, id in enumerate(sentences.ids)}
        similarity = queries @ vectors.T
        ranks = [_ranks(row, [place[id] for id in ids if id in place]) for row, ids in zip(similarity, relevant, strict=True)]
        ranks = [one for one in ranks if len(one)]
        if not ranks:
            raise InputError(f"No query has a relevant sentence in {sentences.language}; search a text that the queries were written for.")
        means = np.mean([(1 / one[0], one[0] == 1, (one <= AT).mean()) for one in ranks], axis=0)
        found[sentences.language] = QueryScores(*map(float, means), len(ranks))
    return found


def mean_scores(by_language: Mapping[str, QueryScores]) -> QueryScores:
    """The mean over languages, each weighing the same."""
    every = list(by_language.values())
    return QueryScores(*(float(np.mean([getattr(one, name) for one in every])) for name in ("mrr", "first", "recall")), every[0].queries)


def chance_scores(sentences: int, relevant: Sequence[int]) -> QueryScores:
    """What a random order of so many sentences gives in expectation.

    relevant: how many sentences answer each query; those that none answers are left out
    """
    counts = [r for r in relevant if r]
    first = float(np.mean([r / sentences for r in counts]))
    return QueryScores(random_reciprocal_rank(sentences, counts), first, min(AT / sentences, 1.0), len(counts))


def random_reciprocal_rank(sentences: int, relevant: Sequence[int]) -> float:
    """Expected mean of 1 / rank of the first relevant sentence in a random order.

    relevant: how many sentences answer each query, each in 1 … sentences
    source  : the first of r marked ones among n comes at rank k with probability C(n − k, r − 1) / C(n, r)
    """

    @functools.cache
    def expected(r: int) -> float:
        return sum(math.comb(sentences - k, r - 1) / k for k in range(1, sentences - r + 2)) / math.comb(sentences, r)

    return float(np.mean([expected(int(r)) for r in relevant]))


def _ranks(similarity: np.ndarray, relevant: Sequence[int]) -> np.ndarray:
    """(r,) sorted ranks from 1 of the relevant sentences, behind all others that are as near."""
    own = np.sort(similarity[list(relevant)])[::-1] if relevant else np.empty(0)
    others = np.sort(np.delete(similarity, list(relevant)))
    ahead = len(others) - np.searchsorted(others, own, side="left")
    return ahead + np.arange(1, len(own) + 1)
