"""Function words: short closed lists for the bundled languages, the commonest words of the text for all others.

Articles, pronouns, adpositions, conjunctions, auxiliaries and particles; written for this project, lower case, and no more than
the error classes need: a word that is missing here is told of as a content word.
"""

from collections import Counter
from pathlib import Path

from otcore.text.languages import LANGUAGES

COMMON_SHARE = 0.005  # of all words: in a language without a list, a word at least so common is taken for a function word

_LISTS = Path(__file__).with_suffix(".tsv").read_text(encoding="utf-8").splitlines()  # language code, tab, words divided by spaces
FUNCTION_WORDS = {code: frozenset(words.split()) for code, words in (line.split("\t") for line in _LISTS)}


def is_function_word(word: str, language: str, counts: Counter | None = None) -> bool:
    """Whether a word is on its language's list, or where there is none is very common in the text, by its case-folded `counts`."""
    folded = word.casefold().replace("’", "'")
    code = language.split("-", maxsplit=1)[0]
    if code in LANGUAGES:
        return folded in FUNCTION_WORDS[code]
    return bool(counts) and counts[folded] >= COMMON_SHARE * counts.total() and any(character.isalpha() for character in word)
