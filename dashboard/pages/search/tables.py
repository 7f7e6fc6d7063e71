"""Results as tables and files."""

from collections.abc import Mapping, Sequence

import pandas as pd

from dashboard.kit.exports import csv
from dashboard.pages.search.choices import SearchView
from otcore.retrieval.index import Hit
from otcore.retrieval.scores import AT, QueryScores, mean_scores
from otcore.text.languages import language


def scores_table(names: Sequence[str], scores: Sequence[Mapping[str, QueryScores]], chance: QueryScores) -> pd.DataFrame:
    """One row an encoder, means over the languages searched, and one for chance; in [0, 1]."""
    means = [*map(mean_scores, scores), chance]
    return pd.DataFrame(
        {"encoder": name, "MRR": one.mrr, "P@1": one.first, f"recall@{AT}": one.recall}
        for name, one in zip([*names, "chance"], means, strict=True)
    )


def language_table(names: Sequence[str], scores: Sequence[Mapping[str, QueryScores]]) -> pd.DataFrame:
    """One row a language: reciprocal rank and recall under each encoder."""
    rows = []
    for code in scores[0]:
        row = {"language": language(code).name}
        for measure, name_of in (("mrr", "MRR"), ("recall", f"recall@{AT}")):
            row |= {f"{name_of} {name}": getattr(one[code], measure) for name, one in zip(names, scores, strict=True)}
        rows.append(row)
    return pd.DataFrame(rows)


def results_csv(view: SearchView, found: Sequence[Mapping[str, Sequence[Hit]]], relevant: frozenset[str] | None) -> str:
    """One row a result; a cell that a spreadsheet would take for a formula is made safe."""
    rows = []
    for name, lists in zip(view.encoders, found, strict=True):
        for heading, place, hit in ((heading, place, hit) for heading, hits in lists.items() for place, hit in enumerate(hits, 1)):
            answers = "" if relevant is None else int(hit.id in relevant)
            cosines = {"cosine": round(hit.score, 6), "mean_cosine": round(hit.mean, 6)}
            where = {"encoder": name, "language": hit.language, "rank": place, "rank_in_language": hit.rank, **cosines}
            among = "one language" if heading else "all languages"
            rows.append(
                {
                    "query": view.query,
                    "query_language": view.code,
                    **where,
                    "id": hit.id,
                    "text": hit.text,
                    "relevant": answers,
                    "among": among,
                }
            )
    return csv(pd.DataFrame(rows))
