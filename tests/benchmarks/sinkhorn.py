"""Plans per second of batched entropic transport, side by side in one run.

    python tests/benchmarks/sinkhorn.py [--problems 512] [--tolerance 1e-4] [--rounds 5]

512 problems of 5–40 × 5–40 words, cosine cost, ε 0.05, float32 where the solver takes it. Each solver stops at the same
tolerance or 1,000 iterations; the marginal error that each really reached is printed beside its speed, as is the largest
difference of its plans from those of POT's log-domain solver run to 1e-9. Medians over rounds, all solvers in each round.
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from sys import path

import numpy as np
import ot
import torch

path.insert(0, str(Path(__file__).resolve().parents[2]))
from otcore.transport import cost_matrix, sinkhorn

EPSILON, LARGEST, ITERATIONS = 0.05, 40, 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problems", type=int, default=512)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--loop", type=int, default=64, help="problems for the slow loops")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    cost, a, b, sizes = problems(options.problems)
    exact = reference(cost, a, b, sizes, options.loop)
    solvers = columns(cost, a, b, sizes, options)
    speeds: dict[str, list[float]] = {name: [] for name in solvers}
    plans: dict[str, list[np.ndarray]] = {}
    for _ in range(options.rounds):
        for name, (solve, count) in solvers.items():
            start = time.perf_counter()
            plans[name] = solve()
            speeds[name].append(count / (time.perf_counter() - start))
    report(speeds, plans, exact, a, b, sizes, torch.get_num_threads())


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


def columns(cost, a, b, sizes, options) -> dict[str, tuple[Callable, int]]:
    """Name → (function that solves, number of problems it solves)."""
    loop = unpadded(cost, a, b, sizes, options.loop)
    everything = unpadded(cost, a, b, sizes, len(sizes))
    limit = {"numItermax": ITERATIONS, "stopThr": options.tolerance}
    # ot.solve_batch wants positive masses: padding gets next to none, at a price that keeps it out of the plan
    padded_a, padded_b = (side.clamp_min(1e-9) / side.clamp_min(1e-9).sum(1, keepdim=True) for side in (a, b))
    pot_batch = {"max_iter": ITERATIONS, "tol": options.tolerance, "reg": EPSILON, "reg_type": "entropy"}
    return {
        "POT sinkhorn_log, loop": (lambda: [ot.sinkhorn(p, q, c, EPSILON, method="sinkhorn_log", **limit) for c, p, q in loop], len(loop)),
        "POT sinkhorn, loop": (lambda: [ot.sinkhorn(p, q, c, EPSILON, **limit) for c, p, q in everything], len(everything)),
        "POT emd, loop (exact)": (lambda: [ot.emd(p, q, c) for c, p, q in everything], len(everything)),
        "POT solve_batch, padded": (lambda: list(ot.solve_batch(cost, a=padded_a, b=padded_b, **pot_batch).plan.numpy()), len(sizes)),
        "naive batched log domain": (lambda: list(naive(cost, a, b, options.tolerance).numpy()), len(sizes)),
        "otcore sinkhorn": (lambda: list(sinkhorn(cost, a, b, EPSILON, tolerance=options.tolerance, max_iterations=ITERATIONS).plan.numpy()), len(sizes)),  # noqa: E501
    }  # fmt: skip


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


def report(speeds, plans, exact, a, b, sizes, threads) -> None:
    medians = {name: statistics.median(values) for name, values in speeds.items()}
    ours = medians["otcore sinkhorn"]
    print(f"{threads} threads; median of {len(speeds['otcore sinkhorn'])} rounds (slowest – fastest)")
    print(f"{'solver':<26}{'plans/s':>10}{'':>22}{'otcore is':>12}{'error, median':>15}{'error, max':>12}{'off POT':>10}")
    for name, values in speeds.items():
        cut = [plan[:n, :m] for plan, (n, m) in zip(plans[name], sizes, strict=False)]
        errors = [
            np.abs(plan.sum(1) - a[k, :n].numpy()).sum() + np.abs(plan.sum(0) - b[k, :m].numpy()).sum()
            for k, (plan, (n, m)) in enumerate(zip(cut, sizes, strict=False))
        ]
        off = max(np.abs(plan - other).max() for plan, other in zip(cut, exact, strict=False)) if "exact" not in name else float("nan")
        spread = f"({min(values):,.0f} – {max(values):,.0f})"
        print(
            f"{name:<26}{medians[name]:>10,.0f}{spread:>22}{ours / medians[name]:>11.1f}×{np.median(errors):>15.1e}{max(errors):>12.1e}{off:>10.1e}"  # noqa: E501
        )


if __name__ == "__main__":
    main()
