"""The figures of a comparison, one file a measure or a small family; `MEASURES` finds them."""

from otcore.base.registry import Registry

MEASURES = Registry(__name__, "MEASURE")
