"""Fine-tuning objectives, one a file: transport, contrastive transport, word pairs, and maps over a frozen encoder.

Only the settings are imported here; torch is loaded with the types or when an objective is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from otcore.base.errors import InputError
from otcore.objectives.settings import MAPS, OBJECTIVES, SCOPES, ObjectiveSettings

if TYPE_CHECKING:
    from otcore.objectives.types import Objective

__all__ = ["MAPS", "OBJECTIVES", "SCOPES", "ObjectiveSettings", "make_objective"]


def make_objective(settings: ObjectiveSettings) -> Objective:
    """The objective that the settings name.

    raises: InputError   a map, which is fitted on a frozen encoder instead of trained
    """
    if settings.kind in ("word-ot", "sub-ot"):
        from otcore.objectives.transport import TransportObjective

        return TransportObjective(settings)
    if settings.kind == "contrastive-ot":
        from otcore.objectives.contrastive_transport import ContrastiveTransport

        return ContrastiveTransport(settings)
    if settings.kind == "l2":
        from otcore.objectives.l2 import PairDistance

        return PairDistance(settings)
    if settings.kind in ("contrastive-weak", "contrastive-strong"):
        from otcore.objectives.contrastive import WordContrast

        return WordContrast(settings)
    raise InputError(f"{settings.kind} is a map over a frozen encoder: it is fitted on vectors, not trained step by step.")
