"""What each objective gains in the same time: runs from the bundled base encoder on the bundled training text, several seeds.

    python tests/benchmarks/finetuning.py --out DIR [--objectives word-ot,contrastive-ot] [--seeds 0,1,2] [--minutes 5]
        [--languages de,fr,es] [--threads 2] [--parallel 1] [--shared DIR]

A run that is in DIR already is not made again, so that an interrupted table goes on. AER and sentence retrieval P@1 on the
collection's test sentences, which no run saw, as means over the languages: before, after, and the change with its 95%
interval over sentences, a line for each seed. With --shared also AER on the public English-French gold links and P@1 on
FLORES devtest over the trained languages. Runs beside each other (--parallel) need --threads cores each.
"""

import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from otcore.objectives import OBJECTIVES  # noqa: E402

MEASURES = ("aer", "sentences")
FIGURES = "table.json"


def main() -> None:
    options = arguments()
    os.environ["OTCORE_RUNS"] = str(options.out.resolve())
    if options.measure:
        measure(options.measure, options)
        return
    names = [f"{kind}-{seed}" for kind in options.objectives.split(",") for seed in options.seeds.split(",")]
    with ThreadPoolExecutor(options.parallel) as pool:
        for _ in pool.map(lambda name: make(name, options), names):
            pass
    report(names, options)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--objectives", default=",".join(OBJECTIVES))
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--languages", default="de,fr,es")
    parser.add_argument("--threads", type=int, default=2, help="of each run")
    parser.add_argument("--parallel", type=int, default=1, help="runs at a time")
    parser.add_argument("--shared", type=Path, help="folder with gold/ and benchmarks/flores/")
    parser.add_argument("--measure", metavar="RUN", help="only take the figures of a run that has ended")
    return parser.parse_args()


def make(name: str, options: argparse.Namespace) -> None:
    """One run with the preset's settings, then its figures, each in a process of its own."""
    folder = options.out / name
    if not (folder / "result.json").is_file():
        command = [sys.executable, "-m", "otcore", "finetune"]
        if folder.is_dir():
            command += ["--resume", str(folder)]
        else:
            kind, _, seed = name.rpartition("-")
            command += ["--objective", kind, "--languages", options.languages, "--preset", "five-minutes"]
            command += ["--minutes", str(options.minutes), "--seed", seed, "--out", str(folder)]
        print(f"training {name}", file=sys.stderr)
        alone(command, options)
    if not (folder / FIGURES).is_file():
        shared = ["--shared", str(options.shared)] if options.shared else []
        alone([sys.executable, __file__, "--out", str(options.out), "--languages", options.languages, "--measure", name, *shared], options)


def alone(command: list[str], options: argparse.Namespace) -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": str(options.threads), "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr[-2000:])


def measure(name: str, options: argparse.Namespace) -> None:
    """Writes DIR/RUN/table.json: steps, and for each measure (before, after, change, low, high)."""
    from otcore.encoders import load_encoder
    from otcore.evaluation.comparison import compare
    from otcore.evaluation.types import MEAN, CompareSettings
    from otcore.runs.store import find_run

    base, run = load_encoder("base"), load_encoder(f"run:{name}")
    found = compare([base, run], CompareSettings(tuple(options.languages.split(",")), sweep=False))
    figures: dict = {"steps": find_run(name).step}
    for key in MEASURES:
        change = found.change(f"run:{name}", MEAN, key)
        ends = [found.estimate(encoder, MEAN, key).value for encoder in ("base", f"run:{name}")]
        figures[key] = [*ends, change.value, change.low, change.high]
    if options.shared:
        before, after = outside(base, options), outside(run, options)
        figures |= {key: [before[key], after[key], after[key] - before[key]] for key in before}
    (options.out / name / FIGURES).write_text(json.dumps(figures))


def outside(encoder, options: argparse.Namespace) -> dict[str, float]:
    """AER on the public English-French links, and P@1 on FLORES over the trained languages."""
    from editions import flores, public_aer

    retrieved = flores(encoder, options.shared / "benchmarks" / "flores", ("en", *options.languages.split(",")))
    return {"en-fr AER": public_aer(encoder, options.shared / "gold", ("en-fr",))["en-fr"], "FLORES": mean(retrieved.values())}


def report(names: list[str], options: argparse.Namespace) -> None:
    found = {name: json.loads((options.out / name / FIGURES).read_text()) for name in names}
    extra = [key for key in found[names[0]] if key not in ("steps", *MEASURES)]
    print(f"{options.languages}, {options.minutes:g} minutes a run on {options.threads} threads, {options.parallel} at a time")
    before = "  ".join(f"{key} {found[names[0]][key][0]:.3f}" for key in (*MEASURES, *extra))
    print(f"base: {before}; after, and the change [95% interval]:")
    print(f"{'run':<22}{'steps':>7}{'AER':>8}{'change':>25}{'P@1':>8}{'change':>25}" + "".join(f"{key:>12}{'change':>9}" for key in extra))
    for kind in dict.fromkeys(name.rpartition("-")[0] for name in names):
        group = [name for name in names if name.rpartition("-")[0] == kind]
        for name in group:
            print(line(name, found[name], extra))
        spread = "; ".join(spread_of(key, [found[name][key][2] for name in group]) for key in (*MEASURES, *extra))
        print(f"  {kind}, mean of {len(group)} (least – most): {spread}")


def line(name: str, figures: dict, extra: list[str]) -> str:
    cells = f"{name:<22}{figures['steps']:>7}"
    for key in MEASURES:
        _, after, change, low, high = figures[key]
        cells += f"{after:>8.3f}{f'{change:+.3f} [{low:+.3f}, {high:+.3f}]':>25}"
    return cells + "".join(f"{figures[key][1]:>12.3f}{figures[key][2]:>+9.3f}" for key in extra)


def spread_of(key: str, changes: list[float]) -> str:
    return f"{key} {mean(changes):+.3f} ({min(changes):+.3f} – {max(changes):+.3f})"


if __name__ == "__main__":
    main()
