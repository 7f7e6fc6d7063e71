"""Entropic transport costs with gradient: many blocks of problems, solved together without back-propagation.

At the optimum the derivative of the entropic cost with respect to the ground cost is the plan (envelope theorem; Feydy
et al. 2019, "Interpolating between Optimal Transport and MMD using Sinkhorn Divergences", §3.1; METHOD, trap 4).
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad

from otcore.transport.batched import sinkhorn


@dataclass(frozen=True)
class Block:
    """P problems of one size.

    cost   : (P, n, m) with gradient
    a, b   : (P, n), (P, m) masses, padding 0
    epsilon: (P,) absolute, without gradient
    alike  : whether each is of a cloud onto itself: the cost symmetric, and a equal to b
    """

    cost: Tensor
    a: Tensor
    b: Tensor
    epsilon: Tensor
    alike: bool = False


def transport_values(blocks: list[Block], *, tolerance: float, max_iterations: int) -> tuple[list[Tensor], float]:
    """OT_ε of every problem, all blocks in one batched solve.

    tolerance, max_iterations: see `otcore.transport.batched.sinkhorn`
    returns: (P,) values of each block, whose gradient with respect to the cost is the plan; the worst L1 marginal error
    """
    n, m = (max(block.cost.shape[side] for block in blocks) for side in (1, 2))
    with torch.no_grad():
        a, b, cost = (torch.cat(parts) for parts in zip(*(_padded(block, n, m) for block in blocks), strict=True))
        epsilon = torch.cat([block.epsilon for block in blocks])
        alike = torch.cat([torch.full((len(block.cost),), block.alike) for block in blocks])
        plans = sinkhorn(cost, a, b, epsilon, tolerance=tolerance, max_iterations=max_iterations, alike=alike)
        # the dual value: its error is of second order in the potentials', and its derivative at them is the plan as it is
        values = (a * plans.f).sum(1) + (b * plans.g).sum(1) - plans.epsilon * (plans.plan.sum((1, 2)) - 1)
        counts = [len(block.cost) for block in blocks]
        solved = zip(blocks, values.split(counts), plans.plan.split(counts), strict=True)
    return [_Envelope.apply(block.cost, value, plan) for block, value, plan in solved], plans.marginal_error.max().item()


def _padded(block: Block, n: int, m: int) -> tuple[Tensor, Tensor, Tensor]:
    below, right = n - block.cost.shape[1], m - block.cost.shape[2]
    return pad(block.a, (0, below)), pad(block.b, (0, right)), pad(block.cost, (0, right, 0, below))


class _Envelope(torch.autograd.Function):
    """A value known already, with the plan as its derivative with respect to the cost."""

    @staticmethod
    def forward(ctx, cost: Tensor, value: Tensor, plan: Tensor) -> Tensor:
        ctx.save_for_backward(plan[:, : cost.shape[1], : cost.shape[2]])
        return value.clone()

    @staticmethod
    def backward(ctx, gradient: Tensor):
        (plan,) = ctx.saved_tensors
        return gradient[:, None, None] * plan, None, None
