"""What a fine-tuning objective is given, what it answers, and what it asks for."""

from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch import Tensor


@dataclass(frozen=True)
class Clouds:
    """One language's batch: B sentence pairs as two weighted clouds of points, padded to n and m.

    source       : (B, n, d) points of the other language, with gradient
    target       : (B, m, d) points of English, with gradient
    source_mass  : (B, n) each row sums to 1, padding 0
    target_mass  : (B, m) the same
    anchor       : (B, m, d) the English points of the frozen original encoder, or None where λ is 0
    source_types : (B, n) int64, equal for equal words (or subwords) of the language, −1 for padding
    target_types : (B, m) int64, the same for English
    links        : (k, 3) int64 rows (pair, source point, target point): word pairs, empty unless the objective asks for them
    """

    source: Tensor
    target: Tensor
    source_mass: Tensor
    target_mass: Tensor
    anchor: Tensor | None
    source_types: Tensor
    target_types: Tensor
    links: Tensor

    @property
    def source_live(self) -> Tensor:
        """(B, n) bool, False for padding."""
        return self.source_mass > 0

    @property
    def target_live(self) -> Tensor:
        """(B, m) bool, False for padding."""
        return self.target_mass > 0


@dataclass(frozen=True)
class Loss:
    """A loss with gradient, and what to log.

    total          : scalar Tensor, summed over languages
    parts          : name → float, e.g. {"transport": …, "anchor": …, "transport de": …}
    marginal_error : worst L1 marginal error of the transports solved, 0 where none was
    """

    total: Tensor
    parts: dict[str, float] = field(default_factory=dict)
    marginal_error: float = 0.0


class Objective(Protocol):
    """One fine-tuning objective. `needs_links` asks the data for word pairs, `uses_anchor` for the frozen encoder's points."""

    needs_links: bool
    uses_anchor: bool

    def __call__(self, clouds: dict[str, Clouds]) -> Loss:
        """The loss of one step: language code → its clouds. Losses are summed over languages (METHOD, "direction")."""


def anchor_loss(clouds: Clouds) -> Tensor:
    """Σ_j ‖c(j) − c₀(j)‖² over the English points, as a mean over the pairs of the batch (paper, "regulariser").

    source: METHOD, "regulariser"; a mean over pairs keeps λ independent of the batch size
    """
    if clouds.anchor is None:
        return clouds.target.new_zeros(())
    squared = (clouds.target - clouds.anchor).square().sum(-1)
    return torch.where(clouds.target_live, squared, 0.0).sum() / len(squared)
