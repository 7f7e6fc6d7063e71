"""Points that follow an objective downhill: what a loss does, without an encoder in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from otcore.objectives.objective import Clouds, Loss


@dataclass(frozen=True)
class Course:
    """K steps of descent; entry 0 is the start.

    source, target           : (K + 1, B, n, d), (K + 1, B, m, d) where the points are
    source_pull, target_pull : the same shapes: the way each point is about to go before the rate, −∂loss / ∂point · B / mass
    losses                   : (K + 1,) totals, anchor included
    """

    source: np.ndarray
    target: np.ndarray
    source_pull: np.ndarray
    target_pull: np.ndarray
    losses: np.ndarray


def descend(objective: Callable[[dict[str, Clouds]], Loss], clouds: Clouds, *, steps: int, rate: float, both: bool = True) -> Course:
    """Gradient descent on the points themselves; a point's step is divided by its mass, so that light points are as quick as
    heavy ones (the Wasserstein gradient flow in explicit steps).

    objective: a trained one of `otcore.objectives.OBJECTIVES`
    clouds   : one language's pairs, every point with mass; its anchor holds the target points
    rate     : length of a step in units of the pull
    both     : whether the target points move too
    source   : Feydy et al. 2019 §4 (flows of clouds under OT_ε and S_ε)
    """
    import torch

    source, target = clouds.source.clone().requires_grad_(), clouds.target.clone().requires_grad_()
    records: list[tuple] = []
    for step in range(steps + 1):
        loss = objective({"": replace(clouds, source=source, target=target)}).total
        gradients = torch.autograd.grad(loss, (source, target), allow_unused=True, materialize_grads=True)
        masses = (clouds.source_mass, clouds.target_mass)
        pulls = [-gradient * len(gradient) / mass[..., None] for gradient, mass in zip(gradients, masses, strict=True)]
        if not both:
            pulls[1] = torch.zeros_like(target)
        records.append((source.detach().clone(), target.detach().clone(), *pulls, loss.detach()))
        if step < steps:
            with torch.no_grad():
                source += rate * pulls[0]
                target += rate * pulls[1]
    return Course(*(torch.stack(parts).numpy() for parts in zip(*records, strict=True)))


def cloud_pair(source: np.ndarray, target: np.ndarray) -> Clouds:
    """(B, n, d) and (B, m, d) points as clouds with uniform masses, anchored where the target points are, all words different."""
    import torch

    x, y = (torch.as_tensor(points, dtype=torch.float64) for points in (source, target))
    types = [torch.arange(points.shape[0] * points.shape[1]).view(points.shape[:2]) for points in (x, y)]
    masses = [torch.full(points.shape[:2], 1 / points.shape[1], dtype=torch.float64) for points in (x, y)]
    links = torch.zeros((0, 3), dtype=torch.int64)
    return Clouds(x, y, *masses, y.clone(), *types, links)
