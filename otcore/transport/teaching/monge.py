"""Monge's problem for a few piles: every pile goes whole to one place."""

import itertools

import numpy as np

_MOST = 300_000  # maps that are tried


def cheapest_map(cost: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray | None:
    """(n, m) the cheapest plan that splits no pile, or None where there is none.

    cost  : (n, m); a, b: (n,), (m,) masses of equal sum, few enough for all maps to be tried
    raises: ValueError   more than 300,000 maps
    source: Monge 1781 as in Peyré & Cuturi 2019 §2.2
    """
    cost, a, b = (np.asarray(values, dtype=np.float64) for values in (cost, a, b))
    sources, targets = np.flatnonzero(a > 0), np.flatnonzero(b > 0)
    if len(targets) ** len(sources) > _MOST:
        raise ValueError(f"{len(sources)} piles and {len(targets)} places are too many to try all maps.")
    maps = np.array(list(itertools.product(targets, repeat=len(sources))))
    received = np.zeros((len(maps), len(b)))
    for column, source in enumerate(sources):
        received[np.arange(len(maps)), maps[:, column]] += a[source]
    fitting = maps[np.abs(received - b).max(1) < 1e-9]
    if not len(fitting):
        return None
    best = fitting[(cost[sources, fitting] @ a[sources]).argmin()]
    plan = np.zeros_like(cost)
    plan[sources, best] = a[sources]
    return plan
