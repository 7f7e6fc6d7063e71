"""BERT and XLM-R read and computed without Transformers, whose import takes as long as all else that one sentence needs.

Only what their layers are is written here: embeddings, attention, two dense layers, norms. Rows are laid end to end, without padding, and
rows of one length are attended together; so a row's vectors do not depend on what it is computed with, but for rounding.
"""

from __future__ import annotations

import copy
import itertools
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import Tensor

from otcore.encoders.facts import CONFIGURATION, WEIGHTS
from otcore.encoders.int8 import Dense, Int8Dense, Ranges
from otcore.encoders.pieces import PlainPieces

# model type → whether positions are numbered from after the padding's id on
_KINDS = {"bert": False, "roberta": True, "xlm-roberta": True}
# what may not be otherwise: the value it has, also where it is not said
_ORDINARY = {
    "hidden_act": "gelu",
    "position_embedding_type": "absolute",
    "is_decoder": False,
    "is_encoder_decoder": False,
    "add_cross_attention": False,
}
_MOST_LAYERS = 100
Product = Callable[[Tensor], Tensor]  # (t, in) → (t, out)
_CACHED = 768 * 1024  # numbers of the widest step of a batch, so that they lie in the second-level cache: half as fast again as 4,096 ids


@dataclass(frozen=True)
class Sizes:
    """layers, heads; width; longest row in ids; the number of the first position; ε of the norms"""

    layers: int
    heads: int
    width: int
    longest: int
    first: int
    epsilon: float


@dataclass(frozen=True)
class _Layer:
    """The dense layers, and weights and bias of the norms, of a layer, in the order in which they are used."""

    attended: Product  # queries, keys and values, one under another
    joined: Product
    first_norm: tuple[Tensor, Tensor]
    widened: Product
    narrowed: Product
    second_norm: tuple[Tensor, Tensor]

    def products(self, made: Callable[[Product], Product]) -> _Layer:
        """The layer with what is made of each of its dense layers in its place."""
        return replace(self, **{name: made(getattr(self, name)) for name in ("attended", "joined", "widened", "narrowed")})


class PlainModel:
    """The layers of such a model on the processor, in float32 or quantised. `read_plain` makes it.

    batch    : ids that are best computed at once
    shareable: whether several threads may run it at once; not in eight bits, whose products keep what they prepared
    """

    shareable = True

    def __init__(self, sizes: Sizes, tensor) -> None:
        """tensor: name → Tensor as it is stored; of a shape that is checked by whoever asks"""
        self.sizes = sizes
        self._words = tensor("embeddings.word_embeddings.weight")  # as it is stored: most of it is never looked at
        places = tensor("embeddings.position_embeddings.weight").float()
        self._places = places[sizes.first :] + tensor("embeddings.token_type_embeddings.weight")[0].float()
        self._norm = _pair(tensor, "embeddings.LayerNorm")
        self._layers = [_layer(tensor, f"encoder.layer.{number}.") for number in range(sizes.layers)]
        self.batch = _CACHED // len(self._layers[0].widened.bias)

    def quantised(self, rows: list[list[int]]) -> PlainModel:
        """The same with its dense layers in eight bits, on scales that such rows give; see `otcore.encoders.int8`."""
        found = copy.copy(self)
        found._layers = [layer.products(Ranges) for layer in self._layers]
        found.run(sorted(rows, key=len), [self.sizes.layers])
        found._layers = [layer.products(Int8Dense) for layer in found._layers]
        found.shareable = False
        return found

    @torch.inference_mode()
    def run(self, rows: list[list[int]], layers: list[int]) -> dict[int, Tensor]:
        """By layer (t, d) float32, the rows one after another. Rows of one length stand together."""
        lengths = [len(row) for row in rows]
        x = self._words[torch.tensor(list(itertools.chain.from_iterable(rows)))].float()  # (t, d)
        x = self._normed(x + self._places[torch.cat([torch.arange(length) for length in lengths])], self._norm)
        found = {0: x} if 0 in layers else {}
        groups = [(length, len(list(same))) for length, same in itertools.groupby(lengths)]
        for number in range(1, max(layers) + 1):
            x = self._through(x, self._layers[number - 1], groups)
            if number in layers:
                found[number] = x
        return found

    def _through(self, x: Tensor, layer: _Layer, groups: list[tuple[int, int]]) -> Tensor:
        attended = self._attended(layer.attended(x), groups)
        x = self._normed(layer.joined(attended).add_(x), layer.first_norm)
        return self._normed(layer.narrowed(F.gelu(layer.widened(x))).add_(x), layer.second_norm)

    def _attended(self, given: Tensor, groups: list[tuple[int, int]]) -> Tensor:
        heads, width = self.sizes.heads, self.sizes.width
        out, start = given.new_empty(len(given), width), 0
        for length, count in groups:
            part = given[start : start + length * count].view(count, length, 3, heads, width // heads)
            queries, keys, values = part.permute(2, 0, 3, 1, 4).unbind()  # (r, heads, length, d / heads)
            found = F.scaled_dot_product_attention(queries, keys, values)
            out[start : start + length * count].view(count, length, heads, -1).copy_(found.transpose(1, 2))
            start += length * count
        return out

    def _normed(self, x: Tensor, weights: tuple[Tensor, Tensor]) -> Tensor:
        return F.layer_norm(x, (self.sizes.width,), *weights, self.sizes.epsilon)


def read_plain(folder: Path) -> tuple[PlainModel, PlainPieces, dict[str, Any]] | None:
    """The model, its tokeniser and its configuration; None where a folder has anything but such a model, whole and in one file: then
    it is Transformers' to read it, or to say what is wrong."""
    try:
        config = json.loads((folder / CONFIGURATION).read_text(encoding="utf-8"))
        pieces = PlainPieces(folder)
        sizes = _sizes(config, pieces.longest)
        with safe_open(folder / WEIGHTS, "pt") as file:
            return PlainModel(sizes, _Checked(file, sizes, config, pieces)), pieces, config
    except Exception:  # whatever it is, it is said where Transformers meet it too
        logging.getLogger(__name__).info("%s is not read plainly", folder, exc_info=True)
        return None


def _sizes(config: dict[str, Any], longest: int) -> Sizes:
    """raises: LookupError, TypeError   not of the kinds that are computed here"""
    from_padding = _KINDS[config["model_type"]]
    odd = [name for name, value in _ORDINARY.items() if config.get(name, value) != value]
    layers, heads, width = (config[name] for name in ("num_hidden_layers", "num_attention_heads", "hidden_size"))
    if odd or {"auto_map", "quantization_config"} & set(config) or not 0 < layers <= _MOST_LAYERS or width % heads:
        raise LookupError(f"another kind of model: {odd}")
    first = config["pad_token_id"] + 1 if from_padding else 0
    return Sizes(layers, heads, width, min(config["max_position_embeddings"] - first, longest), first, config["layer_norm_eps"])


class _Checked:
    """The tensors of a file by their names, each once it is of the shape and kind that it has to be."""

    def __init__(self, file, sizes: Sizes, config: dict[str, Any], pieces: PlainPieces) -> None:
        self._file, self._width, self._inner = file, sizes.width, config["intermediate_size"]
        self._rows = {"word": config["vocab_size"], "position": config["max_position_embeddings"], "token_type": config["type_vocab_size"]}
        if not self._rows["word"] / 2 <= pieces.count <= self._rows["word"]:
            raise LookupError(f"{pieces.count} pieces for {self._rows['word']} vectors")

    def __call__(self, name: str) -> Tensor:
        found = self._file.get_tensor(name)
        if found.shape != self._shape(name) or found.dtype not in (torch.float32, torch.float16, torch.bfloat16):
            raise LookupError(f"{name} is {found.dtype} {tuple(found.shape)}")
        return found.clone()  # the file may be replaced, or go

    def _shape(self, name: str) -> tuple[int, ...]:
        *_, part, kind = name.split(".")
        if part.endswith("_embeddings"):
            return self._rows[part.removesuffix("_embeddings")], self._width
        wide, dense = "intermediate.dense" in name, ".output.dense" in name and ".attention." not in name
        out = self._inner if wide else self._width
        return (out,) if kind == "bias" or part == "LayerNorm" else (out, self._inner if dense else self._width)


def _pair(tensor, name: str) -> tuple[Tensor, Tensor]:
    return tensor(f"{name}.weight").float(), tensor(f"{name}.bias").float()


def _layer(tensor, start: str) -> _Layer:
    attended = [_pair(tensor, f"{start}attention.self.{name}") for name in ("query", "key", "value")]
    names = ("attention.output.dense", "attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm")
    joined, first_norm, widened, narrowed, second_norm = (_pair(tensor, start + name) for name in names)
    together = Dense(*(torch.cat(parts) for parts in zip(*attended, strict=True)))
    return _Layer(together, Dense(*joined), first_norm, Dense(*widened), Dense(*narrowed), second_norm)
