"""The one exception that stands for something a person can put right."""

from otcore.base.names import shown

_LONGEST = 480  # characters: a sentence with a name or two in it


class InputError(ValueError):
    """What the user gave cannot be used.

    The message is one sentence that names the thing and the remedy: the pages and the command line show it as it is. What people gave may
    stand in it, so it is kept on one line, and one that is too long loses its middle.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(shown(message, _LONGEST))
