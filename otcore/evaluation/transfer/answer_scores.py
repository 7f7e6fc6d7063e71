"""Exact match and F1 of answers, with the rules of the official scripts for each language.

The order is theirs: lower case; punctuation removed (every character of Unicode class P, and the ASCII symbols); articles
replaced by a space; then words at white space, in Chinese and Japanese every ideograph (and kana) a word of its own. Nothing else is
folded: no NFKC, Arabic diacritics count. The Arabic article goes wherever its two letters stand, inside words too, as in the
official script. English, Spanish, German, Arabic and Vietnamese have articles there; other languages keep every word.

source: Rajpurkar et al. 2016 (SQuAD 1.1); Lewis et al. 2020 (MLQA) for the rules by language, Artetxe et al. 2020 (XQuAD)
"""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence

_ARTICLES = {
    "en": r"\b(?:a|an|the)\b",
    "es": r"\b(?:un|una|unos|unas|el|la|los|las)\b",
    "de": r"\b(?:ein|eine|einen|einem|eines|einer|der|die|das|den|dem|des)\b",
    "vi": r"\b(?:của|là|cái|chiếc|những)\b",
    "ar": "ال",
}
_IDEOGRAPHS = {"zh": r"[\u4e00-\u9fa5]", "ja": r"[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u4e00-\u9fa5]"}


def normalised(text: str, code: str) -> str:
    """The words of an answer that are compared, divided by single spaces."""
    text = "".join(character for character in text.lower() if not _is_punctuation(character))
    if code in _ARTICLES:
        text = re.sub(_ARTICLES[code], " ", text)
    if code in _IDEOGRAPHS:
        text = re.sub(f"({_IDEOGRAPHS[code]})", r" \1 ", text)
    return " ".join(text.split())


def exact_match(prediction: str, answers: Sequence[str], code: str) -> float:
    """1.0 where the prediction is one of the answers, else 0.0."""
    return float(any(normalised(prediction, code) == normalised(answer, code) for answer in answers))


def f1(prediction: str, answers: Sequence[str], code: str) -> float:
    """Harmonic mean of precision and recall over words, of the answer it fits best, in [0, 1]; 0 where no word is left of either."""
    words = Counter(normalised(prediction, code).split())
    return max((_overlap(words, Counter(normalised(answer, code).split())) for answer in answers), default=0.0)


def units(text: str, code: str) -> list[tuple[int, int]]:
    """Start and end of what counts as a word in running text: runs without white space, in Chinese and Japanese every ideograph."""
    ideograph = _IDEOGRAPHS.get(code)
    pattern = rf"{ideograph}|(?:(?!{ideograph})\S)+" if ideograph else r"\S+"
    return [match.span() for match in re.finditer(pattern, text)]


def _is_punctuation(character: str) -> bool:
    return character in string.punctuation or unicodedata.category(character).startswith("P")


def _overlap(predicted: Counter, wanted: Counter) -> float:
    same = sum((predicted & wanted).values())
    precision, recall = same / max(sum(predicted.values()), 1), same / max(sum(wanted.values()), 1)
    return 2 * precision * recall / (precision + recall) if same else 0.0
