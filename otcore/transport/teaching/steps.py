"""Sinkhorn's iterations one half-step at a time, in the plain and in the log domain, to be looked at rather than to be fast."""

from dataclasses import dataclass

import numpy as np

from otcore.transport.logarithms import log_sum_exp

DOMAINS = ("plain", "log")


@dataclass(frozen=True)
class Steps:
    """What K half-steps did to a plan; entry 0 is the start (scalings of 1), odd entries follow a row step, even ones a column step.

    plans        : (K + 1, n, m) in float64; NaN or infinite where the arithmetic broke
    errors       : (K + 1,) ‖π1 − a‖₁ + ‖πᵀ1 − b‖₁; NaN where the plan is not finite
    broken       : the first half-step whose plan is not finite, or None
    kernel_zeros : share of the kernel's entries exp(−C/ε) that are 0 in the precision used, in [0, 1]
    """

    plans: np.ndarray
    errors: np.ndarray
    broken: int | None
    kernel_zeros: float


def sinkhorn_steps(
    cost: np.ndarray, a: np.ndarray, b: np.ndarray, epsilon: float, count: int, *, domain: str = "plain", dtype: type = np.float32
) -> Steps:
    """The first `count` half-steps from scalings of 1.

    cost   : (n, m) ground cost
    a, b   : (n,), (m,) positive masses, each summing to 1
    epsilon: entropic strength > 0, in the unit of the cost
    domain : "plain" scales the kernel by u and v, and may over- or underflow; "log" keeps ε log u and ε log v
    dtype  : precision of the arithmetic; the plans are returned in float64
    raises : ValueError   an unknown domain, or ε not above 0
    source : Cuturi 2013, Algorithm 1; log-domain form Peyré & Cuturi 2019 §4.4
    """
    if domain not in DOMAINS:
        raise ValueError(f"The domain must be one of {', '.join(DOMAINS)}. Received {domain!r}.")
    if not (np.isfinite(epsilon) and epsilon > 0):
        raise ValueError(f"ε must be positive. Received {epsilon}.")
    cost, a, b = (np.asarray(values, dtype=dtype) for values in (cost, a, b))
    with np.errstate(all="ignore"):  # over- and underflow are what is to be seen
        kernel = np.exp(-cost / dtype(epsilon))
        run = _plain if domain == "plain" else _log
        plans = np.stack([plan.astype(np.float64) for plan in run(cost, kernel, a, b, dtype(epsilon), count)])
        errors = np.abs(plans.sum(2) - a).sum(1) + np.abs(plans.sum(1) - b).sum(1)
    finite = np.isfinite(plans).all((1, 2))
    broken = None if finite.all() else int(np.argmin(finite))
    return Steps(plans, np.where(finite, errors, np.nan), broken, float((kernel == 0).mean()))


def _plain(cost, kernel, a, b, epsilon, count):
    u, v = np.ones_like(a), np.ones_like(b)
    yield u[:, None] * kernel * v[None, :]
    for step in range(count):
        if step % 2 == 0:
            u = a / (kernel @ v)
        else:
            v = b / (kernel.T @ u)
        yield u[:, None] * kernel * v[None, :]


def _log(cost, kernel, a, b, epsilon, count):
    f, g = np.zeros_like(a), np.zeros_like(b)
    yield kernel
    for step in range(count):
        if step % 2 == 0:
            f = epsilon * (np.log(a) - log_sum_exp((g[None, :] - cost) / epsilon, 1))
        else:
            g = epsilon * (np.log(b) - log_sum_exp((f[:, None] - cost) / epsilon, 0))
        yield np.exp((f[:, None] + g[None, :] - cost) / epsilon)
