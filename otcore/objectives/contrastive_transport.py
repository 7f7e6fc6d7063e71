"""Contrastive transport: the transport cost scores a sentence pair, and the true pair must score best in the batch.

It goes past the paper, whose cost without negatives can be lowered by drawing all vectors together (METHOD, trap 5):
here a shrinking space lowers the cost of the wrong pairs too. Use it where plans or retrieval are weak.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from otcore.base.choices import like
from otcore.objectives.contrastive import EXCLUDED, temperature
from otcore.objectives.objective import Clouds, Trained
from otcore.objectives.transport import TransportCost, Transported

if TYPE_CHECKING:
    from torch import Tensor

    from otcore.transport.values import Block


@dataclass(frozen=True, kw_only=True)
class ContrastiveOT(TransportCost):
    """InfoNCE (van den Oord et al. 2018) over the B × B transports of each language, from either side, with the score
    −OT_ε / temperature; where `debiased`, the Sinkhorn divergence instead of OT_ε. So many transports a step are solved looser each.
    """

    name: ClassVar[str] = "contrastive-ot"
    label: ClassVar[str] = "Contrastive transport"
    rank: ClassVar[int] = 30
    about: ClassVar[str] = (
        "The transport cost scores a sentence pair, and the true pair must cost less than all others of the batch. Words and sentences "
        "both gain, and the space cannot collapse."
    )
    formula: ClassVar[str] = (
        r"-\log\frac{e^{-\mathrm{OT}_\varepsilon(\alpha_k,\beta_k)/\tau}}{\sum_l e^{-\mathrm{OT}_\varepsilon(\alpha_k,\beta_l)/\tau}}"
    )
    reference: ClassVar[str] = "van den Oord et al. 2018, with transport costs as scores"
    learning_rate: ClassVar[float] = 1e-4  # at five times that links gain a little more, retrieval of other text loses half
    part: ClassVar[str] = "contrast"
    anchor: float = like(Trained, "anchor", default=0.01)
    epsilon: float = like(Transported, "epsilon", default=0.1)
    debiased: bool = like(TransportCost, "debiased", default=False)
    iterations: int = like(Transported, "iterations", default=16)
    tolerance: float = like(Transported, "tolerance", default=1e-2)
    temperature: float = temperature(0.05)

    def losses(self, clouds: list[Clouds]) -> tuple[list[Tensor], float]:
        values, error = self.values([block for cloud in clouds for block in self._blocks(cloud)])
        step = 3 if self.debiased else 1
        return [self._contrast(cloud, *values[k * step : (k + 1) * step]) for k, cloud in enumerate(clouds)], error

    def _blocks(self, clouds: Clouds) -> list[Block]:
        (pairs, n, d), m = clouds.source.shape, clouds.target.shape[1]
        every = self.costs(clouds.source.reshape(-1, d), clouds.target.reshape(-1, d))  # (B n, B m)
        cost = every.view(pairs, n, pairs, m).transpose(1, 2).reshape(-1, n, m)  # (B B, n, m), source first
        a, b = clouds.source_mass.repeat_interleave(pairs, 0), clouds.target_mass.repeat(pairs, 1)
        epsilon = self.epsilons(cost, a, b)
        epsilon = epsilon.mean().expand_as(epsilon)  # one for all pairs of the batch, or their scores would not compare
        return self.blocks((cost, a, b, epsilon), (clouds.source, clouds.source_mass), (clouds.target, clouds.target_mass))

    def _contrast(self, clouds: Clouds, cross: Tensor, own: Tensor | None = None, other: Tensor | None = None) -> Tensor:
        import torch
        from torch.nn.functional import cross_entropy

        pairs = len(clouds.source)
        cost = cross.view(pairs, pairs)
        if own is not None and other is not None:
            cost = cost - own[:, None] / 2 - other[None, :] / 2
        scores = (-cost / self.temperature).masked_fill(_repeated(clouds), EXCLUDED)
        true = torch.arange(pairs, device=scores.device)
        return (cross_entropy(scores, true) + cross_entropy(scores.T, true)) / 2


OBJECTIVE = ContrastiveOT


def _repeated(clouds: Clouds) -> Tensor:
    """(B, B) bool, whether two different pairs share a sentence on either side: such a pair is no negative."""
    sides = ((types[:, None] == types[None, :]).all(-1) for types in (clouds.source_types, clouds.target_types))
    return (next(sides) | next(sides)).fill_diagonal_(False)
