"""How common words are: relative frequencies from the bundled sentences, for inverse-frequency masses."""

import functools
from collections import Counter
from collections.abc import Iterable, Sequence

from otcore.corpora.collection import load_collection
from otcore.errors import InputError
from otcore.languages import LANGUAGES, words_of


def relative_frequencies(words: Sequence[str], language: str, corpus: Iterable[Sequence[str]] = ()) -> list[float]:
    """p(w) of each word in [0, 1], case folded, from the bundled sentences and, where given, the corpus at hand.

    raises: InputError   a language that is not bundled, without a corpus
    """
    counts = Counter(_bundled_counts(language) if language in LANGUAGES else ())
    counts.update(word.casefold() for sentence in corpus for word in sentence)
    if not counts:
        raise InputError(f"There are no word counts for {language}; choose uniform or norm masses.")
    total = counts.total()
    return [counts[word.casefold()] / total for word in words]


@functools.cache
def _bundled_counts(language: str) -> Counter:
    collection = load_collection()
    counts = Counter()
    if language in collection.gold:
        counts.update(word.casefold() for sentence in collection.gold[language].values() for word in sentence.words)
        counts.update(word.casefold() for text in collection.training[language] for word in words_of(text, language))
    return counts
