"""The other side of transport: prices. Dual values, the best answer to given prices, and a way up to the optimum."""

import numpy as np

from otcore.transport.logarithms import log_sum_exp

_UPDATES, _SHRINK = 4, 0.85  # entropic updates a step, and what remains of ε after it


def best_answer(cost: np.ndarray, f: np.ndarray) -> np.ndarray:
    """(m,) the largest g with f ⊕ g ≤ C: g_j = min_i C_ij − f_i (the c-transform; Peyré & Cuturi 2019 §5.1).

    cost: (n, m); f: (n,) in the unit of the cost
    """
    return (np.asarray(cost) - np.asarray(f)[:, None]).min(0)


def dual_value(cost: np.ndarray, a: np.ndarray, b: np.ndarray, f: np.ndarray) -> float:
    """⟨a, f⟩ + ⟨b, g⟩ with g the best answer to f: a lower bound of every plan's cost, whatever f is."""
    return float(np.dot(a, f) + np.dot(b, best_answer(cost, f)))


def ascend(cost: np.ndarray, a: np.ndarray, b: np.ndarray, f: np.ndarray, steps: int) -> np.ndarray:
    """(steps + 1, n) prices on the way up from f: a few entropic updates a step, with an ε that shrinks from step to step.
    The first price stays where it is (a constant moved from f to g changes nothing).

    cost: (n, m); a, b: (n,), (m,) masses, those of b positive; f: (n,)
    source: semi-dual block ascent, Peyré & Cuturi 2019 §4.4 and §5.2, with ε-scaling (Schmitzer 2019 §3.2)
    """
    cost, f = np.asarray(cost, dtype=np.float64), np.asarray(f, dtype=np.float64)
    live = np.asarray(a) > 0
    log_a, log_b = np.log(np.where(live, a, 1.0)), np.log(b)
    epsilon, way = float(np.abs(cost).mean()) / 4 + 1e-12, [f]
    for _ in range(steps):
        for _ in range(_UPDATES):
            g = epsilon * (log_b - log_sum_exp((f[:, None] - cost) / epsilon, 0))
            f = epsilon * (log_a - log_sum_exp((g[None, :] - cost) / epsilon, 1))
        f = f - f[0] + way[0][0]
        way.append(f)
        epsilon *= _SHRINK
    return np.stack(way)
