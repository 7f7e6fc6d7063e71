"""Which script a text is in."""

import functools
from collections import Counter

import regex

from otcore.text.languages import LANGUAGES, language

_LIST = """Latn Latin, Cyrl Cyrillic, Arab Arabic, Deva Devanagari, Hani Han, Hira Hiragana, Kana Katakana, Hang Hangul, Grek Greek,
    Hebr Hebrew, Thai Thai, Armn Armenian, Geor Georgian, Beng Bengali, Taml Tamil, Telu Telugu, Gujr Gujarati, Guru Gurmukhi,
    Knda Kannada, Mlym Malayalam, Sinh Sinhala, Khmr Khmer, Laoo Lao, Mymr Myanmar, Tibt Tibetan, Ethi Ethiopic, Thaa Thaana"""
SCRIPTS = dict(entry.split() for entry in _LIST.split(","))  # ISO 15924 code → name
NAMES = {**SCRIPTS, "Jpan": "Japanese"}
_PATTERNS = {code: regex.compile(rf"\p{{Script={name}}}") for code, name in SCRIPTS.items()}
_CJK = ("Hani", "Hira", "Kana")
_WEIGHT = 3  # a Chinese or Japanese character says about what three letters do
_KANA = 0.15  # share of kana among the characters from which on a text is Japanese; Chinese has none
_ACCEPTED = {"Hans": ("Hani",), "Hant": ("Hani",), "Jpan": ("Jpan", "Hani")}
_SEVERAL = {  # languages that are written in more scripts than one, the usual one first
    code: tuple(scripts.split())
    for codes, scripts in {
        "sr sh bs cnr": "Cyrl Latn",
        "uz": "Latn Cyrl Arab",
        "az": "Latn Cyrl Arab",
        "kk": "Cyrl Latn Arab",
        "ky": "Cyrl Latn Arab",
        "tk tg tt": "Cyrl Latn Arab",
        "ug": "Arab Latn Cyrl",
        "ku kmr": "Latn Arab Cyrl",
        "pa": "Guru Arab",
        "sd": "Arab Deva",
        "ks": "Arab Deva",
        "ha": "Latn Arab",
        "ms": "Latn Arab",
        "ko": "Hang Hani",
        "yue wuu": "Hani",
        "kok": "Deva Latn Knda",
        "ber zgh kab": "Latn Arab",
        "crh gag": "Latn Cyrl",
    }.items()
    for code in codes.split()
}


def script_of(text: str) -> tuple[str | None, int]:
    """The script with most of the text, "Jpan" for kana with or without Han, None for text without letters; and how many letters it has,
    a Chinese or Japanese character counted as three."""
    counts: Counter[str] = Counter()
    for character, count in Counter(text).items():
        script = _script(character)
        if script:
            counts[script] += count * (_WEIGHT if script in _CJK else 1)
    kana, cjk = counts["Hira"] + counts["Kana"], sum(counts[script] for script in _CJK)
    if cjk:
        for script in _CJK:
            del counts[script]
        counts["Jpan" if kana >= _KANA * cjk else "Hani"] = cjk
    if not counts:
        return None, 0
    script = max(counts, key=lambda name: (counts[name], name))
    return script, counts[script]


def accepted_scripts(code: str) -> tuple[str, ...]:
    """The scripts a language is written in as `script_of` names them; () for a language whose script is not known here."""
    entry = language(code)
    if several := _SEVERAL.get(entry.code.partition("-")[0]):
        return several
    if entry.code not in LANGUAGES and entry.script == "Zyyy":
        return ()
    return _ACCEPTED.get(entry.script, (entry.script,))


@functools.lru_cache(maxsize=65536)
def _script(character: str) -> str | None:
    if not character.isalpha():
        return None
    return next((code for code, pattern in _PATTERNS.items() if pattern.match(character)), None)
