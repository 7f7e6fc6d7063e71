"""Whether a person's own text is in the language that it was said to be in. Doubted only where that is sure: the person is asked.

The script decides first. Then a naive Bayes classifier over n-grams of bytes (langid, Lui & Baldwin 2012, in its maintained fork
py3langid) that knows 139 languages; `identify` beside it is sharper, but takes Polish for Czech, since it knows the bundled twelve alone.
Measured (`tests/benchmarks/identification.py`): of the collection's 1,920 gold sentences none is doubted, nor of 3,600 of FLORES-200
devtest; under each of the eleven wrong languages 97% are.
"""

import functools
from dataclasses import dataclass

from otcore.corpora.checking.scripts import NAMES, accepted_scripts, script_of
from otcore.text.languages import LANGUAGES, OTHERS, language

_SURE = 0.9  # probability from which on another language is named
_LIKELY = 0.5  # the same where the script is another one, so that the text is doubted anyway
_FEWEST = 3  # letters from which on a script is judged
# what the classifier tells apart and a reader would not be asked about
_KIN = (
    {"bs", "hr", "sr"},
    {"id", "ms"},
    {"zh", "yue", "wuu"},
    {"ar", "arz", "ary"},
    {"no", "nn", "nb"},
    {"ku", "ckb", "sdh"},
    {"uz", "uzs"},
)


@dataclass(frozen=True)
class Doubt:
    """What a text looks like instead: `code` of a language, "" where only its script is known."""

    code: str
    sentence: str


def doubt(text: str, code: str) -> Doubt | None:
    """Why a text is hardly in the language of that code, or None where it may well be."""
    said, (script, letters) = language(code), script_of(text)
    if script is None or letters < _FEWEST:
        return None
    accepted = accepted_scripts(code)
    # names in other letters within it are no reason
    foreign = bool(accepted) and not any(script_of(character)[0] in accepted for character in set(text))
    likeliest, probability = _likeliest(text)
    named = probability >= (_LIKELY if foreign else _SURE) and _family(likeliest) != _family(said.code)
    if named:
        return Doubt(likeliest, f"This looks like {language(likeliest).name}, not {said.name}.")
    if not foreign:
        return None
    return Doubt("", f"This is in {NAMES[script]} letters, which {said.name} is not written in.")


def _likeliest(text: str) -> tuple[str, float]:
    """The likeliest language that has a name here, by its code, and its probability."""
    ranked = _classifier().rank(text)
    return next((code, float(share)) for code, share in ranked if code in LANGUAGES or code in OTHERS)


def _family(code: str) -> frozenset[str]:
    primary = code.split("-", maxsplit=1)[0]
    return frozenset(next((kin for kin in _KIN if primary in kin), {primary}))


@functools.cache
def _classifier():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
