"""The maxima of one side alone."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from otcore.alignment.rule import PlanRule


@dataclass(frozen=True, kw_only=True)
class SourceMaximum(PlanRule):
    """Each source word's largest cell."""

    name: ClassVar[str] = "source-maximum"
    label: ClassVar[str] = "source words' maxima"
    rank: ClassVar[int] = 30
    about: ClassVar[str] = "Every source word is linked to where most of it goes."

    def cells(self, plan: np.ndarray) -> np.ndarray:
        return np.arange(plan.shape[1])[None, :] == plan.argmax(1)[:, None]


@dataclass(frozen=True, kw_only=True)
class TargetMaximum(PlanRule):
    """Each target word's largest cell."""

    name: ClassVar[str] = "target-maximum"
    label: ClassVar[str] = "target words' maxima"
    rank: ClassVar[int] = 40
    about: ClassVar[str] = "Every target word is linked to where most of it comes from."

    def cells(self, plan: np.ndarray) -> np.ndarray:
        return np.arange(plan.shape[0])[:, None] == plan.argmax(0)[None, :]


RULE = (SourceMaximum, TargetMaximum)
