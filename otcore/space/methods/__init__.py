"""Ways to make a picture of vectors, one a file; `METHODS` finds them. A method is a frozen dataclass of its settings."""

from otcore.base.registry import Registry

METHODS = Registry(__name__, "METHOD")
