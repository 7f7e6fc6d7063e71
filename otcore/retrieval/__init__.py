"""A query in one language, the nearest sentences of every other: what is searched, the index, the ranking and its scores."""

from otcore.retrieval.index import Hit, Index, build_index, merged, query_vectors, search
from otcore.retrieval.scores import AT, QueryScores, chance_scores, mean_scores, score_queries
from otcore.retrieval.sentences import (
    Sentences,
    bundled_sentences,
    keep_sentences,
    kept_files,
    kept_sentences,
    read_sentences,
    written_query,
)

__all__ = [
    "AT",
    "Hit",
    "Index",
    "QueryScores",
    "Sentences",
    "build_index",
    "bundled_sentences",
    "chance_scores",
    "keep_sentences",
    "kept_files",
    "kept_sentences",
    "mean_scores",
    "merged",
    "query_vectors",
    "read_sentences",
    "score_queries",
    "search",
    "written_query",
]
