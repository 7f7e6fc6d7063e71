"""What every way to make a picture of vectors has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from otcore.base.choices import check, declared
from otcore.base.progress import Teller

if TYPE_CHECKING:
    from otcore.space.settings import ProjectionSettings


@dataclass(frozen=True, kw_only=True)
class Method(ABC):
    """How vectors become places. A subclass adds its settings as choices and says what people read about it.

    about      : one line on what it does, `reading` one on how its pictures are read
    note       : what is to be known before anything is read from them; may be empty
    linear     : whether an axis is a direction of the space, so that it has a share of the variance
    slow       : whether it takes more than a moment, and has something to compile or load before its first picture
    by_neighbours: whether it is made from each point's nearest others, which `place` is then given as `found`
    """

    name: ClassVar[str]
    label: ClassVar[str]
    rank: ClassVar[int]
    about: ClassVar[str]
    reading: ClassVar[str]
    note: ClassVar[str] = ""
    linear: ClassVar[bool] = False
    slow: ClassVar[bool] = False
    by_neighbours: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check(self, "The projection's ")

    def check(self, count: int, settings: ProjectionSettings) -> None:  # noqa: B027  most take any number
        """raises: InputError   too few points for it"""

    @abstractmethod
    def place(self, vectors: Sequence[np.ndarray], settings: ProjectionSettings, same_space: bool, tell: Teller) -> list[np.ndarray]:
        """Places (n, dimensions) of each state, all in one coordinate system.

        vectors   : (n, d) each, as the metric prepares them
        same_space: as in `otcore.space.projection.project`
        raises    : Stopped   `tell` was asked to end
        """

    def told(self) -> str:
        """Its own settings in words, such as "minimum distance 0.1, seed 0"."""
        return ", ".join(f"{one.label.lower()} {getattr(self, name):g}" for name, one in declared(type(self)).items())
