"""Text that should be split into words at spaces, in a script that has none between words, and is not split."""

from collections.abc import Sequence

import regex

from otcore.base.notices import notice
from otcore.text.languages import language, words_of
from otcore.text.segmentation import SPLITTERS

_RUN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー々]+")
_LONGEST = 10  # letters of a word; a run of more is a sentence or a part of one
_ALONE = 5  # letters from which on a single word is no sentence's only one
_WITHOUT_SPACES = SPLITTERS.keys() & {"zh", "ja"} | {"th", "lo", "km", "my"}

Rows = Sequence[tuple[int, Sequence[str]]]


def split_where_unsplit(rows: Rows, codes: tuple[str, str], name: str) -> Rows:
    """Rows of (line number, two texts) in which a Chinese or Japanese side that is not split in most lines is split as raw text is; that
    is told, and so is what cannot be split here."""
    for place, code in enumerate(codes):
        primary = code.partition("-")[0]
        if primary not in _WITHOUT_SPACES:
            continue
        found = [is_unsplit(texts[place]) for _, texts in rows]
        if not any(found):
            continue
        told = f"{name}: {sum(found):,} of {len(found):,} {language(code).name} sentences are not split into words"
        if primary in SPLITTERS and 2 * sum(found) > len(found):
            rows = [(number, _exchanged(texts, place, code)) for number, texts in rows]
            notice(f"{told}, so this side was split as raw text is")
        else:
            notice(f"{told}", "raw")
    return rows


def is_unsplit(text: str) -> bool:
    """Whether text in a script without spaces is not divided into words."""
    longest = max((len(run) for run in _RUN.findall(text)), default=0)
    return longest > _LONGEST or (longest >= _ALONE and len(text.split()) == 1)


def _exchanged(texts: Sequence[str], place: int, code: str) -> tuple[str, ...]:
    return tuple(" ".join(words_of(text, code)) if index == place else text for index, text in enumerate(texts))
