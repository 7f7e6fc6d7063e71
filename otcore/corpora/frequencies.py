"""How common words are: relative frequencies from the bundled sentences, for inverse-frequency masses."""

import functools
from collections import Counter
from collections.abc import Iterable, Sequence

from otcore.base.errors import InputError
from otcore.corpora.collection import load_collection
from otcore.corpora.types import SentencePair
from otcore.text.languages import LANGUAGES, words_of


class _Settled(Counter):
    """Counts that change no more, so that their sum is taken once, not for every sentence."""

    def total(self) -> int:
        if not hasattr(self, "_sum"):
            self._sum = super().total()
        return self._sum


def relative_frequencies(words: Sequence[str], language: str, counts: Counter | None = None) -> list[float]:
    """p(w) of each word in [0, 1], case folded: from the bundled sentences, or in another language from `counts`.

    A bundled language never looks at `counts`, so that a pair gets the same masses alone and in a file.
    raises: InputError   a language that is not bundled, without counts
    """
    known = bundled_counts(language) if language in LANGUAGES else counts
    if not known:
        raise InputError(f"There are no word counts for {language}; choose uniform or norm masses.")
    total = known.total()
    return [known[word.casefold()] / total for word in words]


def word_counts(sentences: Iterable[Sequence[str]]) -> Counter:
    """How often each word occurs, case folded, for languages that are not bundled."""
    return _Settled(word.casefold() for sentence in sentences for word in sentence)


def other_counts(pairs: Iterable[SentencePair]) -> dict[str, Counter]:
    """Word counts of the languages that are not bundled, from the pairs themselves: what inverse-frequency masses need."""
    sides = [side for pair in pairs for side in (pair.source, pair.target) if side.language not in LANGUAGES]
    return {code: word_counts(side.words for side in sides if side.language == code) for code in {side.language for side in sides}}


@functools.cache
def bundled_counts(language: str) -> Counter:
    """How often each word occurs in the bundled sentences, case folded; empty where there are none in the language."""
    collection = load_collection()
    counts = Counter()
    if language in collection.gold:
        counts.update(word.casefold() for sentence in collection.gold[language].values() for word in sentence.words)
        counts.update(word.casefold() for text in collection.training[language] for word in words_of(text, language))
    return _Settled(counts)
