"""Classes of words, told by the form and by lists of function words: enough to look at content words alone."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from otcore.analysis.function_words import is_function_word

if TYPE_CHECKING:
    from otcore.space.points import Points

CLASSES = {"content": "content words", "function": "function words", "number": "numbers", "sign": "punctuation"}
_PLACES = {name: place for place, name in enumerate(CLASSES)}


def class_of(word: str, code: str) -> str:
    """One of CLASSES."""
    kinds = {unicodedata.category(sign)[0] for sign in word}
    if kinds <= {"P", "S"}:
        return "sign"
    if "N" in kinds and "L" not in kinds:
        return "number"
    return "function" if is_function_word(word, code) else "content"


def classes_of(points: Points) -> np.ndarray:
    """(n,) uint8, the place in CLASSES of each point; sentences are no words and count as the first."""
    if not points.of_words:
        return np.zeros(len(points), np.uint8)
    owners = [(text, points.codes[k]) for text, k in zip(points.texts, points.language, strict=True)]
    known = {owner: _PLACES[class_of(*owner)] for owner in set(owners)}
    return np.array([known[owner] for owner in owners], np.uint8)
