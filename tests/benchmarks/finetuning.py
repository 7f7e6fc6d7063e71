"""What each objective gains in the same time: runs from the bundled base encoder on the bundled training text, several seeds.

    python tests/benchmarks/finetuning.py --out DIR [--objectives word-ot,contrastive-ot] [--seeds 0,1,2] [--minutes 5]
        [--languages de,fr,es] [--threads 2] [--shared DIR]

A run that is in DIR already is not made again, so that an interrupted table goes on. AER and sentence retrieval P@1 on the
collection's test sentences, which no run saw, as means over the languages: before, after, and the change with its 95%
interval over sentences, a line for each seed. With --shared also AER on the public English-French gold links and P@1 on
FLORES devtest over the trained languages.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import mean

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from otcore.objectives.settings import OBJECTIVES  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--objectives", default=",".join(OBJECTIVES))
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--languages", default="de,fr,es")
    parser.add_argument("--threads", type=int, default=2, help="of each run")
    parser.add_argument("--shared", type=Path, help="folder with gold/ and benchmarks/flores/")
    options = parser.parse_args()
    names = {kind: [f"{kind}-{seed}" for seed in options.seeds.split(",")] for kind in options.objectives.split(",")}
    os.environ["OTCORE_RUNS"] = str(options.out.resolve())
    for kind, runs in names.items():
        for name in runs:
            train(kind, name, options)
    report(names, options)


def train(kind: str, name: str, options) -> None:
    """One run in a process of its own, with the preset's settings."""
    if (options.out / name / "result.json").is_file():
        return
    folder = options.out / name
    command = [sys.executable, "-m", "otcore", "finetune"]
    if folder.is_dir():
        command += ["--resume", str(folder)]
    else:
        command += ["--objective", kind, "--languages", options.languages, "--preset", "five-minutes"]
        command += ["--minutes", str(options.minutes), "--seed", name.rpartition("-")[2], "--out", str(folder)]
    print(f"training {name}", file=sys.stderr)
    environment = {**os.environ, "OMP_NUM_THREADS": str(options.threads), "HF_HUB_OFFLINE": "1"}
    subprocess.run(command, check=True, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)


def report(names: dict[str, list[str]], options) -> None:
    from otcore.encoders import load_encoder
    from otcore.evaluation import MEAN, CompareSettings, compare
    from otcore.finetuning import find_run

    base = load_encoder("base")
    runs = {name: load_encoder(f"run:{name}") for group in names.values() for name in group}
    settings = CompareSettings(tuple(options.languages.split(",")), sweep=False)
    found = compare([base, *runs.values()], settings)
    public = {name: outside(encoder, options) for name, encoder in {"base": base, **runs}.items()} if options.shared else {}
    print(f"{options.languages}, {options.minutes:g} minutes a run on {options.threads} threads; change [95% interval] from base")
    start = {key: found.estimate("base", MEAN, key).value for key in ("aer", "sentences")}
    print(f"{'base':<22}{'':>7}{start['aer']:>8.3f}{'':>25}{start['sentences']:>8.3f}{'':>25}{shown(public.get('base'), None)}")
    heads = f"{'run':<22}{'steps':>7}{'AER':>8}{'change':>25}{'P@1':>8}{'change':>25}"
    print(heads + (f"{'en-fr AER':>12}{'change':>9}{'FLORES':>9}{'change':>9}" if public else ""))
    for kind, group in names.items():
        for name in group:
            cells = f"{name:<22}{find_run(name).step:>7}"
            for key in ("aer", "sentences"):
                change = found.change(f"run:{name}", MEAN, key)
                interval = f"{change.value:+.3f} [{change.low:+.3f}, {change.high:+.3f}]"
                cells += f"{found.estimate(f'run:{name}', MEAN, key).value:>8.3f}{interval:>25}"
            print(cells + shown(public.get(name), public.get("base")))
        changes = [[found.change(f"run:{name}", MEAN, key).value for name in group] for key in ("aer", "sentences")]
        spread = "; ".join(
            f"{key} {mean(some):+.3f} ({min(some):+.3f} – {max(some):+.3f})" for key, some in zip(("AER", "P@1"), changes, strict=True)
        )
        print(f"  {kind}, mean of {len(group)} (least – most): {spread}")


def outside(encoder, options) -> tuple[float, float]:
    """AER on the public English-French links, and P@1 on FLORES over the trained languages."""
    from editions import flores, public_aer

    retrieved = flores(encoder, options.shared / "benchmarks" / "flores", ("en", *options.languages.split(",")))
    return public_aer(encoder, options.shared / "gold", ("en-fr",))["en-fr"], mean(retrieved.values())


def shown(figures: tuple[float, float] | None, before: tuple[float, float] | None) -> str:
    if figures is None:
        return ""
    if before is None:
        return f"{figures[0]:>12.3f}{'':>9}{figures[1]:>9.3f}"
    return f"{figures[0]:>12.3f}{figures[0] - before[0]:>+9.3f}{figures[1]:>9.3f}{figures[1] - before[1]:>+9.3f}"


if __name__ == "__main__":
    main()
