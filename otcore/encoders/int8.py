"""Dense layers in whole numbers of eight bits: more than twice as fast as in float32 on processors with AVX2, and a quarter of the memory.

Vectors are written on one scale a layer, measured beforehand on some text (static quantisation), so that a row's product never depends on
the rows beside it, and a whole encoder's vectors by rounding alone. Where some coordinates are far wider than others the scale would be all
theirs: these are made smaller before, and their weights larger (SmoothQuant: Xiao et al., 2023). What lies outside the range is cut
off.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_LEVELS = 127  # of vectors: with 255 the sums of AVX2, of sixteen bits, could overflow
_LEAST = 1e-4
# The share of a coordinate's width that goes into its weights, chosen among .5 to .9 by the cosine of words of e5-small with those of
# float32. What comes out of GELU is wide in few coordinates.
_USUAL, _AFTER_GELU = 0.75, 0.85


def can_quantise() -> bool:
    """Whether this processor and this version of torch have such products."""
    return "fbgemm" in torch.backends.quantized.supported_engines and hasattr(
        torch.ops.quantized, "linear_with_input_q_dq_qweight_dq_output_fp32"
    )


@dataclass(frozen=True)
class Dense:
    """A dense layer in float32, (…, in) → (…, out). weight: (out, in); bias: (out,)"""

    weight: Tensor
    bias: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight, self.bias)


class Ranges(nn.Module):
    """A dense layer that computes as before and remembers the lowest and the highest value (in,) of every coordinate that it is given."""

    def __init__(self, dense: Dense | nn.Linear) -> None:
        super().__init__()
        self.dense, self.low, self.high = dense, torch.tensor(0.0), torch.tensor(0.0)

    used = property(lambda self: self.low.dim() > 0)

    def forward(self, x: Tensor) -> Tensor:
        rows = x.detach().flatten(0, -2).float()
        self.low, self.high = torch.minimum(self.low, rows.amin(0)), torch.maximum(self.high, rows.amax(0))
        return self.dense(x)


class Int8Dense(nn.Module):
    """The dense layer of some ranges, (…, in) → (…, out) float32, with vectors and weights rounded to eight bits."""

    def __init__(self, ranges: Ranges) -> None:
        super().__init__()
        weight = ranges.dense.weight.detach().float()
        share = _AFTER_GELU if weight.shape[1] > weight.shape[0] else _USUAL
        width = torch.maximum(-ranges.low, ranges.high).clamp(min=_LEAST)
        smaller = width**share / weight.abs().amax(0).clamp(min=_LEAST) ** (1 - share)
        low, high = float((ranges.low / smaller).min()), float((ranges.high / smaller).max())
        self._shrink, self._scale = 1 / smaller, max(high - low, _LEAST) / _LEVELS
        self._zero = round(-low / self._scale)
        self._packed = _packed(weight * smaller, ranges.dense.bias.detach().float())

    def forward(self, x: Tensor) -> Tensor:
        given = x * self._shrink
        return torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(given, self._scale, self._zero, self._packed)


def _packed(weight: Tensor, bias: Tensor) -> "torch.ScriptObject":
    """The weights in eight bits, on a scale a row, as the product wants them."""
    scales = weight.abs().amax(1).clamp(min=_LEAST).double() / 127
    before = torch.backends.quantized.engine
    torch.backends.quantized.engine = "fbgemm"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # torch is to have another way of saying this
            rounded = torch.quantize_per_channel(weight, scales, torch.zeros(len(scales), dtype=torch.long), 0, torch.qint8)
        return torch.ops.quantized.linear_prepack(rounded, bias)
    finally:
        torch.backends.quantized.engine = before


def quantise(model: nn.Module, calibrate: Callable[[], object]) -> None:
    """Quantise the dense layers of a frozen model of Transformers in place; those that `calibrate` does not reach stay as they are.

    calibrate: runs the model on some text, by which ranges are measured
    """
    places = [(*name.rpartition("."), Ranges(dense)) for name, dense in model.named_modules() if isinstance(dense, nn.Linear)]
    for parent, _, child, ranges in places:
        setattr(model.get_submodule(parent), child, ranges)
    calibrate()
    for parent, _, child, ranges in places:
        setattr(model.get_submodule(parent), child, Int8Dense(ranges) if ranges.used else ranges.dense)
