"""Cross-lingual search: short queries in one language over the sentences of another, ranked by cosine.

The bundled collection's queries and sentences. A language's figures are the mean over both directions with English: its queries over
English sentences, English queries over its sentences; English itself is searched in English.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from otcore.base.progress import Teller
from otcore.corpora.collection import Collection, load_collection
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import Sources
from otcore.evaluation.transfer.task import ENGLISH, Encoder, Outcome, Run, Scores, Task
from otcore.text.languages import words_of


@dataclass(frozen=True)
class Search(Task):
    """Queries and sentences of a collection, in some of its languages."""

    name = "search"
    label = "cross-lingual search"
    rank = 40
    about = "The collection's sixty queries over its sentences: each language's queries over English sentences and the other way round."
    measures: ClassVar = {"ndcg": "nDCG", "mrr": "MRR", "recall": "recall"}

    collection: Collection
    codes: tuple[str, ...]

    @classmethod
    def read(cls, sources: Sources) -> "Search":
        """Over the bundled collection.

        raises: InputError   a language that the collection does not have
        """
        collection = load_collection()
        return cls(collection, sources.chosen(collection))

    @property
    def languages(self) -> tuple[str, ...]:
        return self.codes

    def chance(self, settings: TransferSettings) -> Scores:
        """Expected figures of a random order."""
        relevant = self._relevant()
        return dict.fromkeys(self.codes, random_ranking(relevant.sum(1), relevant.shape[1], settings.top))

    def prepare(self, encoder: Encoder, settings: TransferSettings, tell: Teller) -> Run:
        def run(seed: int, told: Teller) -> Outcome:
            relevant, found = self._relevant(), {}
            each = told.each(dict.fromkeys((ENGLISH, *self.codes)))
            sides = {code: self._encode(encoder, settings, code, part) for code, part in each}
            for code in self.codes:
                ways = [(code, ENGLISH), (ENGLISH, code)]
                both = [ranking_scores(sides[asked][0] @ sides[held][1].T, relevant, settings.top) for asked, held in ways]
                found[code] = {measure: float(np.mean([one[measure] for one in both])) for measure in self.measures}
            return Outcome(found)

        return run

    def _encode(self, encoder: Encoder, settings: TransferSettings, code: str, tell: Teller) -> tuple[np.ndarray, np.ndarray]:
        """Unit vectors of the queries (q, d) and the sentences (n, d)."""
        from otcore.retrieval.precision import sentence_vectors

        def encoded(texts: Sequence[str], part: Teller) -> np.ndarray:
            words, show = [words_of(text, code) for text in texts], part.counted(code, "texts encoded")
            return sentence_vectors(encoder, words, settings.layer, show, code)

        queries = [query.texts[code] for query in self.collection.queries]
        return encoded(queries, tell.part(0, 0.1)), encoded(list(self.collection.texts(code).values()), tell.part(0.1, 1))

    def _relevant(self) -> np.ndarray:
        """(q, n) bool, the same in all languages."""
        ids = list(self.collection.texts(ENGLISH))
        return np.stack([np.isin(ids, query.relevant) for query in self.collection.queries])


def ranking_scores(scores: np.ndarray, relevant: np.ndarray, top: int) -> dict[str, float]:
    """Means over queries; equal scores rank in the order of their columns, but for nDCG, where ties are averaged.

    scores, relevant: (q, n); at least one relevant in every row
    returns: ndcg and recall among the first `top`; mrr, the mean of 1 / rank of the first relevant one of all
    source : nDCG of scikit-learn (Järvelin & Kekäläinen 2002, binary gains)
    """
    from sklearn.metrics import ndcg_score

    order = np.argsort(-scores, axis=1, kind="stable")
    ranked = np.take_along_axis(relevant, order, axis=1)
    return {
        "ndcg": float(ndcg_score(relevant.astype(float), scores, k=top)),
        "mrr": float((1 / (ranked.argmax(1) + 1)).mean()),
        "recall": float((ranked[:, :top].sum(1) / relevant.sum(1)).mean()),
    }


def random_ranking(relevant: Sequence[int], size: int, top: int) -> dict[str, float]:
    """What `ranking_scores` gives on average when the order is random.

    relevant: how many of `size` sentences answer each query
    """
    from otcore.retrieval.scores import random_reciprocal_rank

    discounts = 1 / np.log2(np.arange(2, min(top, size) + 2))
    ndcg = [count / size * discounts.sum() / discounts[:count].sum() for count in relevant]
    return {"ndcg": float(np.mean(ndcg)), "mrr": random_reciprocal_rank(size, relevant), "recall": min(top, size) / size}


TASK = Search
