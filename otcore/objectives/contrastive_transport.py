"""Contrastive transport: the transport cost scores a sentence pair, and the true pair must score best in the batch.

It goes past the paper, whose cost without negatives can be lowered by drawing all vectors together (METHOD, trap 5):
here a shrinking space lowers the cost of the wrong pairs too. Use it where plans or retrieval are weak.
"""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from otcore.objectives.anchored import AnchoredObjective
from otcore.objectives.transport import absolute_epsilon
from otcore.objectives.types import Clouds
from otcore.objectives.values import Block, transport_values
from otcore.transport.costs import cost_matrix

_EXCLUDED = -1e9  # a score no softmax sees; finite, because a row may have nothing but its own pair


class ContrastiveTransport(AnchoredObjective):
    """InfoNCE (van den Oord et al. 2018) over the B × B transports of each language, from either side, with the score
    −OT_ε / temperature; where `debiased`, the Sinkhorn divergence instead of OT_ε.
    """

    name = "contrast"

    def losses(self, clouds: list[Clouds]) -> tuple[Tensor, float]:
        blocks = [block for cloud in clouds for block in self._blocks(cloud)]
        options = {"tolerance": self.settings.tolerance, "max_iterations": self.settings.iterations}
        values, error = transport_values(blocks, **options)
        step = 3 if self.settings.debiased else 1
        losses = [self._contrast(cloud, *values[k * step : (k + 1) * step]) for k, cloud in enumerate(clouds)]
        return torch.stack(losses), error

    def _blocks(self, clouds: Clouds) -> list[Block]:
        (pairs, n, d), m = clouds.source.shape, clouds.target.shape[1]
        every = cost_matrix(clouds.source.reshape(-1, d), clouds.target.reshape(-1, d), self.settings.cost)  # (B n, B m)
        cost = every.view(pairs, n, pairs, m).transpose(1, 2).reshape(-1, n, m)  # (B B, n, m), source first
        a, b = clouds.source_mass.repeat_interleave(pairs, 0), clouds.target_mass.repeat(pairs, 1)
        epsilon = absolute_epsilon(self.settings, cost, a, b)
        epsilon = epsilon.mean().expand_as(epsilon)  # one for all pairs of the batch, or their scores would not compare
        if not self.settings.debiased:
            return [Block(cost, a, b, epsilon)]
        sides = ((clouds.source, clouds.source_mass), (clouds.target, clouds.target_mass))
        own = (Block(cost_matrix(points, points, self.settings.cost), mass, mass, epsilon[:pairs]) for points, mass in sides)
        return [Block(cost, a, b, epsilon), *own]

    def _contrast(self, clouds: Clouds, cross: Tensor, own: Tensor | None = None, other: Tensor | None = None) -> Tensor:
        pairs = len(clouds.source)
        cost = cross.view(pairs, pairs)
        if own is not None and other is not None:
            cost = cost - own[:, None] / 2 - other[None, :] / 2
        scores = (-cost / self.settings.temperature).masked_fill(repeated(clouds), _EXCLUDED)
        true = torch.arange(pairs, device=scores.device)
        return (cross_entropy(scores, true) + cross_entropy(scores.T, true)) / 2


def repeated(clouds: Clouds) -> Tensor:
    """(B, B) bool, whether two different pairs share a sentence on either side: such a pair is no negative."""
    same = torch.zeros(len(clouds.source), len(clouds.source), dtype=torch.bool, device=clouds.source.device)
    for types in (clouds.source_types, clouds.target_types):
        same |= (types[:, None] == types[None, :]).all(-1)
    return same.fill_diagonal_(False)
