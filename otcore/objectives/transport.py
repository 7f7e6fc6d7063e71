"""WordOT and SubOT: the transport cost between the two sides of a pair is the loss.

Alqahtani et al. 2021 (arXiv 2110.02887), §3; METHOD, "What it does". The two differ only in what the data side calls a
point: a word by its last subword, or every subword. Use it where most plans are right already: it learns from them.
"""

import torch
from torch import Tensor

from otcore.objectives.anchored import AnchoredObjective
from otcore.objectives.settings import ObjectiveSettings
from otcore.objectives.types import Clouds
from otcore.objectives.values import Block, transport_values
from otcore.transport.batched import relative_epsilon
from otcore.transport.costs import cost_matrix


class TransportObjective(AnchoredObjective):
    """The Sinkhorn divergence S_ε = OT_ε(α, β) − ½ OT_ε(α, α) − ½ OT_ε(β, β), or OT_ε(α, β) alone where not `debiased`.

    A cloud is a sentence, and the loss a mean over pairs; or, with the scope "batch", all points of a language's batch.
    """

    name = "transport"

    def losses(self, clouds: list[Clouds]) -> tuple[Tensor, float]:
        blocks = [block for cloud in clouds for block in self._blocks(cloud)]
        options = {"tolerance": self.settings.tolerance, "max_iterations": self.settings.iterations}
        values, error = transport_values(blocks, **options)
        if self.settings.debiased:
            values = [cross - (own + other) / 2 for cross, own, other in zip(values[::3], values[1::3], values[2::3], strict=True)]
        return torch.stack([value.mean() for value in values]), error

    def _blocks(self, clouds: Clouds) -> list[Block]:
        x, a, y, b = (whole if self.settings.scope == "batch" else _sentences)(clouds)
        cross = cost_matrix(x, y, self.settings.cost)
        epsilon = absolute_epsilon(self.settings, cross, a, b)
        if not self.settings.debiased:
            return [Block(cross, a, b, epsilon)]
        own = (Block(cost_matrix(points, points, self.settings.cost), mass, mass, epsilon) for points, mass in ((x, a), (y, b)))
        return [Block(cross, a, b, epsilon), *own]  # one ε for all three: only then is S_ε ≥ 0, and 0 on equal clouds


def absolute_epsilon(settings: ObjectiveSettings, cost: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """(P,) ε of each problem in the unit of the cost, a constant for the gradient even where it follows the mean cost."""
    if settings.relative:
        return relative_epsilon(cost.detach(), a, b, settings.epsilon)
    return cost.new_full((len(cost),), settings.epsilon, requires_grad=False)


def _sentences(clouds: Clouds) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return clouds.source, clouds.source_mass, clouds.target, clouds.target_mass


def whole(clouds: Clouds) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """All sentences of a batch as one cloud a side: (1, N, d), (1, N), (1, M, d), (1, M), each sentence with equal mass."""
    x, y = clouds.source[clouds.source_live], clouds.target[clouds.target_live]
    a, b = (mass[mass > 0] / len(mass) for mass in (clouds.source_mass, clouds.target_mass))
    return x[None], a[None], y[None], b[None]
