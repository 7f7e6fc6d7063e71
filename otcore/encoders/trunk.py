"""The part of an encoder that a run trains: up to the layer whose vectors are aligned, and no further."""

from torch import Tensor, nn

from otcore.base.errors import InputError
from otcore.encoders.encoder import Encoder
from otcore.encoders.shortened import layers_path, shortened

FEW_WORDS = 32_000_000  # numbers in word vectors, of which a step of AdamW takes about as long as of six layers of 384


class Trunk(nn.Module):
    """Ids and attention mask (r, t) to the vectors (r, t, d) of one layer. Its weights are the encoder's own, and the
    layers above are left out of the forward pass where the architecture allows it."""

    def __init__(self, encoder: Encoder, layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.path = layers_path(encoder.model, encoder.layers)
        found = shortened(encoder.model, encoder.layers, layer, encoder.padding)
        self.short = found is not None
        self.model = found if self.short else encoder.model

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        if self.short:
            return self.model(input_ids=ids, attention_mask=mask).last_hidden_state
        return self.model(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states[self.layer]

    def select(self, encoder: Encoder, top_layers: int | None, word_vectors: str = "few") -> dict[str, nn.Parameter]:
        """Marks what is trained, all that reaches the layer or its topmost layers only, and returns it by name.

        word_vectors: whether the vocabulary's vectors "learn", are to "keep", or learn where they are "few", at most `FEW_WORDS` numbers
        raises: InputError   the topmost layers of an architecture whose layers cannot be told apart
        """
        encoder.model.requires_grad_(False)
        if top_layers is not None and self.path is None:
            raise InputError(f"The layers of {encoder.name} cannot be told apart; train all of them.")
        chosen, reached = {}, {id(parameter) for parameter in self.model.parameters()}
        lowest = 0 if top_layers is None else self.layer - top_layers
        words = encoder.model.get_input_embeddings().weight
        frozen = word_vectors == "keep" or (word_vectors == "few" and words.numel() > FEW_WORDS)
        for name, parameter in encoder.model.named_parameters():
            position = _position(name, self.path)
            below = position is None and top_layers is None and not any(part in name for part in ("pooler", "lm_head"))
            inside = position is not None and lowest <= position < self.layer
            if id(parameter) in reached and (inside or below) and not (frozen and parameter is words):
                chosen[name] = parameter.requires_grad_(True)
        return chosen


def _position(name: str, path: str | None) -> int | None:
    """Which Transformer layer, from 0, a parameter is in, or None."""
    return int(name.removeprefix(f"{path}.").split(".")[0]) if path and name.startswith(f"{path}.") else None
