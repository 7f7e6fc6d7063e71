"""The links of one system over many pairs as columns, so that filters and counts over thousands of links take no time."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from otcore.alignment.links import Alignment
from otcore.analysis.classes import CAUSES, OUTCOMES, Context, diagonal_distance, judge
from otcore.corpora.types import SentencePair

HIT_CODE, MISSED_CODE, FALSE_CODE = range(3)


_COLUMNS = {
    "pair": np.int32,  # place in the analysis
    "source": np.int32,  # places of the words in their sentences
    "target": np.int32,
    "outcome": np.int8,  # index into OUTCOMES
    "cause": np.int8,  # index into CAUSES
    "sure": np.bool_,  # whether gold is sure of the link
    "confidence": np.float32,  # in [0, 1]; NaN for a missed link
    "frequency": np.int32,  # how often the rarer of the two words stands in the analysed text, case folded
    "pieces": np.int16,  # subwords of the longer-cut of the two words
    "distance": np.float32,  # from the diagonal, in [0, 1)
}
LinkTable = np.recarray  # one row a link, by pair and place, with these columns


def table_of(contexts: Sequence[Context], alignments: Sequence[Alignment], counts: dict[str, Counter]) -> LinkTable:
    """Judges every link of every pair; `counts` is language → case-folded word → times in the analysed text."""
    rows = [row for place, context in enumerate(contexts) for row in _rows(place, context, alignments[place], counts)]
    return np.array(rows, list(_COLUMNS.items())).view(LinkTable)


def place_codes(pairs: Sequence[SentencePair], table: LinkTable) -> np.ndarray:
    """(k,) int64, one number for each place (pair, source word, target word) of a table, or of what else has these columns."""
    width = 1 + max((max(len(pair.source.words), len(pair.target.words)) for pair in pairs), default=0)
    return (table.pair.astype(np.int64) * width + table.source) * width + table.target


def word_counts_of(pairs: Sequence[SentencePair]) -> dict[str, Counter]:
    """Language → case-folded word → how often it stands in the pairs; a sentence that stands in several pairs of a collection
    (English, in every language's) counts each time."""
    counts: dict[str, Counter] = {}
    for pair in pairs:
        for side in (pair.source, pair.target):
            counts.setdefault(side.language, Counter()).update(word.casefold() for word in side.words)
    return counts


def _rows(place: int, context: Context, alignment: Alignment, counts: dict[str, Counter]) -> Iterator[tuple]:
    confidence = {(link.source, link.target): link.confidence for link in alignment.links}
    often = [[counts[side.language][word] for word in folded] for side, folded in zip(context.sides, context.folded, strict=True)]
    sizes = len(context.words[0]), len(context.words[1])
    for judged in judge(context):
        i, j = link = judged.source, judged.target
        became = OUTCOMES.index(judged.outcome), CAUSES.index(judged.cause), judged.sure, confidence.get(link, np.nan)
        words = min(often[0][i], often[1][j]), max(context.pieces[0][i], context.pieces[1][j]), diagonal_distance(link, *sizes)
        yield place, *link, *became, *words
