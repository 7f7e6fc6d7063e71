"""Languages: code, name, script, direction, and how raw text becomes words."""

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from otcore.base.errors import InputError
from otcore.text.segmentation import SPLITTERS, split_generic


@dataclass(frozen=True)
class Language:
    """One language as the engine and the pages need it; the bundled ones are in languages.json."""

    code: str  # BCP 47 primary tag, lower case ("de")
    name: str
    native: str  # its own name, in its own script
    script: str = "Latn"  # ISO 15924 code of the usual script ("Latn")
    direction: str = "ltr"  # "ltr" or "rtl"
    joiner: str = " "  # what stands between two words in running text ("" for Chinese and Japanese)


_BUNDLED = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
LANGUAGES = {code: Language(code, **entry) for code, entry in _BUNDLED.items()}

# Right-to-left languages outside the bundled twelve, so that a reader's own Hebrew or Persian is shown the right way.
_OTHER_RTL = {"he": "Hebr", "fa": "Arab", "ur": "Arab", "ps": "Arab", "sd": "Arab", "ug": "Arab", "yi": "Hebr", "dv": "Thaa", "ckb": "Arab"}
_CODE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")


def language(code: str) -> Language:
    """The language of a code, with generic rules where it is not bundled; raises InputError for what is no language tag."""
    tag = code.strip().lower()
    if not _CODE.fullmatch(tag):
        raise InputError(f"“{code[:40]}” is not a language code; give one such as en, de or pt-br.")
    primary = tag.split("-")[0]
    if primary in LANGUAGES:
        return LANGUAGES[primary]
    if primary in _OTHER_RTL:
        return Language(tag, tag, tag, script=_OTHER_RTL[primary], direction="rtl")
    return Language(tag, tag, tag, script="Zyyy")


def clean(text: str, what: str = "The text") -> str:
    """Text in Unicode normal form C, after a check for characters that no sentence holds.

    C1 controls (U+0080–U+009F) pass: the field's files hold some, left by old encodings, and they harm nothing.
    raises: InputError   an ASCII control character other than tab and line ends, or half a surrogate pair
    """
    for position, character in enumerate(text):
        category = unicodedata.category(character)
        if category == "Cs" or (character < " " and character not in "\t\n\r") or character == "\x7f":
            name = "NUL" if character == "\0" else "control"
            raise InputError(f"{what} contains a {name} character (U+{ord(character):04X}) at position {position + 1}; remove it.")
    return unicodedata.normalize("NFC", text)


def words_of(text: str, code: str) -> tuple[str, ...]:
    """The words of raw text, punctuation apart, in NFC; Chinese and Japanese by a segmenter.

    returns: tuple of words; empty where the text is only white space
    raises : InputError   control characters, or a code that is no language tag
    """
    return tuple(SPLITTERS.get(language(code).code, split_generic)(clean(text)))


def presplit_words(text: str) -> tuple[str, ...]:
    """The words of text that is already split at spaces, in NFC. Only spaces, tabs and line ends divide."""
    return tuple(word for word in re.split(r"[ \t\r\n]+", clean(text)) if word)
