"""From raw text to words, a function a language: one generic rule, a few languages' own, two segmenters.

The rules follow Universal Dependencies where it splits on the surface: English contractions (do n't), French elision
and inversion (l' homme, vient -il), Romanian clitics (s- a). The letters are never changed, so the words, joined
without spaces, are the text without spaces.
"""

import functools
import threading

import regex

_LETTERS = r"[\p{L}\p{N}][\p{L}\p{M}\p{N}\u200c\u200d]*"
_WORD = regex.compile(
    r"(?:https?://|www\.)[^\s<>\"]+[\p{L}\p{N}/]"  # an address
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # a mail address
    r"|(?:\p{L}\.){2,}"  # e.g., U.S.
    r"|\p{N}+(?:[.,:/]\p{N}+)+"  # 3.14, 10:30
    rf"|{_LETTERS}(?:['’ʼ‐·-]{_LETTERS})*"  # a word with inner apostrophes and hyphens
    r"|([.!?…—–-])\1+"  # a run of one mark
    r"|\S\p{M}+|\X",  # anything else, a whole grapheme (emoji stay in one piece)
    regex.VERSION1,
)
_INVISIBLE = regex.compile(r"[\s\p{Cf}]*")  # a zero-width space or a direction mark is no word
_ENGLISH = regex.compile(r"(?i)(.+)(n['’]t|['’](?:s|re|ve|ll|d|m))")
_FRENCH_ELISION = regex.compile(r"(?i)((?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’])(.+)")
_FRENCH_INVERSION = regex.compile(
    r"(?i)(.+?)((?:-t)?-(?:je|tu|ils?|elles?|on|nous|vous|ce|moi|toi|lui|leur|l[ae]s?|y|en))(-(?:moi|toi|lui|leur|nous|y|en))?"
)
_FRENCH_WHOLE = {
    "aujourd'hui",
    "aujourd’hui",
    "rendez-vous",
    "peut-être",
    "celui-là",
    "celle-là",
    "au-delà",
    "c'est-à-dire",
    "c’est-à-dire",
}
_ROMANIAN_BEFORE = regex.compile(r"(?i)((?:[smtlinvc]|mi|ți|și|le|ne|vă|te|într|dintr|printr|de|să|că|ce)-)(.+)")
_ROMANIAN_AFTER = regex.compile(r"(?i)(.+)(-(?:l|i|o|le|mi|ți|și|ne|vă|v|te|se|mă|m|s|a|ul|ului|uri|urile))")
_segmenter_lock = threading.Lock()


def split_generic(text: str) -> list[str]:
    """Words by letters, marks and digits; every other visible grapheme is a word of its own."""
    return [match.group() for match in _WORD.finditer(text) if not _INVISIBLE.fullmatch(match.group())]


def split_english(text: str) -> list[str]:
    return [part for word in split_generic(text) for part in _halves(_ENGLISH, word)]


def split_french(text: str) -> list[str]:
    parts = [part for word in split_generic(text) for part in _elided(word)]
    return [piece for part in parts for piece in _halves(_FRENCH_INVERSION, part, keep=_FRENCH_WHOLE)]


def split_romanian(text: str) -> list[str]:
    parts = [part for word in split_generic(text) for part in _halves(_ROMANIAN_BEFORE, word)]
    return [piece for part in parts for piece in _without_endings(part)]


def _without_endings(word: str) -> list[str]:
    """dă-mi-l → dă -mi -l: clitics follow each other."""
    match = _ROMANIAN_AFTER.fullmatch(word)
    return [*_without_endings(match.group(1)), match.group(2)] if match else [word]


def split_chinese(text: str) -> list[str]:
    """Words by jieba's dictionary and model (the Rust edition, which is maintained and loads in milliseconds)."""
    import rjieba

    return [word for chunk in text.split() for word in rjieba.cut(chunk) if not _INVISIBLE.fullmatch(word)]


def split_japanese(text: str) -> list[str]:
    """Words by Sudachi in its short unit (mode A), the unit of Universal Dependencies."""
    with _segmenter_lock:  # a Sudachi tokenizer borrows itself mutably: two threads at once raise
        surfaces = [morpheme.surface() for morpheme in _sudachi().tokenize(text)]
    return [surface for surface in surfaces if not _INVISIBLE.fullmatch(surface)]


def _elided(word: str) -> list[str]:
    if word.lower() in _FRENCH_WHOLE:
        return [word]
    match = _FRENCH_ELISION.fullmatch(word)
    return [match.group(1), *_elided(match.group(2))] if match else [word]


def _halves(pattern: regex.Pattern, word: str, keep: frozenset[str] | set[str] = frozenset()) -> list[str]:
    if word.lower() in keep:
        return [word]
    match = pattern.fullmatch(word)
    return [group for group in match.groups() if group] if match else [word]


@functools.cache
def _sudachi():
    from sudachipy import Dictionary, SplitMode

    return Dictionary(dict="small").create(mode=SplitMode.A)


SPLITTERS = {"en": split_english, "fr": split_french, "ro": split_romanian, "zh": split_chinese, "ja": split_japanese}
