"""Structure costs: what a plan costs because it tears apart what lies together in its cloud (Gromov–Wasserstein).

Between clouds with structures D (n, n) and E (m, m), symmetric, a plan π costs Σ (D_ik − E_jl)² π_ij π_kl. Its derivative with respect
to π is 2 Σ_kl (D_ik − E_jl)² π_kl = 2 (D² π1 ⊕ E² πᵀ1 − 2 D π E), so that wherever the marginals are given, a cell is the cheaper the more
mass its neighbours on one side send to its neighbours on the other (Peyré, Cuturi & Solomon 2016, proposition 1).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np


@lru_cache(maxsize=512)
def neighbourhood(count: int, reach: float) -> np.ndarray:
    """(n, n) how near the places of a sequence are: 1 for neighbours, falling by e over every `reach` places more, and 0 for a place
    itself, which is no neighbour of its own. Read only."""
    apart = np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
    near = np.where(apart > 0, np.exp(-(apart - 1.0) / reach), 0.0)
    near.flags.writeable = False
    return near


def constant(d: np.ndarray, e: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(n, m) the part of the derivative that no plan with marginals a (n,) and b (m,) changes, halved: D²a ⊕ E²b."""
    return ((d * d) @ a)[:, None] + ((e * e) @ b)[None, :]


def agreement(d: np.ndarray, e: np.ndarray, plan: np.ndarray) -> np.ndarray:
    """(n, m) D π E: how much of what lies near i goes to what lies near j."""
    return d @ plan @ e


def distortion(d: np.ndarray, e: np.ndarray, plan: np.ndarray) -> float:
    """Σ (D_ik − E_jl)² π_ij π_kl."""
    fixed = constant(d, e, plan.sum(1), plan.sum(0))
    return float((plan * (fixed - 2 * agreement(d, e, plan))).sum())
