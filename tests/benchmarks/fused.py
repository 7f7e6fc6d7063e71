"""Plans per second of fused Gromov–Wasserstein beside a loop over POT's, and what structure costs a file that is aligned.

    python tests/benchmarks/fused.py [--problems 512] [--loop 32] [--pairs 1000]

Problems of 5–40 × 5–40 words, cosine cost, ε 0.1 mean costs, α 0.1, the order of the words as structure; two rounds, and until the plan has
settled. POT gets the same costs, structures, ε, tolerance and number of rounds, and starts as we do from the entropic plan, which its own
Sinkhorn finds: that is part of both times. Beside each: the largest difference of the objectives.
"""

import argparse
import statistics
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import ot

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from otcore.alignment.aligner import align_many
from otcore.alignment.settings import AlignSettings
from otcore.corpora.collection import load_collection
from otcore.corpora.types import SentencePair
from otcore.encoders import load_encoder
from otcore.transport.compiled.code import ready
from otcore.transport.problem import Problem
from otcore.transport.solvers import make_solver
from otcore.transport.structure import distortion

ALPHA, ROUNDS, TOLERANCE = 0.1, {"two rounds": 2, "settled": 100}, 1e-6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problems", type=int, default=512)
    parser.add_argument("--loop", type=int, default=32, help="problems for POT's loop")
    parser.add_argument("--pairs", type=int, default=1000, help="sentence pairs that are aligned with and without structure")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if not ready(wait=True):
        print("No kernel: torch solves in its place.")
    problems = [problem(np.random.default_rng(seed)) for seed in range(options.problems)]
    for name, rounds in ROUNDS.items():
        speeds(name, rounds, problems, options.loop)
    files(options.pairs)


def problem(random: np.random.Generator) -> Problem:
    """Most target words have a source word they are close to, as in translations, and about in its order."""
    n, m = random.integers(5, 41, 2)
    x = random.normal(size=(n, 64))
    y = x[np.sort(random.integers(0, n, m))] + 0.7 * random.normal(size=(m, 64))
    x, y = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (x, y))
    masses = [(side := random.random(count) + 0.1) / side.sum() for count in (n, m)]
    return Problem(1 - x @ y.T, *masses)


def speeds(name: str, rounds: int, problems: list[Problem], loop: int) -> None:
    solver = make_solver("fused", epsilon=0.1, relative=True, alpha=ALPHA, rounds=rounds, tolerance=TOLERANCE)
    ours, theirs, few = [], [], problems[:loop]
    for _ in range(3):
        began = time.perf_counter()
        plans = solver.solve_many(problems)
        ours.append(len(problems) / (time.perf_counter() - began))
        began = time.perf_counter()
        others = [pots(one, solver, rounds) for one in few]
        theirs.append(len(few) / (time.perf_counter() - began))
    apart = [abs(objective(one, solver, a) - objective(one, solver, b)) for one, a, b in zip(few, plans, others, strict=False)]
    fast, slow = statistics.median(ours), statistics.median(theirs)
    print(f"{name:<12} otcore {fast:>8,.0f} plans/s   POT loop {slow:>8,.1f} plans/s   {fast / slow:>7.0f}×", end="")
    print(f"   objectives {max(apart):.1e} apart", flush=True)


def pots(one: Problem, solver, rounds: int) -> np.ndarray:
    (d, e), epsilon = solver.structures(one), solver.epsilon_of(one)
    start = ot.sinkhorn(one.source_mass, one.target_mass, one.cost, epsilon, stopThr=TOLERANCE, numItermax=10_000)
    return ot.gromov.entropic_fused_gromov_wasserstein(
        *(one.cost, d, e, one.source_mass, one.target_mass),
        "square_loss",
        epsilon,
        symmetric=True,
        alpha=solver.alpha,
        G0=start,
        max_iter=rounds,
        tol=TOLERANCE,
        stopThr=TOLERANCE,
        numItermax=10_000,
    )


def objective(one: Problem, solver, plan: np.ndarray) -> float:
    return (1 - solver.alpha) * float((plan * one.cost).sum()) + solver.alpha * distortion(*solver.structures(one), plan)


def files(count: int) -> None:
    collection, encoder = load_collection(), load_encoder()
    texts = zip(collection.training["de"], collection.training["en"], strict=False)
    pairs = [SentencePair.of(both, ("de", "en")) for both in texts][:count]
    both = {name: AlignSettings(solver=make_solver(name, epsilon=0.1, relative=True)) for name in ("entropic", "fused")}
    times: dict[str, list[float]] = {name: [] for name in both}
    for _ in range(3):
        for name, settings in both.items():
            began = time.perf_counter()
            align_many(encoder, pairs, settings)
            times[name].append(len(pairs) / (time.perf_counter() - began))
    plain, fused = (statistics.median(times[name]) for name in both)
    print(f"{len(pairs)} pairs of a file: {plain:,.0f} pairs/s without structure, {fused:,.0f} with it ({fused / plain:.0%})")


if __name__ == "__main__":
    main()
