"""The text that a lexicon is learnt from: which words it holds, and sentences as its rows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from otcore.encoders.lexicon import key
from otcore.pretraining.corpus import read_pairs, segmenter
from otcore.pretraining.recipe import LexiconRecipe
from otcore.pretraining.store import Ragged
from otcore.text.languages import words_of

ENGLISH = "en"
_LONGEST = 200  # rows of a sentence
_SEEN = 3  # times at least that a word of the lexicon occurs

Words = Sequence[str]


@dataclass(frozen=True)
class WordPairs:
    """Pairs of one language as words, every second Chinese or Japanese sentence as it stands, uncut; ``cut`` (n,) bool: both sides are."""

    language: str
    english: list[Words]
    other: list[Words]
    cut: np.ndarray


def read_words(path: Path, language: str, recipe: LexiconRecipe) -> WordPairs:
    """Read so many pairs of one file, drawn by seed, long ones rather than short ones (by the root of their letters)."""
    pairs = read_pairs(path)
    rng = np.random.default_rng([recipe.seed, 11, sum(map(ord, language))])
    weights = np.sqrt([len(english) for english, _ in pairs])
    chosen = rng.choice(len(pairs), min(recipe.pairs, len(pairs)), replace=False, p=weights / weights.sum())
    whole = segmenter(language) is not None  # people give such text in either way
    cut = np.arange(len(chosen)) % 2 < (1 if whole else 2)
    other = [words_of(pairs[i][1], language) if is_cut else pairs[i][1].split() for i, is_cut in zip(chosen, cut, strict=True)]
    return WordPairs(language, [words_of(pairs[i][0], ENGLISH) for i in chosen], other, cut)


def counted(texts: Iterable[WordPairs]) -> dict[str, Counter[str]]:
    """Language → how often each key occurs, English first."""
    found: dict[str, Counter[str]] = {ENGLISH: Counter()}
    for text in texts:
        for language, side in ((ENGLISH, text.english), (text.language, text.other)):
            of = found.setdefault(language, Counter())
            for words in side:
                of.update(map(key, words))
    for of in found.values():
        del of[""]
    return found


def lexicon_words(counts: dict[str, Counter[str]], tokenizer: Tokenizer, recipe: LexiconRecipe) -> list[str]:
    """The most frequent words of each language that are several subwords; one subword has a vector as it is."""
    chosen: dict[str, None] = {}
    for language, of in counts.items():
        known = [word for word, times in of.most_common() if times >= _SEEN and word not in chosen]
        encodings = tokenizer.encode_batch_fast(known, add_special_tokens=False)
        several = [word for word, encoding in zip(known, encodings, strict=True) if len(encoding.ids) > 1]
        chosen |= dict.fromkeys(several[: recipe.english_words if language == ENGLISH else recipe.words])
    return list(chosen)


class Rows:
    """Texts as rows of the lexicon: the row of a word that it holds, else those of the word's subwords."""

    def __init__(self, tokenizer: Tokenizer, words: Sequence[str]) -> None:
        self._tokenizer, self._known = tokenizer, {word: row for row, word in enumerate(words, tokenizer.get_vocab_size())}
        self._met: dict[str, list[int]] = {}

    def of(self, texts: Iterable[Words]) -> Ragged:
        """One row of the result a text."""
        return Ragged.of([[row for word in words for row in self._word(word)][:_LONGEST] for words in texts])

    def _word(self, word: str) -> list[int]:
        if (found := self._met.get(word)) is None:
            row = self._known.get(key(word))
            found = self._met[word] = self._tokenizer.encode(word, add_special_tokens=False).ids if row is None else [row]
        return found
