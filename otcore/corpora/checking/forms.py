"""Markup and placeholders in running text, and letters that were read in another encoding than they were written in."""

import unicodedata

import regex

_MARKUP = regex.compile(
    r"""</?[A-Za-z][\w:-]*(?:\s+[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+))*\s*/?>"""  # a tag
    r"|&(?:[A-Za-z]{2,8}[0-9]{0,2}|\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6});"  # an entity
    r"|\{\\[a-z]+|\\(?:par|line|tab)\b"  # RTF
    r"|%(?:[0-9]\$)?(?:[sd@]\b|\([a-z_]+\)[sd])|\{[0-9]{1,2}\}|\$\{\w+\}|\{\{.{1,40}?\}\}"  # placeholders of programs
)
_LATER = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"  # what Windows has where Latin-1 has controls
_MISREAD = regex.compile(rf"[\u00c2-\u00f4][\u0080-\u00bf{_LATER}]{{1,3}}")  # bytes of UTF-8 that were taken for letters


def has_markup(text: str) -> bool:
    """Whether a tag, an entity or a placeholder is in a text."""
    return ("<" in text or "&" in text or "%" in text or "{" in text or "\\" in text) and _MARKUP.search(text) is not None


def is_broken(text: str) -> bool:
    """Whether letters were lost (U+FFFD, C1 controls) or are those of another encoding (Ã¼ for ü)."""
    if text.isascii():
        return False
    if "\ufffd" in text or any("\x80" <= sign < "\xa0" and sign != "\x85" for sign in text):
        return True
    return any(_stands_for(found.group()) for found in _MISREAD.finditer(text))


def _stands_for(signs: str) -> bool:
    """Whether signs are the bytes of one letter or mark."""
    try:
        content = b"".join(sign.encode("latin-1" if sign <= "\xff" else "cp1252") for sign in signs)
    except UnicodeEncodeError:
        return False
    for length in range(2, len(content) + 1):
        try:
            return unicodedata.category(content[:length].decode())[0] in "LPSN"
        except UnicodeDecodeError:
            continue
    return False
