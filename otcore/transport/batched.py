"""Many entropic problems at once, by whichever engine is quickest where they are.

On the processor `otcore.transport.compiled` solves one problem at a time in machine code; on CUDA, and on a processor whose kernel is not
made yet, `otcore.transport.masked` solves them together in torch. Both do the same: scalings around absorbed potentials, over-relaxed,
each problem until its own marginal error is small enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from otcore.transport import masked
from otcore.transport.compiled import solving


@dataclass(frozen=True)
class Plans:
    """Entropic plans of B problems, padded to n × m; entries of padding are 0.

    plan           : (B, n, m)
    value          : (B,) ⟨π, C⟩ + ε KL(π‖a⊗b)
    transport_cost : (B,) ⟨π, C⟩
    f, g           : (B, n), (B, m) potentials, π = a⊗b · exp((f⊕g − C)/ε)
    epsilon        : (B,) absolute ε
    iterations     : (B,) int
    marginal_error : (B,) ‖π1 − a‖₁ + ‖πᵀ1 − b‖₁
    converged      : (B,) bool, marginal_error at most the tolerance
    """

    plan: torch.Tensor
    value: torch.Tensor
    transport_cost: torch.Tensor
    f: torch.Tensor
    g: torch.Tensor
    epsilon: torch.Tensor
    iterations: torch.Tensor
    marginal_error: torch.Tensor
    converged: torch.Tensor


@torch.no_grad()
def sinkhorn(
    cost: torch.Tensor,
    a: torch.Tensor,
    b: torch.Tensor,
    epsilon: float | torch.Tensor,
    *,
    tolerance: float = 1e-5,
    max_iterations: int = 5_000,
    alike: torch.Tensor | None = None,
) -> Plans:
    """Entropic plans for a batch of problems, on the device and in the precision of the cost.

    cost          : Tensor (B, n, m), float32 or float64; padded entries are never read
    a, b          : Tensor (B, n), (B, m) masses; each row sums to 1, padding has mass 0
    epsilon       : float or Tensor (B,), absolute, in the unit of the cost
    tolerance     : L1 marginal error at which a problem stops; float32 does not get below about 1e-6
    max_iterations: where it stops all the same, with `converged` False
    alike         : Tensor (B,) bool, which problems are of a cloud onto itself, cost symmetric and a equal to b: those are quicker
    returns       : Plans
    raises        : ValueError   shapes differ, a mass is negative, a row does not sum to 1, or ε is not positive
    source        : Cuturi 2013; stabilisation Schmitzer 2019 §3; over-relaxation Lehmann et al. 2021 §3
    """
    epsilon = torch.as_tensor(epsilon, dtype=cost.dtype, device=cost.device).expand(cost.shape[0])
    _check(cost, a, b, epsilon)
    if not cost.is_cuda and (plans := _compiled(cost, a, b, epsilon, alike, tolerance, max_iterations)):
        return plans
    return _plans(masked.potentials(cost, a, b, epsilon, tolerance, max_iterations), cost, a, b, epsilon, tolerance)


@dataclass(frozen=True)
class Solution:
    """One problem solved: plan (n, m), potentials f (n,) and g (m,), and figures as of `Plans`."""

    plan: np.ndarray
    f: np.ndarray
    g: np.ndarray
    value: float
    iterations: int
    marginal_error: float
    converged: bool


def sinkhorn_each(
    problems: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]], epsilon: Sequence[float], *, tolerance: float, max_iterations: int
) -> list[Solution]:
    """Entropic plans of problems of any sizes, each the one that it gets alone.

    problems: costs (n, m) and masses (n,), (m,) in float64; each side sums to 1
    epsilon : of each, absolute; the rest as of `sinkhorn`, and raises as it does
    """
    if not problems:
        return []
    sizes = np.array([cost.shape for cost, _, _ in problems]).reshape(-1, 2)
    flat = [np.concatenate([part.ravel() for part in parts]) for parts in zip(*problems, strict=True)]
    wanted = solving.Flat(*flat, sizes, np.asarray(epsilon, dtype=np.float64), np.zeros(len(sizes)))
    if (solved := solving.solve(wanted, tolerance, max_iterations)) is None:
        return _padded(problems, epsilon, tolerance, max_iterations)
    ends = (np.cumsum(count)[:-1] for count in (sizes.prod(1), *sizes.T))
    plans, f, g = (np.split(part, cuts) for part, cuts in zip((solved.plan, solved.f, solved.g), ends, strict=True))
    found = zip(plans, sizes, f, g, solved.found.tolist(), strict=True)
    return [
        Solution(plan.reshape(size), p, q, value, int(count), error, error <= tolerance)
        for plan, size, p, q, (value, _, error, count) in found
    ]


def _padded(problems, epsilon, tolerance: float, max_iterations: int) -> list[Solution]:
    """The same in one batch of torch's."""
    pad = torch.nn.utils.rnn.pad_sequence
    a, b = (pad([torch.from_numpy(one[side]) for one in problems], True) for side in (1, 2))
    cost = a.new_zeros(len(problems), a.shape[1], b.shape[1])
    for row, (one, _, _) in zip(cost, problems, strict=True):
        row[: one.shape[0], : one.shape[1]] = torch.from_numpy(one)
    found = sinkhorn(cost, a, b, torch.tensor(epsilon, dtype=cost.dtype), tolerance=tolerance, max_iterations=max_iterations)
    figures = zip(*(part.tolist() for part in (found.value, found.iterations, found.marginal_error, found.converged)), strict=True)
    cut = zip(problems, found.plan.numpy(), found.f.numpy(), found.g.numpy(), figures, strict=True)
    return [Solution(plan[:n, :m], f[:n], g[:m], *rest) for ((one, _, _), plan, f, g, rest) in cut for n, m in [one.shape]]


def _compiled(cost, a, b, epsilon, alike, tolerance, max_iterations) -> Plans | None:
    count, n, m = cost.shape
    flat = [part.to(cost.dtype).contiguous().view(-1).numpy() for part in (cost, a, b)]
    kinds = np.zeros(count) if alike is None else alike.numpy()
    problems = solving.Flat(*flat, np.tile([n, m], (count, 1)), epsilon.double().numpy(), kinds)
    if (solved := solving.solve(problems, tolerance, max_iterations)) is None:
        return None
    plan, f, g = (torch.from_numpy(part) for part in (solved.plan, solved.f, solved.g))
    value, moved, error, iterations = torch.from_numpy(solved.found).unbind(1)
    figures = (value.to(cost.dtype), moved.to(cost.dtype))
    converged = error <= tolerance
    shaped = (plan.view(count, n, m), *figures, f.view(count, n), g.view(count, m))
    return Plans(*shaped, epsilon, iterations.long(), error.to(cost.dtype), converged)


def relative_epsilon(cost: torch.Tensor, a: torch.Tensor, b: torch.Tensor, epsilon: float) -> torch.Tensor:
    """(B,) absolute ε from one in units of the mean cost ⟨a bᵀ, |C|⟩ of each problem."""
    masked = torch.where((a > 0)[:, :, None] & (b > 0)[:, None, :], cost.abs(), 0.0)
    return (epsilon * torch.einsum("bn,bnm,bm->b", a, masked, b)).clamp_min(1e-12)


def _check(cost, a, b, epsilon):
    if cost.dtype not in (torch.float32, torch.float64):
        raise ValueError(f"The cost must be float32 or float64. Received {cost.dtype}.")
    if a.shape != cost.shape[:2] or b.shape != (cost.shape[0], cost.shape[2]):
        raise ValueError(f"A cost of shape {tuple(cost.shape)} does not fit masses {tuple(a.shape)} and {tuple(b.shape)}.")
    for side in (a, b):
        if not ((side >= 0).all() and ((side.sum(1) - 1).abs() < 1e-4).all()):
            raise ValueError(f"Masses must be non-negative and each row must sum to 1. Received sums {side.sum(1).tolist()[:5]}.")
    if not (torch.isfinite(epsilon).all() and (epsilon > 0).all()):
        raise ValueError(f"ε must be positive. Received {epsilon.tolist()[:5]}.")


def _plans(found, cost, a, b, epsilon, tolerance) -> Plans:
    f, g, iterations = found
    scale, live = epsilon[:, None], (a > 0)[:, :, None] & (b > 0)[:, None, :]
    exponent = (f[:, :, None] + g[:, None, :] - cost) / scale[:, :, None]
    plan = torch.where(live, exponent, -torch.inf).exp_()
    rows, columns = plan.sum(2), plan.sum(1)
    error = (rows - a).abs().sum(1) + (columns - b).abs().sum(1)
    f = torch.where(a > 0, f - scale * a.log(), 0.0)
    g = torch.where(b > 0, g - scale * b.log(), 0.0)
    transport_cost = (plan * torch.where(live, cost, 0.0)).sum((1, 2))
    value = (rows * f).sum(1) + (columns * g).sum(1)
    return Plans(plan, value, transport_cost, f, g, epsilon, iterations, error, error <= tolerance)
