"""The stage ``masked``: masked and translation language modelling (Conneau and Lample, 2019)."""

import math

import torch
from torch import Tensor, nn
from transformers import XLMRobertaModel

from otcore.base.precision import half_precision
from otcore.pretraining.batches import MaskedBatch, MaskedBatches

_HELD_OUT = 48  # pairs a language


class MaskedModel(nn.Module):
    """The encoder with a head that predicts masked tokens; the output matrix is the token matrix."""

    def __init__(self, encoder: XLMRobertaModel) -> None:
        super().__init__()
        hidden = encoder.config.hidden_size
        self.encoder = encoder
        self.dense = nn.Linear(hidden, hidden)
        self.norm = nn.LayerNorm(hidden)
        self.bias = nn.Parameter(torch.zeros(encoder.config.vocab_size))

    def forward(self, ids: Tensor, attention: Tensor, positions: Tensor, masked: Tensor) -> Tensor:
        """Return (masked tokens, hidden) states to compare with token vectors; ``masked`` are flat indices into ``ids`` (batch, length)."""
        states = self.encoder(input_ids=ids, attention_mask=attention, position_ids=positions).last_hidden_state
        states = states.flatten(0, 1).index_select(0, masked)
        return self.norm(nn.functional.gelu(self.dense(states)))

    def scores(self, states: Tensor, tokens: Tensor) -> Tensor:
        """Return the (masked tokens, tokens) scores of the tokens with the ids ``tokens``."""
        matrix = self.encoder.embeddings.word_embeddings.weight.index_select(0, tokens)
        return nn.functional.linear(states, matrix, self.bias.index_select(0, tokens))


class MaskedObjective:
    """Cross-entropy of the masked tokens."""

    def __init__(self, model: MaskedModel, batches: MaskedBatches, device: torch.device) -> None:
        self._model, self._batches, self._device = model, batches, device
        self._held_out = batches.held_out(_HELD_OUT)

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
        states = self._model(*(part.to(device) for part in (batch.ids, batch.attention, batch.positions, batch.masked)))
        scores = self._model.scores(states, batch.candidates.to(device)).float()
        sampled = scores.shape[1] - batch.sure
        if sampled:
            missing = self._model.bias.shape[0] - batch.sure
            scores = torch.cat([scores[:, : batch.sure], scores[:, batch.sure :] + math.log(missing / sampled)], dim=1)
        return torch.nn.functional.cross_entropy(scores, batch.targets.to(device))
