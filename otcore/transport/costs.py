"""Ground costs between two clouds of vectors."""

from __future__ import annotations

from collections.abc import Mapping
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
        return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")
    if kind == "sqeuclidean":
        return 0.5 * torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist").square()
    if kind == "dot":
        return -x @ y.transpose(-1, -2)
    raise ValueError(f"The cost must be one of {', '.join(COSTS)}. Received {kind!r}.")
