"""What each objective gains in the same time, or the same steps: runs on the bundled training text, several seeds.

    python tests/benchmarks/finetuning.py --out DIR [--objectives word-ot,plan-contrast+0.001] [--seeds 0,1,2] [--minutes 5 | --steps 720]
        [--encoder base] [--languages de,fr,es] [--threads 2] [--parallel 1] [--shared DIR]

An objective's rate is its own, or what follows a +, so that all can have theirs swept alike; between the two may stand a _ and where its
word pairs come from, as in contrastive-strong_transport+0.0002. The first two figures, of the collection's dev sentences, are there to
choose by. A run that is in DIR already is not made again, so that an interrupted table goes on. AER and
sentence retrieval P@1 on the collection's test sentences, which no run saw, as means over the languages: before, after, and the change
with its 95% interval over sentences, a line for each seed; and what the last objective has more than each other one at the same seed.
With --shared also AER on the public English-French gold links and P@1 on FLORES devtest over the trained languages. Runs beside each
other (--parallel) need --threads cores each; where other work goes on, only equal steps compare.
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
    parser.add_argument("--encoder", default="base")
    parser.add_argument("--objectives", default=",".join(OBJECTIVES), help="each with its rate behind a +, or without its own")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--steps", type=int, help="of each run, in place of minutes")
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
            command += [*settings_of(name, options), "--out", str(folder)]
        print(f"training {name}", file=sys.stderr)
        alone(command, options)
    if not (folder / FIGURES).is_file():
        more = ["--languages", options.languages, "--encoder", options.encoder]
        more += ["--shared", str(options.shared)] if options.shared else []
        alone([sys.executable, __file__, "--out", str(options.out), "--measure", name, *more], options)


def settings_of(name: str, options: argparse.Namespace) -> list[str]:
    """The options of the run of a name, "kind_pairs+rate-seed", where pairs and rate may be left out."""
    kind, _, seed = name.rpartition("-")  # a rate may have a minus, a seed has none
    kind, _, rate = kind.partition("+")
    kind, _, pairs = kind.partition("_")
    more = (["--learning-rate", rate] if rate else []) + (["--word-pairs", pairs] if pairs else [])
    if options.steps:
        more += ["--steps", str(options.steps), "--evaluate-every", "0", "--snapshot-every", "0"]
    else:
        more += ["--preset", "five-minutes", "--minutes", str(options.minutes)]
    return ["--objective", kind, "--encoder", options.encoder, "--languages", options.languages, "--seed", seed, *more]


def alone(command: list[str], options: argparse.Namespace) -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": str(options.threads), "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr[-2000:])


def measure(name: str, options: argparse.Namespace) -> None:
    """Writes DIR/RUN/table.json: steps, the dev part's figures, and for each measure (before, after, change, low, high)."""
    from otcore.encoders import load_encoder
    from otcore.evaluation.comparison import compare
    from otcore.evaluation.types import MEAN, CompareSettings
    from otcore.runs.store import find_run

    base, run = load_encoder(options.encoder), load_encoder(f"run:{name}")
    found = compare([base, run], CompareSettings(tuple(options.languages.split(",")), sweep=False))
    dev = json.loads((options.out / name / "result.json").read_text())["after"]
    figures: dict = {"steps": find_run(name).step, "dev": [dev["aer"], dev["retrieval"]]}
    for key in MEASURES:
        change = found.change(f"run:{name}", MEAN, key)
        ends = [found.estimate(encoder, MEAN, key).value for encoder in (options.encoder, f"run:{name}")]
        figures[key] = [*ends, change.value, change.low, change.high]
    if options.shared:
        before, after = start_of(base, options), outside(run, options)
        figures |= {key: [before[key], after[key], after[key] - before[key]] for key in before}
    (options.out / name / FIGURES).write_text(json.dumps(figures))


def start_of(base, options: argparse.Namespace) -> dict[str, float]:
    """The outside figures of the encoder that all runs start from, taken once."""
    kept = options.out / "start.json"
    if not kept.is_file():
        kept.write_text(json.dumps(outside(base, options)))
    return json.loads(kept.read_text())


def outside(encoder, options: argparse.Namespace) -> dict[str, float]:
    """AER on the public English-French links, and P@1 on FLORES over the trained languages."""
    from editions import flores, public_aer

    retrieved = flores(encoder, options.shared / "benchmarks" / "flores", ("en", *options.languages.split(",")))
    return {"en-fr AER": public_aer(encoder, options.shared / "gold", ("en-fr",))["en-fr"], "FLORES": mean(retrieved.values())}


def report(names: list[str], options: argparse.Namespace) -> None:
    found = {name: json.loads((options.out / name / FIGURES).read_text()) for name in names}
    extra = [key for key in found[names[0]] if key not in ("steps", "dev", *MEASURES)]
    length = f"{options.steps} steps" if options.steps else f"{options.minutes:g} minutes"
    print(f"{options.languages}, {length} a run on {options.threads} threads, {options.parallel} at a time")
    before = "  ".join(f"{key} {found[names[0]][key][0]:.3f}" for key in (*MEASURES, *extra))
    print(f"{options.encoder}: {before}; after, and the change [95% interval]:")
    heads = f"{'run':<28}{'steps':>7}{'dev AER':>9}{'P@1':>6}{'AER':>8}{'change':>25}{'P@1':>8}{'change':>25}"
    print(heads + "".join(f"{key:>12}{'change':>9}" for key in extra))
    groups: dict[str, list[dict]] = {}
    for name in names:
        groups.setdefault(name.rpartition("-")[0], []).append(found[name])
    for kind, runs in groups.items():
        for seed, run in zip(options.seeds.split(","), runs, strict=True):
            print(line(f"{kind}-{seed}", run, extra))
        spread = "; ".join(spread_of(key, [run[key][2] for run in runs]) for key in (*MEASURES, *extra))
        print(f"  {kind}, mean of {len(runs)} (least – most): {spread}")
    *others, last = groups
    for other in others:
        for seed in options.seeds.split(","):
            print(f"{last}-{seed} less {other}-{seed}: {'; '.join(difference(*(f'{kind}-{seed}' for kind in (other, last)), options))}")


def difference(other: str, name: str, options: argparse.Namespace) -> list[str]:
    """What a run's figures are less another's, with the 95% interval over the test sentences."""
    from otcore.encoders import load_encoder
    from otcore.evaluation.comparison import compare
    from otcore.evaluation.types import MEAN, CompareSettings

    both = [load_encoder(f"run:{one}") for one in (other, name)]
    found = compare(both, CompareSettings(tuple(options.languages.split(",")), sweep=False))
    changes = {key: found.change(f"run:{name}", MEAN, key) for key in MEASURES}
    return [f"{key} {change.value:+.3f} [{change.low:+.3f}, {change.high:+.3f}]" for key, change in changes.items()]


def line(name: str, figures: dict, extra: list[str]) -> str:
    aer, retrieval = figures["dev"]
    cells = f"{name:<28}{figures['steps']:>7}{aer:>9.3f}{retrieval:>6.3f}"
    for key in MEASURES:
        _, after, change, low, high = figures[key]
        cells += f"{after:>8.3f}{f'{change:+.3f} [{low:+.3f}, {high:+.3f}]':>25}"
    return cells + "".join(f"{figures[key][1]:>12.3f}{figures[key][2]:>+9.3f}" for key in extra)


def spread_of(key: str, changes: list[float]) -> str:
    return f"{key} {mean(changes):+.3f} ({min(changes):+.3f} – {max(changes):+.3f})"


if __name__ == "__main__":
    main()
