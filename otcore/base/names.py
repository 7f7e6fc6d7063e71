"""Names and texts of people's in a message: on one line, and not too long."""

MOST = 160


def shown(given: object, most: int = MOST) -> str:
    """A name as messages call it: line ends, other controls and halves of characters are written out, what is too long loses its middle."""
    text = "".join(one if one.isprintable() or one == " " else _written_out(one) for one in str(given))
    if len(text) <= most:
        return text
    return f"{text[: most // 2]}…{text[-(most - most // 2 - 1) :]}"


def is_text(name: str) -> bool:
    """Whether a name can be shown at all: file systems have names that are no UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _written_out(character: str) -> str:
    return character if character in "\u200c\u200d\u00a0" else character.encode("unicode_escape").decode()
