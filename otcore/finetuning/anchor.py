"""The English points of the frozen original encoder, which the anchor holds the trained ones near."""

import copy
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

import torch
from torch import Tensor

from otcore.encoders.trunk import Trunk
from otcore.finetuning.batches import encode_sides, pad_rows, points
from otcore.finetuning.data import Pair, Side

_CACHE_BYTES = 256 << 20
_BLOCK = 256  # sides computed at a time


class Anchor:
    """Computed for all English sides beforehand where they fit in memory, since they never change, else at each step.

    Either way a side's points do not depend on where a run was interrupted: blocks are the same each time, as batches are.
    """

    def __init__(self, trunk: Trunk, pairs: Mapping[str, list[Pair]], half: Callable[[], AbstractContextManager], pad: int) -> None:
        self._half, self._pad = half, pad
        self._device = next(trunk.parameters()).device
        self._frozen: Trunk | None = copy.deepcopy(trunk).requires_grad_(False).eval()
        self._known: dict[int, Tensor] = {}
        sides = list({id(pair.target): pair.target for some in pairs.values() for pair in some}.values())
        width = trunk.model.config.hidden_size
        if sum(len(side.masses) for side in sides) * width * 4 <= _CACHE_BYTES:
            for start in range(0, len(sides), _BLOCK):
                self._known |= self._compute(sides[start : start + _BLOCK])
            self._frozen = None

    def points(self, sides: Sequence[Side]) -> Callable[[Sequence[Pair]], Tensor]:
        """For a step with these English sides: pairs → (B, m, d) their points."""
        known = self._known if self._frozen is None else self._compute(list(sides))
        return lambda pairs: pad_rows([known[id(pair.target)] for pair in pairs])

    @torch.no_grad()
    def _compute(self, sides: list[Side]) -> dict[int, Tensor]:
        with self._half():
            encoded = encode_sides(sides, self._frozen, self._pad, self._device)
        rows = points(encoded, sides)
        return {id(side): rows[k, : len(side.masses)].clone() for k, side in enumerate(sides)}
