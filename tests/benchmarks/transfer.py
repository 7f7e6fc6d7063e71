"""Zero-shot transfer on the real files, before and after alignment: XNLI and XQuAD in nine languages, FLORES retrieval in eleven.

    OTCORE_BENCHMARKS=FOLDER python tests/benchmarks/transfer.py --out DIR [--encoders base,tuned] [--seeds 3] [--seen de,fr]
        [--tasks xnli,xquad,sentences] [--train-examples N] [--test-examples N] [--epochs N] [--fit head]

FOLDER/benchmarks has nli_en/, xnli/, tydiqa_en/, xquad/ and flores/. English to learn from: SNLI's dev and test, CAD and SICK for
XNLI, its own English dev to stop early on; TyDi QA for XQuAD, a tenth of its articles held out. --out keeps a JSON file for each
task, encoder and seed: what is there with the same settings is not run again. Each task and encoder runs in a process of its own,
for its peak memory.
"""

import argparse
import dataclasses
import json
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
TASKS = ("xnli", "xquad", "sentences")
XNLI = ("en", "de", "es", "fr", "ru", "tr", "ar", "hi", "zh")
XQUAD = ("en", "de", "es", "ro", "ru", "tr", "ar", "hi", "zh")
FLORES = ("de", "es", "fr", "ro", "cs", "ru", "tr", "ar", "hi", "zh", "ja")
NLI_TRAIN = ("snli_dev.tsv", "snli_test.tsv", "cad_nli_train.tsv", "SICK_train.tsv")


def main() -> None:
    options = _options()
    folder = Path(os.environ.get("OTCORE_BENCHMARKS", "")) / "benchmarks"
    if not all((folder / part).is_dir() for part in ("nli_en", "xnli", "tydiqa_en", "xquad", "flores")):
        sys.exit("OTCORE_BENCHMARKS names no folder that has benchmarks/ with nli_en, xnli, tydiqa_en, xquad and flores in it.")
    options.out.mkdir(parents=True, exist_ok=True)
    if options.one:
        one(options, folder, *options.one)
        return
    for task in options.tasks.split(","):
        for encoder in options.encoders.split(","):
            if missing(options, task, encoder):
                subprocess.run([sys.executable, __file__, *sys.argv[1:], "--one", task, encoder], check=True)
    for task in options.tasks.split(","):
        report(options, task)


def _options() -> argparse.Namespace:
    from otcore.commands._options import add_options
    from otcore.evaluation.transfer.settings import TransferSettings

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoders", default="base,tuned", help="the first is the one that the others are compared with")
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seen", default="", help="languages that were aligned, divided by commas")
    parser.add_argument("--out", type=Path, required=True)
    add_options(parser, TransferSettings)
    parser.add_argument("--one", nargs=2, metavar=("TASK", "ENCODER"), help=argparse.SUPPRESS)
    return parser.parse_args()


def settings_of(options: argparse.Namespace, task: str):
    from otcore.commands._options import settings_from
    from otcore.evaluation.transfer.settings import TransferSettings
    from otcore.evaluation.transfer.tasks import TASKS as KINDS

    return settings_from(options, TransferSettings).settled(KINDS[task].own)


def sources(task: str, folder: Path):
    """The real files of a task."""
    from otcore.evaluation.transfer.sources import Sources

    if task == "xnli":
        train = tuple(str(folder / "nli_en" / name) for name in NLI_TRAIN)
        tests = {code: str(folder / "xnli" / f"test-{code}.tsv") for code in XNLI}
        return Sources(train, (str(folder / "xnli" / "dev-en.tsv"),), tests)
    if task == "xquad":
        train = (str(folder / "tydiqa_en" / "tydiqa.goldp.en.train.json"),)
        return Sources(train, tests={code: str(folder / "xquad" / f"xquad.{code}.json") for code in XQUAD})
    tests = {code: str(folder / "flores" / f"{code}.devtest") for code in FLORES}
    return Sources(tests=tests, english=str(folder / "flores" / "en.devtest"))


def place(options: argparse.Namespace, task: str, encoder: str, seed: int) -> Path:
    name = re.sub(r"[^\w.-]+", "_", encoder)
    return options.out / f"{task}.{name}.{seed}.json"


def kept(options: argparse.Namespace, task: str, encoder: str, seed: int) -> dict | None:
    """What is in the folder, if it was made with the same settings."""
    try:
        found = json.loads(place(options, task, encoder, seed).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    same = found["settings"] == dataclasses.asdict(settings_of(options, task)) and found["encoder"] == encoder
    return found if same else None


def missing(options: argparse.Namespace, task: str, encoder: str) -> list[int]:
    from otcore.evaluation.transfer.tasks import TASKS as KINDS

    seeds = range(options.seeds if KINDS[task].trained else 1)
    return [seed for seed in seeds if kept(options, task, encoder, seed) is None]


def one(options: argparse.Namespace, folder: Path, task: str, encoder: str) -> None:
    """Runs the seeds that are missing, and writes each as soon as it is there."""
    from otcore.commands._progress import progress_notes
    from otcore.encoders import load_encoder
    from otcore.evaluation.transfer.running import transfer
    from otcore.evaluation.transfer.tasks import read_task
    from otcore.text.writing import write_bytes

    began = time.monotonic()
    settings, data = settings_of(options, task), read_task(task, sources(task, folder))
    chance = data.chance(settings)
    read = time.monotonic() - began

    def write(name: str, seed: int, scores, fit) -> None:
        content = {
            "task": task, "encoder": name, "seed": seed, "settings": dataclasses.asdict(settings), "measures": list(data.measures),
            "languages": data.languages, "scores": [dataclasses.asdict(score) for score in scores], "fit": dataclasses.asdict(fit),
            "chance": chance, "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "read_seconds": read,
        }  # fmt: skip
        write_bytes(place(options, task, name, seed), json.dumps(content, indent=1).encode())

    transfer(data, [load_encoder(encoder)], settings, missing(options, task, encoder), tell=progress_notes(), done=write)


def report(options: argparse.Namespace, task: str) -> None:
    """The table of a task, and what it cost."""
    from otcore.evaluation.transfer.results import Fit, Score, Transfer
    from otcore.evaluation.transfer.tasks import TASKS as KINDS
    from otcore.evaluation.transfer.text_table import as_text

    seeds = tuple(range(options.seeds if KINDS[task].trained else 1))
    names = tuple(options.encoders.split(","))
    found = {name: [kept(options, task, name, seed) for seed in seeds] for name in names}
    files = [one for some in found.values() for one in some]
    first, seen = files[0], tuple(code for code in options.seen.split(",") if code)
    scores = tuple(Score(**score) for one in files for score in one["scores"])
    result = Transfer(
        task, tuple(first["measures"]), names, tuple(first["languages"]), seeds, seen, scores,
        tuple(Fit(**one["fit"]) for one in files), first["chance"], settings_of(options, task),
    )  # fmt: skip
    print(f"\n{as_text(result)}\n")
    for name, some in found.items():
        seconds = [one["fit"]["seconds"] for one in some]
        spent = f"{sum(seconds) + some[0]['fit']['prepared'] + some[0]['read_seconds']:.0f} s of wall time"
        each = f" ({', '.join(f'{value:.0f}' for value in seconds)} s a seed)" if len(seconds) > 1 else ""
        print(f"{name}: {spent}{each}, peak memory {max(one['memory_mb'] for one in some)} MB")


if __name__ == "__main__":
    main()
