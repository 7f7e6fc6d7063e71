"""Which languages the two sides of a corpus are in, told from some of its text.

A side's script leaves a few of the bundled languages; of these it is in the one whose known words cover most of it, where they cover
about as much as they do of text in that language. A text in another language shares only some short words with its bundled neighbours, and
is told to be in none. Unlike `otcore.corpora.checking.identify`, which judges a sentence, this needs no classifier: the words are those
whose frequencies are used afterwards.
"""

from collections import Counter
from collections.abc import Sequence

from otcore.corpora.checking.identify import CANDIDATES
from otcore.corpora.checking.scripts import script_of
from otcore.corpora.frequencies import bundled_counts
from otcore.text.languages import clean
from otcore.text.segmentation import split_generic

SAMPLE = 500  # pairs that are looked at
# Share of running words that are known, from which on a text is in a language. It lies between what other languages reach (Galician
# .38 as Spanish, Portuguese .29, Bulgarian .29 as Russian, Slovak .22 as Czech) and what its own have, least where words have many forms.
_COVERED = {"en": 0.5, "de": 0.5, "fr": 0.5, "es": 0.48, "ro": 0.4, "hi": 0.45, "cs": 0.33, "ru": 0.36, "ar": 0.3, "tr": 0.25}
_LEAD = 1  # running words by which it must be ahead of the next: of equals none is told
_LONGEST = 2_000  # letters of a sentence that are looked at


def tell_language(texts: Sequence[str]) -> str | None:
    """The bundled language that texts of one language are in; None where it is another, or cannot be told."""
    some = [text[:_LONGEST] for text in texts[:SAMPLE]]
    script, _ = script_of("\n".join(some))
    if script in ("Jpan", "Hani"):
        return "ja" if script == "Jpan" else "zh"  # over some sentences Japanese without kana is as good as never seen
    candidates = CANDIDATES.get(script, ())
    words = Counter(word.casefold() for text in some for word in split_generic(clean(text)) if any(map(str.isalpha, word)))
    covered = {code: sum(count for word, count in words.items() if word in bundled_counts(code)) for code in candidates}
    ranked = sorted(covered, key=covered.get, reverse=True)
    if not ranked or covered[ranked[0]] < _COVERED[ranked[0]] * words.total():
        return None
    second = covered[ranked[1]] if len(ranked) > 1 else 0
    return ranked[0] if covered[ranked[0]] - second >= _LEAD else None
