"""L2: linked words are drawn together by their squared distance.

Cao, Kitaev & Klein 2020, "Multilingual Alignment of Contextual Word Representations"; METHOD, "The methods it is
compared with". Use it with good word pairs: every wrong link counts as much as a right one.
"""

import torch
from torch import Tensor

from otcore.objectives.anchored import AnchoredObjective
from otcore.objectives.types import Clouds


class PairDistance(AnchoredObjective):
    """Σ ‖x_i − y_j‖² over the links (i, j) of a pair, as a mean over pairs; 0 where nothing is linked."""

    name = "distance"

    def losses(self, clouds: list[Clouds]) -> tuple[Tensor, float]:
        return torch.stack([self._distance(cloud) for cloud in clouds]), 0.0

    def _distance(self, clouds: Clouds) -> Tensor:
        pair, i, j = clouds.links.unbind(1)
        return (clouds.source[pair, i] - clouds.target[pair, j]).square().sum() / len(clouds.source)
