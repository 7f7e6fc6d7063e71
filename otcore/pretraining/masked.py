"""The objective of the stage ``masked``: masked and translation language modelling (Conneau and Lample, 2019)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from otcore.base.precision import half_precision
from otcore.pretraining.batches import MaskedBatch, MaskedBatches
from otcore.pretraining.model import MaskedModel


class MaskedObjective:
    """Cross-entropy of the masked tokens."""

    def __init__(self, model: MaskedModel, batches: MaskedBatches, device: torch.device, held_out: int = 48) -> None:
        self._model = model
        self._batches = batches
        self._device = device
        self._held_out = batches.held_out(held_out)

    def loss(self, step: int) -> tuple[Tensor, dict[str, float | Tensor]]:
        """Return the mean cross-entropy (nats) of one batch and its number of tokens."""
        batch = self._batches.batch(step)
        return self._cross_entropy(batch), {"tokens": float(batch.attention.sum())}

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        """Return the mean cross-entropy of masked tokens in held-out pairs, every language weighing the same."""
        self._model.eval()
        with half_precision(self._device):
            losses = [float(self._cross_entropy(batch)) for batch in self._held_out]
        return {"masked_loss": sum(losses) / max(1, len(losses))}

    def _cross_entropy(self, batch: MaskedBatch) -> Tensor:
        """Estimate of the full cross-entropy: the sample stands for all tokens that are no target of the batch."""
        device = self._device
        states = self._model(batch.ids.to(device), batch.attention.to(device), batch.positions.to(device), batch.masked.to(device))
        scores = self._model.scores(states, batch.candidates.to(device)).float()
        sampled = scores.shape[1] - batch.sure
        if sampled:
            missing = self._model.bias.shape[0] - batch.sure
            scores = torch.cat([scores[:, : batch.sure], scores[:, batch.sure :] + math.log(missing / sampled)], dim=1)
        return torch.nn.functional.cross_entropy(scores, batch.targets.to(device))
