"""What is said of people's own pairs before minutes of training are spent on them."""

from collections import Counter
from collections.abc import Sequence

from otcore.corpora.checking.identify import identify
from otcore.corpora.pair_files import PIVOT
from otcore.corpora.types import SentencePair
from otcore.text.languages import LANGUAGES, language

_SAMPLE = 200  # pairs whose language is identified
_TOGETHER = 4  # sentences that are judged as one text: short ones are too short alone
_SHARE = 0.7  # of the texts that are judged, from which on a side is taken for another language
_FEWEST = 3  # judged texts below which nothing is said


def doubts_of(code: str, pairs: Sequence[SentencePair], long: int, longest: int) -> list[str]:
    """Sentences on pairs that are left out for their length, and on sides that look exchanged or in another language.

    long: how many of the pairs have more than `longest` words on a side
    """
    notes = []
    if long:
        pair, are = ("pair", "has") if len(pairs) == 1 else ("pairs", "have")
        notes.append(f"{long:,} of {len(pairs):,} {pair} of {code} {are} more than {longest:,} words on a side and are left out.")
    some = [pairs[place * len(pairs) // _SAMPLE] for place in range(_SAMPLE)] if len(pairs) > _SAMPLE else list(pairs)
    sides = {code: [pair.source for pair in some], PIVOT: [pair.target for pair in some]}
    found = {side: _looks_like([one.text for one in sentences]) for side, sentences in sides.items()}
    if code in LANGUAGES and (found[code], found[PIVOT]) == (PIVOT, code):
        notes.append(f"The sides of {code} look exchanged: {language(code).name} comes first and English second in a pair; swap them.")
    else:
        for side, like in found.items():
            if side in LANGUAGES and like not in (None, side):
                wanted, seen = language(side).name, language(like).name
                notes.append(f"The {wanted} side of {code} looks like {seen}; check that the right file was given.")
    return notes


def _looks_like(texts: Sequence[str]) -> str | None:
    """The bundled language of most texts, where enough are long enough to be judged."""
    joined = [" ".join(texts[start : start + _TOGETHER]) for start in range(0, len(texts), _TOGETHER)]
    counts = Counter(found for found in identify(joined) if found)
    best = next(iter(counts.most_common(1)), (None, 0))
    return best[0] if counts.total() >= _FEWEST and best[1] >= _SHARE * counts.total() else None
