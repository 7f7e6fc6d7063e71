"""Ground costs between two clouds of vectors."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

# name → label; the command line and the pages offer them without loading torch
COSTS: Mapping[str, str] = {
    "cosine": "cosine, 1 − cos",
    "euclidean": "Euclidean, ‖x − y‖",
    "sqeuclidean": "squared Euclidean, ½‖x − y‖²",
    "dot": "dot product, −⟨x, y⟩",
}
_NEAR, _MANY = 0.02, 0.3  # a share of the squared lengths, where five digits are left; of all distances, as many as gain nothing


def cost_matrix(x: torch.Tensor, y: torch.Tensor, kind: str = "cosine") -> torch.Tensor:
    """The cost of moving each vector of one cloud to each of another, batched over leading axes.

    x, y   : Tensor (..., n, d), (..., m, d)
    kind   : "cosine"       1 − cos, in [0, 2]; a zero vector is at distance 1 from everything
             "euclidean"    ‖x − y‖ (the paper's cost with ε = 0.05: METHOD, GeomLoss p = 1)
             "sqeuclidean"  ½‖x − y‖² (GeomLoss p = 2)
             "dot"          −⟨x, y⟩; may be negative, shift it before unbalanced or partial transport
    returns: Tensor (..., n, m), float32 or float64 as given
    raises : ValueError   unknown kind, or different dimensions
    """
    import torch

    if x.shape[-1] != y.shape[-1]:
        raise ValueError(f"x and y must have the same dimension. Received {x.shape[-1]} and {y.shape[-1]}.")
    if kind == "cosine":
        normal = torch.nn.functional.normalize
        return (1 - normal(x, dim=-1) @ normal(y, dim=-1).transpose(-1, -2)).clamp(0, 2)
    if kind == "euclidean":
        return _distances()(x, y)
    if kind == "sqeuclidean":
        return 0.5 * _distances()(x, y).square()
    if kind == "dot":
        return -x @ y.transpose(-1, -2)
    raise ValueError(f"The cost must be one of {', '.join(COSTS)}. Received {kind!r}.")


@functools.cache
def _distances() -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """‖x − y‖ with its gradient, which is two products: ∂/∂xᵢ = Σⱼ wᵢⱼ (xᵢ − yⱼ) with w the gradient over the distance, and none between
    equal points."""
    import torch

    class Distances(torch.autograd.Function):
        @staticmethod
        def forward(context, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            found = _apart(x, y)
            context.save_for_backward(x, y, found)
            return found

        @staticmethod
        def backward(context, gradient: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            x, y, found = context.saved_tensors
            weights = torch.where(found > 0, gradient / found, 0.0)
            back = weights.transpose(-1, -2)
            by_x = weights.sum(-1, keepdim=True) * x - weights @ y
            by_y = back.sum(-1, keepdim=True) * y - back @ x
            return by_x.sum_to_size(x.shape), by_y.sum_to_size(y.shape)

    return Distances.apply


def _apart(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """‖x − y‖ by ‖x‖² + ‖y‖² − 2⟨x, y⟩, four times as fast as from the differences, and from these where that form loses too many digits:
    between points that lie much nearer to each other than to the middle of their cloud, and in more than single precision."""
    import torch

    exact = functools.partial(torch.cdist, compute_mode="donot_use_mm_for_euclid_dist")
    if x.dtype != torch.float32 or x.ndim != 3 or x.is_cuda or len(x) != len(y):
        return exact(x, y)
    middle = y.mean((0, 1))
    u, v = x - middle, y - middle
    lengths = u.square().sum(-1)[..., :, None] + v.square().sum(-1)[..., None, :]
    squared = torch.baddbmm(lengths, u, v.transpose(-1, -2), alpha=-2)
    problem, i, j = (squared < _NEAR * lengths).nonzero(as_tuple=True)
    if len(problem) > _MANY * squared.numel():
        return exact(x, y)
    squared[problem, i, j] = (x[problem, i] - y[problem, j]).square().sum(-1)
    return squared.sqrt()
