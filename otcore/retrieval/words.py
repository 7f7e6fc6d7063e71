"""Contextual word retrieval: is a word's gold translation, in its own sentence, its nearest among all words of the other language?

source: Cao, Kitaev & Klein 2020 §4.1; CSLS from Conneau et al. 2018 §2.3 (METHOD, "L2")
"""

from collections.abc import Sequence

import numpy as np

from otcore.corpora.types import Links

NEIGHBOURS = 10
_ROWS = 1024  # similarities at a time: memory stays flat for large files


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """(n, d) rows of length 1; a zero row stays zero."""
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12)


def nearest_mean(x: np.ndarray, y: np.ndarray, k: int = NEIGHBOURS) -> np.ndarray:
    """(n,) mean cosine of each unit row of x to its k nearest rows of y (all, where there are fewer): r of CSLS."""
    k = min(k, len(y))
    parts = [np.partition(x[start : start + _ROWS] @ y.T, len(y) - k, axis=1)[:, len(y) - k :].mean(1) for start in range(0, len(x), _ROWS)]
    return np.concatenate(parts)


def word_hits(sides: Sequence[tuple[np.ndarray, np.ndarray]], gold: Sequence[Links], k: int = NEIGHBOURS) -> np.ndarray:
    """(sentences, 4) hits and tries of source words, then of target words.

    Tried are words with a sure link; candidates are all words of the other language with any link; a hit is one of the word's own
    links, sure or possible, and a tie with a wrong word is a miss.

    sides: source (n, d) and target (m, d) word vectors of each sentence; words that were cut are no words
    gold : links between their words
    """
    kept = []
    for (x, y), links in zip(sides, gold, strict=True):
        inside = [{(i, j) for i, j in some if i < len(x) and j < len(y)} for some in (links.sure, links.possible)]
        kept.append(Links(*inside))
    pools = [_pool([pair[side] for pair in sides], kept, side) for side in (0, 1)]
    return np.hstack([_one_way(pools[side], pools[1 - side], kept, side, k) for side in (0, 1)])


def _pool(vectors: Sequence[np.ndarray], gold: Sequence[Links], side: int):
    """Unit vectors of all linked words of one language, and (sentence, word) → row."""
    places = [(number, word) for number, links in enumerate(gold) for word in sorted({link[side] for link in links.possible})]
    rows = [vectors[number][word] for number, word in places]
    width = vectors[0].shape[1] if len(vectors) else 0
    return unit_rows(np.stack(rows) if rows else np.zeros((0, width))), {place: row for row, place in enumerate(places)}


def _one_way(own, other, gold: Sequence[Links], side: int, k: int) -> np.ndarray:
    """(sentences, 2) hits and tries of one side's words."""
    (x, rows), (y, columns) = own, other
    counts = np.zeros((len(gold), 2), np.int64)
    tried = [(number, word) for number, links in enumerate(gold) for word in sorted({link[side] for link in links.sure})]
    if not tried:
        return counts
    right = {place: [] for place in tried}
    for number, links in enumerate(gold):
        for link in links.possible:
            if (number, link[side]) in right:
                right[number, link[side]].append(columns[number, link[1 - side]])
    queries = x[[rows[place] for place in tried]]
    hubs = nearest_mean(y, x, k)  # CSLS is 2 cos(x, y) − r(x) − r(y); r of a query shifts its whole row and changes no order
    for start in range(0, len(tried), _ROWS):
        block = tried[start : start + _ROWS]
        scores = 2 * queries[start : start + _ROWS] @ y.T - hubs
        for row, place in enumerate(block):
            best = scores[row, right[place]].max()
            scores[row, right[place]] = -np.inf
            counts[place[0]] += (int(best > scores[row].max(initial=-np.inf)), 1)
    return counts
