"""From raw text to words: one generic rule, a few languages' own, two segmenters.

The rules follow Universal Dependencies where it splits on the surface: English contractions (do n't), French elision
and inversion (l' homme, vient -il), Romanian clitics (s- a). The letters are never changed, so the words, joined
without spaces, are the text without spaces.
"""

import functools
import threading
from collections.abc import Callable

import regex

_LETTERS = r"[\p{L}\p{N}][\p{L}\p{M}\p{N}\u200c\u200d\u00ad]*"  # joiners and soft hyphens stand inside words
_WORD = regex.compile(
    r"(?:https?://|www\.)[^\s<>\"]+[\p{L}\p{N}/]"  # an address
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # a mail address
    r"|(?:\p{L}\.){2,}"  # e.g., U.S.
    r"|\p{N}+(?:[.,:/٫٬]\p{N}+)+"  # 3.14, 10:30
    rf"|{_LETTERS}(?:['’ʼ‐·-]{_LETTERS})*"  # a word with inner apostrophes and hyphens
    r"|([.!?…—–-])\1+"  # a run of one mark
    r"|\S\p{M}+|\X",  # anything else, a whole grapheme (emoji stay in one piece)
    regex.VERSION1,
)
_INVISIBLE = regex.compile(r"[\s\p{Cf}]*")  # a zero-width space or a direction mark is no word
_UNBROKEN = regex.compile(r"(?:(?=[\p{L}--\p{Lm}--\p{Han}--\p{Hiragana}--\p{Katakana}])\X)+|\X", regex.VERSION1)
_ENGLISH = regex.compile(r"(?i)(.+)(n['’]t|['’](?:s|re|ve|ll|d|m))")
_FRENCH_ELISION = regex.compile(r"(?i)((?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’])(.+)")
_FRENCH_INVERSION = regex.compile(
    r"(?i)(.+?)(?:((?:-t)?-(?:je|tu|ils?|elles?|on|nous|vous|ce|moi|toi|lui|leur|l[ae]s?|y|en))(-(?:moi|toi|lui|leur|nous|y|en))?"
    r"|(-[mt]['’])(y|en))"
)
_FRENCH_WHOLE = regex.compile(r"(?i)aujourd['’]hui|rendez-vous|peut-être|ce(?:lui|lle)-là|au-delà|c['’]est-à-dire")
_ROMANIAN_BEFORE = regex.compile(r"(?i)((?:[smtlinvc]|mi|[țţ]i|[șş]i|le|ne|vă|te|într|dintr|printr|de|să|că|ce)-)(.+)")
_ROMANIAN_AFTER = regex.compile(r"(?i)(.+)(-(?:l|i|o|le|mi|[țţ]i|[șş]i|ne|vă|v|te|se|mă|m|s|a|n|ul|ului|uri|urile))")
_SUDACHI_PORTION = regex.compile(r"(?s).{1,999}。|.{1,1000}")  # Sudachi takes 49,149 bytes at most
_segmenter_lock = threading.Lock()


def split_generic(text: str, *steps: Callable[[str], list[str]]) -> list[str]:
    """Words by letters, marks and digits; every other visible grapheme is a word of its own. Each step may divide words further."""
    words = [match.group() for chunk in text.split() for match in _WORD.finditer(chunk) if not _INVISIBLE.fullmatch(match.group())]
    for step in steps:
        words = [part for word in words for part in step(word)]
    return words


def split_chinese(text: str) -> list[str]:
    """Words by jieba's dictionary (the Rust edition, which is maintained and loads in milliseconds), without its model for
    unknown words: on the collection's hand-made words that is better (boundary F1 .953 against .941)."""
    import rjieba

    return _by_dictionary(rjieba.cut, text)


def split_japanese(text: str) -> list[str]:
    """Words by Sudachi in its short unit (mode A), the unit of Universal Dependencies."""

    def cut(chunk: str) -> list[str]:
        with _segmenter_lock:  # a Sudachi tokenizer borrows itself mutably: two threads at once raise
            return [morpheme.surface() for part in _SUDACHI_PORTION.findall(chunk) for morpheme in _sudachi().tokenize(part)]

    return _by_dictionary(cut, text)


def _by_dictionary(cut: Callable[[str], list[str]], text: str) -> list[str]:
    """Words by a segmenter, between spaces: its dictionary may hold words with a space in them."""
    words = (word for chunk in text.split() for word in _whole(cut(chunk)))
    return [word for word in words if not _INVISIBLE.fullmatch(word)]


def _whole(words: list[str]) -> list[str]:
    """The words, joined where a border would cut a grapheme or a run of Latin or other foreign letters (jieba: Mü|ll|er)."""
    ends = {match.end() for match in _UNBROKEN.finditer("".join(words))}
    whole, position, start = [], 0, 0
    for index, word in enumerate(words, 1):
        position += len(word)
        if position in ends:
            whole.append("".join(words[start:index]))
            start = index
    return whole


def _without_endings(pattern: regex.Pattern, word: str) -> list[str]:
    """dă-mi-l → dă -mi -l, I'd've → I 'd 've: clitics follow each other."""
    endings = []
    while match := pattern.fullmatch(word):
        word, ending = match.groups()
        endings.append(ending)
    return [word, *reversed(endings)]


def _elided(word: str) -> list[str]:
    parts = []
    while not _FRENCH_WHOLE.fullmatch(word) and (match := _FRENCH_ELISION.fullmatch(word)):
        part, word = match.groups()
        parts.append(part)
    return [*parts, word]


def _inverted(word: str) -> list[str]:
    return [word] if _FRENCH_WHOLE.fullmatch(word) else _halves(_FRENCH_INVERSION, word)


def _halves(pattern: regex.Pattern, word: str) -> list[str]:
    match = pattern.fullmatch(word)
    return [group for group in match.groups() if group] if match else [word]


@functools.cache
def _sudachi():
    from sudachipy import Dictionary, SplitMode

    return Dictionary(dict="small").create(mode=SplitMode.A)


_STEPS = {
    "en": [functools.partial(_without_endings, _ENGLISH)],
    "fr": [_elided, _inverted],
    "ro": [functools.partial(_halves, _ROMANIAN_BEFORE), functools.partial(_without_endings, _ROMANIAN_AFTER)],
}
SPLITTERS = {"zh": split_chinese, "ja": split_japanese}
SPLITTERS |= {code: lambda text, steps=steps: split_generic(text, *steps) for code, steps in _STEPS.items()}
