"""The one exception that stands for something a person can put right."""


class InputError(ValueError):
    """What the user gave cannot be used.

    The message is one sentence that names the thing and the remedy: the pages and the command line show it as it is.
    """
