"""Languages: code, name, script, direction, and how raw text becomes words."""

import json
import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

from otcore.base.errors import InputError
from otcore.base.notices import notice
from otcore.text.codes import short_tag
from otcore.text.controls import CONTROL, without_controls
from otcore.text.segmentation import SPLITTERS, split_generic


@dataclass(frozen=True)
class Language:
    """One language as the engine and the pages need it; the bundled ones are in languages.json, others by name in other_languages.json."""

    code: str  # BCP 47 primary tag, lower case ("de")
    name: str
    native: str  # its own name, in its own script
    script: str = "Latn"  # ISO 15924 code of the usual script ("Latn")
    direction: str = "ltr"  # "ltr" or "rtl"
    joiner: str = " "  # what stands between two words in running text ("" for Chinese and Japanese)
    spaced: bool = True  # whether what is here can tell its words apart; False where none stand apart and no splitter is here


def _read(name: str) -> dict[str, Language]:
    entries = json.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    return {code: Language(code, **entry) for code, entry in entries.items()}


LANGUAGES = _read("languages.json")
OTHERS = _read("other_languages.json")  # not bundled: a person's own text, with an encoder that knows them
_DIVIDERS = " \t\r\n\x85\u2028\u2029"
_SURROGATE = re.compile("[\ud800-\udfff]")
LONGEST_TEXT = 100_000  # characters of a sentence; splitting and encoding more takes minutes, and no sentence has so many
CODE = r"[a-z]{2,3}(-[a-z0-9]{2,8})*"


def language(code: str) -> Language:
    """The language of a code, with generic rules where it is not bundled; raises InputError for what is no language tag."""
    tag = short_tag(code) if "_" not in code else code
    if not re.fullmatch(CODE, tag):
        raise InputError(f"“{code[:40]}” is not a language code; give one such as en, de or pt-br.")
    primary = tag.split("-")[0]
    if primary in LANGUAGES:
        return LANGUAGES[primary]
    if primary in OTHERS:
        return replace(OTHERS[primary], code=tag)
    return Language(tag, tag, tag, script="Zyyy")


def code_of(text: str) -> str:
    """The code of a language that a person named: by its code, in English, or in the language itself.

    raises: InputError   neither a known name nor a code
    """
    named = text.strip().casefold()
    for code, entry in (LANGUAGES | OTHERS).items():
        if named in (entry.name.casefold(), entry.native.casefold()):
            return code
    if not re.fullmatch(CODE, named):
        raise InputError(f"“{text.strip()[:40]}” is no language known here; give its code, such as ko for Korean or yue for Cantonese.")
    return language(named).code


def clean(text: str, what: str = "The text") -> str:
    """Text in Unicode normal form C, control characters replaced as `without_controls` does, which is told as a notice.

    raises: InputError   half a surrogate pair
    """
    if found := _SURROGATE.search(text):
        sign = f"U+{ord(found.group()):04X}"
        raise InputError(f"{what} contains half a character ({sign}) at position {found.start() + 1}; remove it.")
    if found := CONTROL.search(text):
        notice(f"{what} contains a control character (U+{ord(found.group()):04X}) at position {found.start() + 1}, which is replaced")
    return unicodedata.normalize("NFC", without_controls(text))


def check_length(text: str, what: str = "The text") -> None:
    """raises: InputError   a text longer than any sentence"""
    if len(text) > LONGEST_TEXT:
        raise InputError(f"{what} has {len(text):,} characters, a sentence at most {LONGEST_TEXT:,}; divide it into sentences.")


def words_of(text: str, code: str) -> tuple[str, ...]:
    """The words of raw text, punctuation apart, in NFC; Chinese and Japanese by a segmenter.

    returns: tuple of words; empty where the text is only white space
    raises : InputError   a code that is no language tag, or a text longer than any sentence
    """
    check_length(text)
    return tuple(SPLITTERS.get(language(code).code, split_generic)(clean(text)))


def presplit_words(text: str) -> tuple[str, ...]:
    """The words of text that is already split at spaces, in NFC.

    Spaces, tabs and the ends of lines and paragraphs divide, of which Unicode has some of its own; a no-break space is part of a word.
    The wide space of Chinese and Japanese divides where no other does; beside others it is a word, as tokenisers write it.
    """
    text = clean(text).strip(_DIVIDERS)
    return tuple(word for word in re.split(f"[{_DIVIDERS}]+" if re.search(f"[{_DIVIDERS}]", text) else "\u3000+", text) if word)
