"""The lexicon of a run's text: what its word links say of words by themselves. Beside the vectors it is a bilingual dictionary."""

from collections import Counter
from collections.abc import Collection, Iterable

import numpy as np
from scipy import sparse

from otcore.corpora.types import Link, SentencePair
from otcore.encoders.lexicon import Lexicon, entry

_DIMENSION = 256  # 512 lowered AER of the public sentences by less than .0005
_LINKED = 2  # links at least of a word: those with one are a third of all and changed nothing


class LinkCounts:
    """How often words of any language are linked to English ones, in pairs whose target side is English."""

    def __init__(self) -> None:
        self._linked: Counter[tuple[str, str]] = Counter()
        self._met: Counter[str] = Counter()
        self._english: Counter[str] = Counter()

    def add(self, pairs: Iterable[tuple[SentencePair, Collection[Link]]]) -> None:
        """Count pairs with their links."""
        for pair, links in pairs:
            source, target = ([entry(word) for word in side.words] for side in (pair.source, pair.target))
            self._met.update(source + target)
            self._english.update(target)
            self._linked.update((source[i], target[j]) for i, j in links)

    def lexicon(self, seed: int = 0) -> Lexicon:
        """Vectors of words for links alone: of an English word a random one, of every other the mean over its occurrences of those that
        they are linked to, zero where to none (random indexing: Kanerva, Kristoferson and Holst, 2000).

        The cosine of two words so is that of their distributions over English words, up to some 1/√256. A word that several languages
        write alike has the mean of what it means in each.
        """
        times = Counter[str]()
        for (word, english), count in self._linked.items():
            times[word] += count
            times[english] += count
        words = sorted(word for word, count in times.items() if count >= _LINKED)
        english = {word: place for place, word in enumerate(sorted({word for _, word in self._linked}))}
        own = {word: place for place, word in enumerate(words)}
        counts = [(own[word], english[to], count) for (word, to), count in self._linked.items() if word in own]
        counts += [(own[word], english[word], self._english[word]) for word in words if word in english]
        rows, columns, values = np.array(counts, float).reshape(-1, 3).T
        met = np.array([self._met[word] for word in words], float)
        matrix = sparse.csr_array((values, (rows.astype(int), columns.astype(int))), (len(words), len(english)))
        signs = np.random.default_rng([seed, 8]).choice(np.array([-1, 1], np.float32), (len(english), _DIMENSION))
        return Lexicon.of((), words, (matrix @ signs) / (met[:, None] * _DIMENSION**0.5), share=0.0)
