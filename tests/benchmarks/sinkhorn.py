"""Plans per second of batched entropic transport, side by side in one run.

    python tests/benchmarks/sinkhorn.py [--problems 512] [--tolerance 1e-4] [--rounds 5]

512 problems of 5–40 × 5–40 words, cosine cost, ε 0.05, float32 where the solver takes it. Solvers measure their error in
different norms and on different sides, so "at the same marginal error" is made true first: each solver gets the loosest
threshold of its own at which the L1 error of both marginals is at most the tolerance for every problem of the sample (or,
where it never is within the iterations allowed, the tightest one tried; its error is printed). `ot.sinkhorn` is also shown
with the tolerance itself as its threshold. Beside each speed: the error really reached, and the largest difference of its
plans from those of POT's log-domain solver run to 1e-9. Medians over rounds, all solvers in each round.

OTT-JAX (`vmap`, jitted, its compilation left out) and geomloss are columns where they are installed. `--beside N`: the same while N other
processes compute without a pause.
"""

import argparse
import contextlib
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import ot
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from otcore.transport.batched import sinkhorn
from otcore.transport.compiled.code import ready
from otcore.transport.costs import cost_matrix

EPSILON, LARGEST, ITERATIONS = 0.05, 40, 2_000
_HALVINGS = 7  # thresholds tried for each solver
_GEOMLOSS = 200  # iterations of it


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problems", type=int, default=512)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--loop", type=int, default=64, help="problems for the slow loops")
    parser.add_argument("--beside", type=int, default=0, help="busy processes beside it")
    parser.add_argument("--only", default="", help="part of the names of the solvers that are run")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if not ready(wait=True):
        print("No kernel: torch solves in its place.")
    with busy(options.beside):
        compare(options)


def compare(options: argparse.Namespace) -> None:
    cost, a, b, sizes = problems(options.problems)
    exact = reference(cost, a, b, sizes, options.loop)
    solvers = columns(cost, a, b, sizes, options)
    speeds: dict[str, list[float]] = {name: [] for name in solvers}
    plans: dict[str, list[np.ndarray]] = {}
    for _ in range(options.rounds):
        for name, (solve, count, threshold) in solvers.items():
            start = time.perf_counter()
            plans[name] = solve(threshold)
            speeds[name].append(count / (time.perf_counter() - start))
    report(speeds, plans, exact, (a, b, sizes), {name: threshold for name, (_, _, threshold) in solvers.items()})


@contextlib.contextmanager
def busy(count: int) -> Iterator[None]:
    """So many processes that compute until the end of the block."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()


def problems(count: int):
    """Clouds in 256 dimensions in which most target words have a source word they are close to, as in translations."""
    random = torch.Generator().manual_seed(0)
    sizes = torch.randint(5, LARGEST + 1, (count, 2), generator=random)
    x = torch.randn(count, LARGEST, 256, generator=random)
    partner = torch.randint(0, LARGEST, (count, LARGEST), generator=random) % sizes[:, :1]
    y = 0.7 * x.gather(1, partner[:, :, None].expand_as(x)) + 0.7 * torch.randn(x.shape, generator=random)
    place = torch.arange(LARGEST)
    a, b = ((place < sizes[:, side : side + 1]).float() / sizes[:, side : side + 1] for side in (0, 1))
    return cost_matrix(x, y), a, b, sizes.tolist()


def unpadded(cost, a, b, sizes, count):
    return [
        (cost[k, :n, :m].double().numpy(), a[k, :n].double().numpy(), b[k, :m].double().numpy()) for k, (n, m) in enumerate(sizes[:count])
    ]


def reference(cost, a, b, sizes, count):
    options = {"method": "sinkhorn_log", "numItermax": 20_000, "stopThr": 1e-9}
    return [ot.sinkhorn(p, q, c, EPSILON, **options) for c, p, q in unpadded(cost, a, b, sizes, count)]


def columns(cost, a, b, sizes, options) -> dict[str, tuple[Callable, int, float]]:
    """Name → (function that solves, number of problems it solves, the threshold it was given)."""
    loop = unpadded(cost, a, b, sizes, options.loop)
    everything = unpadded(cost, a, b, sizes, len(sizes))
    # ot.solve_batch wants positive masses: padding gets next to none, at a price that keeps it out of the plan
    padded_a, padded_b = (side.clamp_min(1e-9) / side.clamp_min(1e-9).sum(1, keepdim=True) for side in (a, b))

    def log_loop(threshold, few=loop):
        return [ot.sinkhorn(p, q, c, EPSILON, method="sinkhorn_log", numItermax=ITERATIONS, stopThr=threshold) for c, p, q in few]

    def plain_loop(threshold, few=everything):
        return [ot.sinkhorn(p, q, c, EPSILON, numItermax=ITERATIONS, stopThr=threshold) for c, p, q in few]

    def batch(threshold, few=None):
        found = ot.solve_batch(
            cost[:few], a=padded_a[:few], b=padded_b[:few], reg=EPSILON, reg_type="entropy", max_iter=ITERATIONS, tol=threshold
        )
        return list(found.plan.numpy())

    def log_domain(threshold, few=None):
        return list(naive(cost[:few], a[:few], b[:few], threshold).numpy())

    def ours(threshold, few=None):
        return list(sinkhorn(cost[:few], a[:few], b[:few], EPSILON, tolerance=threshold, max_iterations=ITERATIONS).plan.numpy())

    def exact_loop(threshold, few=None):
        return [ot.emd(p, q, c) for c, p, q in everything]

    solvers = {
        "otcore sinkhorn": (ours, len(sizes), options.loop),
        "POT sinkhorn, loop": (plain_loop, len(sizes), loop),
        "  … its own threshold": (plain_loop, len(sizes), options.tolerance),
        "POT sinkhorn_log, loop": (log_loop, len(loop), loop),
        "POT emd, loop (exact)": (exact_loop, len(everything), 0.0),
        "POT solve_batch, padded": (batch, len(sizes), options.loop),
        "naive batched log domain": (log_domain, len(sizes), options.loop),
    }
    few = options.loop
    if find_spec("ott"):
        solvers["OTT-JAX, vmap, padded"] = (ott(cost, a, b), len(sizes), options.loop)
    if find_spec("geomloss"):
        solvers["geomloss, padded"] = (geomloss(cost[:few], padded_a[:few], padded_b[:few]), few, 0.0)
    names = {"otcore sinkhorn", *(name for name in solvers if options.only in name)}
    clouds = (a, b, sizes)
    return {
        name: (solve, count, at if isinstance(at, float) else calibrated(solve, at, clouds, options.tolerance))
        for name, (solve, count, at) in solvers.items()
        if name in names
    }


def ott(cost, a, b) -> Callable:
    """OTT-JAX over the padded batch: a problem of the batch goes on until all are done; compiled for a threshold before it is timed."""
    import jax
    from ott.geometry.geometry import Geometry
    from ott.problems.linear.linear_problem import LinearProblem
    from ott.solvers.linear.sinkhorn import Sinkhorn

    given = [jax.numpy.asarray(part.numpy()) for part in (cost, a, b)]
    compiled = {}

    def solver(threshold):
        one = Sinkhorn(threshold=threshold, max_iterations=ITERATIONS)
        return jax.jit(jax.vmap(lambda c, p, q: one(LinearProblem(Geometry(cost_matrix=c, epsilon=EPSILON), p, q)).matrix))

    def solve(threshold, few=None):
        if threshold not in compiled:
            compiled[threshold] = solver(threshold)
            compiled[threshold](*given).block_until_ready()
        return list(np.asarray(compiled[threshold](*(part[:few] for part in given))))

    return solve


def geomloss(cost, a, b) -> Callable:
    """It takes a number of iterations and no tolerance, and its error falls as one over that: the tolerance is out of its reach."""
    from geomloss.ot import solve_batch

    def solve(threshold, few=None):
        return list(solve_batch(cost, a=a, b=b, reg=EPSILON, max_iter=_GEOMLOSS).plan.numpy())

    return solve


def calibrated(solve: Callable, few, clouds, tolerance: float) -> float:
    """The loosest of the thresholds tolerance × 1, ½, ¼ … at which no problem of the sample is off by more than the tolerance."""
    for halvings in range(_HALVINGS):
        threshold = tolerance * 0.5**halvings
        if max(marginal_errors(solve(threshold, few), *clouds)) <= tolerance:
            break
    return threshold


def marginal_errors(plans, a, b, sizes) -> list[float]:
    """L1 errors of both marginals together, in double precision."""
    cut = [np.asarray(plan, dtype=np.float64)[:n, :m] for plan, (n, m) in zip(plans, sizes, strict=False)]
    masses = [(a[k, :n].double().numpy(), b[k, :m].double().numpy()) for k, (n, m) in enumerate(sizes[: len(cut)])]
    return [np.abs(plan.sum(1) - p).sum() + np.abs(plan.sum(0) - q).sum() for plan, (p, q) in zip(cut, masses, strict=True)]


def naive(cost, a, b, tolerance):
    """What one writes first: logsumexp over the padded batch until all problems are done."""
    log_a, log_b = a.log(), b.log()
    f, g = torch.zeros_like(a), torch.zeros_like(b)
    scaled = cost / EPSILON
    for step in range(ITERATIONS):
        f = -torch.logsumexp(log_b[:, None] + g[:, None] - scaled, 2)
        g = -torch.logsumexp(log_a[:, :, None] + f[:, :, None] - scaled, 1)
        if step % 10 == 9:
            plan = (log_a[:, :, None] + f[:, :, None] + log_b[:, None] + g[:, None] - scaled).exp()
            if (plan.sum(2) - a).abs().sum(1).max() <= tolerance:
                break
    return plan


def report(speeds, plans, exact, clouds, thresholds) -> None:
    medians = {name: statistics.median(values) for name, values in speeds.items()}
    ours = medians["otcore sinkhorn"]
    print(f"{torch.get_num_threads()} threads; median of {len(speeds['otcore sinkhorn'])} rounds (slowest – fastest)")
    print(f"{'solver':<26}{'threshold':>10}{'plans/s':>10}{'':>20}{'otcore is':>11}{'L1 error, median':>18}{'max':>9}{'off POT':>9}")
    for name, values in speeds.items():
        errors = marginal_errors(plans[name], *clouds)
        sizes = clouds[2]
        off = max(np.abs(plan[:n, :m] - other).max() for plan, (n, m), other in zip(plans[name], sizes, exact, strict=False))
        spread = f"({min(values):,.0f} – {max(values):,.0f})"
        print(
            f"{name:<26}{thresholds[name]:>10.1e}{medians[name]:>10,.0f}{spread:>20}{ours / medians[name]:>10.1f}×"
            f"{np.median(errors):>18.1e}{max(errors):>9.1e}{off:>9.1e}"
        )


if __name__ == "__main__":
    main()
