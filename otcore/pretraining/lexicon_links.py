"""What the teacher's vectors of English words make of the words of all languages: those linked to English ones mean what these do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from otcore.alignment.statistical import word_links
from otcore.encoders.lexicon import key
from otcore.pretraining.lexicon_text import ENGLISH, WordPairs
from otcore.pretraining.store import Ragged, load_arrays, save_arrays
from otcore.pretraining.training import Run

_LINKED = 3  # links at least that tell what a word means


@dataclass(frozen=True)
class ToldWords:
    """Words of all languages, the teacher's English ones first, in their order.

    vectors: (n, k) float32, the shorter the less a word tells; times: (n,) how often each was seen
    """

    words: list[str]
    vectors: np.ndarray
    times: np.ndarray


def told_words(
    run: Run, texts: Sequence[WordPairs], english: list[str], vectors: np.ndarray, counts: Mapping[str, Mapping[str, int]]
) -> ToldWords:
    """Return the English words with their vectors (w, k), and of the other languages' words the mean of the vectors of those that they
    are linked to; an occurrence without a link counts as zero. A word of several languages has the mean of what it means in each.

    Raises ``InputError`` if the statistical aligner is not installed.
    """
    numbers = {word: number for number, word in enumerate(english)}
    met = np.array([counts[ENGLISH][word] for word in english], float)
    words, parts = dict(numbers), [(np.arange(len(english)), met[:, None] * vectors, met)]
    for text in texts:
        own, met, linked = _linked(run, text, numbers)
        kept = np.flatnonzero(linked.sum(1) >= _LINKED)
        parts.append((np.array([words.setdefault(own[row], len(words)) for row in kept], int), linked[kept] @ vectors, met[kept]))
    total, seen = np.zeros((len(words), vectors.shape[1])), np.zeros(len(words))
    for rows, sums, met in parts:
        total[rows] += sums
        seen[rows] += met
    return ToldWords(list(words), (total / seen[:, None].clip(1)).astype(np.float32), seen)


def _linked(run: Run, text: WordPairs, numbers: Mapping[str, int]) -> tuple[list[str], np.ndarray, sparse.csr_array]:
    """Keys of the other side, how often each was met where sentences were linked, and how often it is linked to each English word."""
    pairs = np.flatnonzero(text.cut)
    sides = [[list(map(key, side[i])) for i in pairs] for side in (text.english, text.other)]
    links = _links(run, text.language, sides)
    own: dict[str, int] = {}
    left = Ragged.of([[numbers.get(word, -1) for word in words] for words in sides[0]])
    right = Ragged.of([[own.setdefault(word, len(own)) for word in words] for words in sides[1]])
    pair = np.repeat(np.arange(len(links)), links.lengths // 2)
    english, other = links.flat.reshape(-1, 2).T
    at = left.flat[left.offsets[pair] + english], right.flat[right.offsets[pair] + other]
    named = (at[0] >= 0) & (at[1] != own.get("", -1))
    shape = (len(own), len(numbers))
    counted = sparse.coo_array((np.ones(named.sum(), np.float32), (at[1][named], at[0][named])), shape).tocsr()
    return list(own), np.bincount(right.flat, minlength=len(own)), counted


def _links(run: Run, language: str, sides: list[list[list[str]]]) -> Ragged:
    """Statistical links between the words, kept on disk."""
    path = run.work / f"links-{language}.npz"
    if not path.exists():
        run.progress(f"links of {language}: {len(sides[0])} pairs")
        links = Ragged.of([[i for link in pair for i in link] for pair in word_links(*sides, run.recipe.seed)])
        save_arrays(path, flat=links.flat, offsets=links.offsets)
    arrays = load_arrays(path)
    return Ragged(arrays["flat"], arrays["offsets"])


def first_table(words: Ragged, told: ToldWords, size: int) -> np.ndarray:
    """Return the table (size, k) float32 to begin with: of a row the mean over the words that it is part of, as often as each was seen,
    of the word's vector over its number of rows; zero for a row of none.

    words: rows of each of the told words
    """
    word = np.repeat(np.arange(len(words)), words.lengths)
    weight = (told.times[word] / words.lengths[word]).astype(np.float32)
    parts = sparse.coo_array((weight, (words.flat, word)), (size, len(words))).tocsr()
    often = sparse.coo_array((told.times[word].astype(np.float32), (words.flat, word)), (size, len(words))).sum(1)
    return ((parts @ told.vectors) / np.maximum(often, 1e-12)[:, None]).astype(np.float32)
