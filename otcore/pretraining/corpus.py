"""Sentence pairs for pre-training: reading, cleaning, presentation and hold-out.

A corpora folder holds ``en-xx.tsv.gz`` files with three columns (source label, English, other
language), one pair a line.
"""

import gzip
import logging
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from otcore.base.errors import InputError
from otcore.pretraining.recipe import Presentation
from otcore.text.segmentation import split_chinese, split_japanese

log = logging.getLogger(__name__)

ENGLISH = "en"
_FILE_NAME = re.compile(r"en-([a-z]{2,3})\.tsv\.gz")
_MAX_CHARACTERS = 1000


@dataclass(frozen=True)
class LanguageText:
    """One language's pairs; the first ``held_out`` of them are never trained on."""

    language: str
    pairs: list[tuple[str, str]]
    segmented: np.ndarray
    held_out: int


def find_corpora(folder: Path) -> dict[str, Path]:
    """Return ``{language: file}`` for the ``en-xx.tsv.gz`` files in ``folder``, sorted; raises ``InputError`` if there is none."""
    found = {match[1]: path for path in sorted(Path(folder).glob("en-*.tsv.gz")) if (match := _FILE_NAME.fullmatch(path.name))}
    if not found:
        raise InputError(f"{folder} has no file named like en-fr.tsv.gz; give the folder that holds the corpora.")
    return found


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """Return the distinct ``(english, other)`` pairs of one file, NFC, in file order.

    Empty sides, untranslated lines and lines of more than 1,000 characters are left out. Raises
    ``InputError`` for a file that cannot be read or has lines without three columns.
    """
    pairs: dict[tuple[str, str], None] = {}
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
            rows = [line.rstrip("\r\n").split("\t") for line in file]
        for number, columns in enumerate(rows, start=1):
            if len(columns) != 3:
                wanted = "write source label, English and the other language, separated by tabs"
                raise InputError(f"{path}, line {number}: {len(columns)} columns instead of 3; {wanted}.")
            english, other = (" ".join(unicodedata.normalize("NFC", text).split()) for text in columns[1:])
            if english and other and english != other and max(len(english), len(other)) <= _MAX_CHARACTERS:
                pairs[english, other] = None
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as gzipped UTF-8 text ({error}); write it again.") from error
    return list(pairs)


def segmenter(language: str) -> Callable[[str], list[str]] | None:
    """Return a function that cuts a sentence into words, or ``None`` where spaces do that already.

    ``None`` is also returned, with a logged warning, if the segmenter of Chinese (rjieba) or Japanese
    (sudachipy) is not installed: the encoder then sees unsegmented text only.
    """
    cut = {"zh": split_chinese, "ja": split_japanese}.get(language)
    try:
        if cut:
            cut("。")
    except (ImportError, RuntimeError) as error:
        log.warning("no segmenter for %s (%s): its text is shown unsegmented", language, error)
        return None
    return cut


def load_language(path: Path, language: str, seed: int, how: Presentation) -> LanguageText:
    """Read one file and return its pairs in a seeded random order, cased and segmented as ``how`` says."""
    pairs = read_pairs(path)
    rng = np.random.default_rng([seed, sum(map(ord, language))])
    pairs = [pairs[i] for i in rng.permutation(len(pairs))]
    lower = rng.random(len(pairs)) < how.lower_share
    cut = segmenter(language)
    segmented = (rng.random(len(pairs)) < how.segmented_share) if cut else np.zeros(len(pairs), bool)
    for i, (english, other) in enumerate(pairs):
        shown = " ".join(cut(other)) if cut and segmented[i] else other
        pairs[i] = (english.lower(), shown.lower()) if lower[i] else (english, shown)
    return LanguageText(language, pairs, segmented, min(how.held_out, len(pairs) // 10))
