"""From prepared pairs to the clouds of one step: which pairs, one bucketed forward pass, differentiable points."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from otcore.finetuning.data import Pair, Side
from otcore.objectives.objective import Clouds

_MOST_TOKENS = 6144  # padded tokens of one pass: more were no faster on two cores
_FEWEST_ROWS = 16  # of one pass: smaller ones cost more in calls than padding does
_STRETCH = 1.35  # longest against shortest row of one pass

Forward = Callable[[Tensor, Tensor], Tensor]  # ids (r, t), attention mask (r, t) → vectors (r, t, d)


def choose(pairs: Sequence[Pair], size: int, number: int, seed: int, share: tuple[int, int] = (0, 1)) -> list[Pair]:
    """The pairs of batch `number`: shuffled anew each epoch, without repetition in it, by (seed, number) alone.

    size : pairs of one process, at most all there are
    share: (rank, processes): together the processes take what one would with a batch so many times as large; where there are fewer
           pairs than processes, some take the same one, as a step without pairs has no loss
    """
    rank, processes = share
    together = min(size * processes, len(pairs))
    epoch, slot = divmod(number, len(pairs) // together)
    order = _order(len(pairs), seed, epoch)[slot * together : (slot + 1) * together]
    first, end = rank * together // processes, (rank + 1) * together // processes
    return [pairs[index] for index in order[first : max(end, first + 1)]]


@functools.lru_cache(maxsize=64)
def _order(count: int, seed: int, epoch: int) -> np.ndarray:
    """The same for every language: where they are line-parallel, one English sentence serves them all."""
    return np.random.default_rng([seed, epoch]).permutation(count)


@dataclass(frozen=True)
class Encoded:
    """The vectors of some sides: `flat` (tokens, d), and where each side's first id is in it, by the side's identity."""

    flat: Tensor
    starts: dict[int, int]


def encode_sides(sides: Sequence[Side], forward: Forward, pad: int, device: torch.device) -> Encoded:
    """Every distinct side once, in as few passes of like length as pay."""
    distinct = list({id(side): side for side in sides}.values())
    flats, starts, total = [], {}, 0
    for group in _groups(distinct):
        ids = pad_rows([torch.tensor(side.ids) for side in group], pad)
        mask = pad_rows([torch.ones(len(side.ids), dtype=torch.long) for side in group])
        starts |= {id(side): total + row * ids.shape[1] for row, side in enumerate(group)}
        total += ids.numel()
        flats.append(forward(ids.to(device), mask.to(device)).flatten(0, 1))
    return Encoded(torch.cat(flats), starts)


def _groups(sides: list[Side]) -> list[list[Side]]:
    groups: list[list[Side]] = []
    for side in sorted(sides, key=lambda side: len(side.ids)):
        group, length = groups[-1] if groups else [], len(side.ids)
        close = group and (len(group) < _FEWEST_ROWS or length <= _STRETCH * len(group[0].ids))
        if close and length * (len(group) + 1) <= _MOST_TOKENS:
            group.append(side)
        else:
            groups.append([side])
    return groups


def points(encoded: Encoded, sides: Sequence[Side]) -> Tensor:
    """(B, n, d) the points of each side, zero-padded; differentiable, in float32."""
    width = max(len(side.masses) for side in sides)
    places = np.concatenate([encoded.starts[id(side)] + side.places for side in sides])
    cells = np.concatenate([row * width + side.points for row, side in enumerate(sides)])
    weights = np.concatenate([side.weights for side in sides])
    device = encoded.flat.device
    pieces = encoded.flat.index_select(0, torch.from_numpy(places).to(device)).float()
    pieces = pieces * torch.from_numpy(weights).to(device)[:, None]
    empty = pieces.new_zeros(len(sides) * width, pieces.shape[1])
    return empty.index_add(0, torch.from_numpy(cells).to(device), pieces).view(len(sides), width, -1)


def make_clouds(pairs: Sequence[Pair], encoded: Encoded, anchor: Tensor | None, masses: str) -> Clouds:
    """One language's clouds; anchor (B, m, d) or None, masses as in the objective's settings."""
    device = encoded.flat.device
    both = [pair.source for pair in pairs], [pair.target for pair in pairs]
    clouds = [points(encoded, sides) for sides in both]
    weights = [pad_rows([side.masses for side in sides]).to(device) for sides in both]
    if masses == "norm":
        weights = list(map(_norm_masses, clouds, weights))
    types = [pad_rows([side.types for side in sides], -1).to(device) for sides in both]
    rows = [np.column_stack([np.full(len(pair.links), row), pair.links]) for row, pair in enumerate(pairs)]
    links = torch.from_numpy(np.concatenate(rows).astype(np.int64)).to(device)
    return Clouds(*clouds, *weights, anchor, *types, links)


def pad_rows(rows: Sequence[Tensor | np.ndarray], value: float = 0.0) -> Tensor:
    """(B, m, …) from B tensors (m_i, …)."""
    return torch.nn.utils.rnn.pad_sequence([torch.as_tensor(row) for row in rows], batch_first=True, padding_value=value)


def _norm_masses(vectors: Tensor, uniform: Tensor) -> Tensor:
    """Masses by the norms of (B, n, d), constants for the gradient; where all are 0, uniform."""
    norms = vectors.detach().norm(dim=-1) * (uniform > 0)
    total = norms.sum(1, keepdim=True)
    return torch.where(total > 0, norms / total.clamp_min(1e-30), uniform)


def mean_cosine(clouds: Sequence[Clouds]) -> Tensor:
    """Mean cosine over all pairs of points of a step, the collapse indicator: near 1 all vectors are alike.

    source: METHOD, trap 5; with unit vectors u of N points, (‖Σu‖² − N) / (N (N − 1))
    """
    with torch.no_grad():
        everything = [side[live] for c in clouds for side, live in ((c.source, c.source_live), (c.target, c.target_live))]
        unit = torch.nn.functional.normalize(torch.cat(everything).double(), dim=-1)
        return (unit.sum(0).square().sum() - len(unit)) / max(len(unit) * (len(unit) - 1), 1)
