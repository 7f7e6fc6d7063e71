"""The exception that stands for something a person can put right, and the want of memory as one."""

from otcore.base.names import shown

_LONGEST = 480  # characters: a sentence with a name or two in it


class InputError(ValueError):
    """What the user gave cannot be used.

    The message is one sentence that names the thing and the remedy: the pages and the command line show it as it is. What people gave may
    stand in it, so it is kept on one line, and one that is too long loses its middle.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(shown(message, _LONGEST))


class MemoryFull(InputError):
    """There is less memory than the work needs."""

    def __init__(self) -> None:
        super().__init__(
            "This needs more memory than there is; try again with less at once: fewer texts or languages, or a smaller encoder."
        )


def is_memory_full(error: BaseException) -> bool:
    """Whether a library gave up for want of memory: torch says it in the words of an error of another kind."""
    told = isinstance(error, RuntimeError) and ("allocate memory" in str(error) or "out of memory" in str(error))
    return isinstance(error, MemoryError) or told
