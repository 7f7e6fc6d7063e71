"""Pairs a second of `align` over a corpus, from the command line as people call it, and the memory of each of its processes.

    python tests/benchmarks/corpus.py [--pairs 20000] [--encoder NAME] [--rounds 3] [--corpora DIR] [--kill] [--against DIR]

The pairs are taken in turn from all corpora of the folder (`en-XX.tsv.gz`: a name, English, the other language) or from those that
--languages names. Each round aligns them with one process, with two workers, where it is installed with two actors of Ray, each also in
eight bits, and so too with SimAlign in the same minute (the first --loop pairs of them: it has no batches). The rate of `align` leaves its
start out: it is that of what comes after the first block is written, as in the middle of a long file. Peak memory of every process is
looked up half-way and at the end; flat is what does not grow. With --kill a worker, and an actor, is killed half-way. With --against, the
links are compared with those of another checkout. Medians over rounds.
"""

import argparse
import gzip
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# options of `align`
WAYS = {"1 process": (), "2 workers": ("--workers", "2"), "Ray": ("--ray", "--workers", "2")}
WAYS |= {f"{name}, int8": ("--int8", *more) for name, more in WAYS.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--encoder", default="aligned")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--loop", type=int, default=500, help="pairs for SimAlign")
    parser.add_argument("--languages", default="de", help="of the corpora, with commas between")
    parser.add_argument("--corpora", type=Path, default=ROOT.parent / "shared" / "corpora")
    parser.add_argument("--against", type=Path, help="another checkout, whose links are compared")
    parser.add_argument("--ways", default=";".join(WAYS), help="of these, with semicolons between: " + "; ".join(WAYS))
    parser.add_argument("--kill", action="store_true", help="kill a worker of several half-way")
    parser.add_argument("--model", help="for SimAlign, where --encoder is no name that it knows")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pairs.txt"
        count = write_pairs(path, options)
        rates: dict[str, list[float]] = {}
        outputs: dict[str, bytes] = {}
        for _ in range(options.rounds):
            for name in options.ways.split(";"):
                if name.startswith("Ray") and find_spec("ray") is None:
                    continue
                rate, memory, outputs[name] = aligned(path, Path(folder) / "links", count, options, WAYS[name])
                rates.setdefault(name, []).append(rate)
                print(f"{name}: {rate:.0f} pairs a second; peak memory in MB {memory}", flush=True)
            if (rate := simalign(path, options)) is not None:
                rates.setdefault("SimAlign", []).append(rate)
        print(f"\n{count} pairs of {options.languages}, {options.encoder}; medians of {options.rounds} rounds:")
        for name, found in rates.items():
            print(f"  {name:15} {statistics.median(found):8.0f} pairs a second")
        (first, links), *others = outputs.items()
        for name, other in others:
            print(f"  {first} and {name}: " + same(links, other))
        if options.against:
            print(f"  {options.against}: " + same(links, elsewhere(path, options)))


def write_pairs(path: Path, options: argparse.Namespace) -> int:
    """Bitext, from all languages in turn; how many pairs it has."""
    names = options.languages.split(",")
    files = [gzip.open(options.corpora / f"en-{name}.tsv.gz", "rt", encoding="utf-8") for name in names]  # noqa: SIM115
    count = 0
    with path.open("w", encoding="utf-8") as text:
        while files and count < options.pairs:
            for file in list(files):
                cells = next(file, "").rstrip("\n").split("\t")
                if cells == [""]:
                    files.remove(file)
                elif count < options.pairs and len(cells) > 2 and all(cell.strip() and "|||" not in cell for cell in cells[1:3]):
                    text.write(f"{cells[1]} ||| {cells[2]}\n")
                    count += 1
    return count


def aligned(path: Path, output: Path, count: int, options: argparse.Namespace, more: tuple[str, ...]) -> tuple[float, str, bytes]:
    """Pairs a second after the first block, the memory of all processes, and the links."""
    arguments = [sys.executable, "-m", "otcore", "align", str(path), "--encoder", options.encoder, "--output", str(output)]
    if "," not in options.languages:
        arguments += ["--source-lang", "en", "--target-lang", options.languages]
    process = subprocess.Popen([*arguments, *more], cwd=ROOT, stderr=subprocess.DEVNULL)
    part, first, half, now = output.with_name(f"{output.name}.part"), None, {}, {}
    done = before = 0
    while process.poll() is None:
        time.sleep(0.2)
        now |= peaks(process.pid)  # of those that have ended what they had
        done = part.read_bytes().count(b"\n") if part.is_file() else done
        if first is None and done:
            first, before = time.perf_counter(), done
        if not half and done >= count / 2:
            half = now
            if options.kill and more:
                kill_worker(process.pid)
    if process.returncode:
        raise SystemExit("align failed")
    rate = (count - before) / (time.perf_counter() - first) if first and count > before else float("nan")
    grown = ", ".join(f"{half.get(one, 0)} half-way, {value} at the end" for one, value in sorted(now.items()))
    return rate, grown, output.read_bytes()


def peaks(process: int) -> dict[int, int]:
    """Peak resident memory in MB of a process and of those that it started, by id; small helpers left out. Linux alone has it."""
    found = {}
    for number in [process, *children(process)]:
        try:
            status = Path(f"/proc/{number}/status").read_text(encoding="ascii", errors="replace")
        except OSError:
            continue
        line = next((line for line in status.splitlines() if line.startswith("VmHWM")), None)
        if line and int(line.split()[1]) > 100_000:
            found[number] = int(line.split()[1]) // 1024
    return found


def children(process: int) -> list[int]:
    """Those that a process started, and those that they did."""
    try:
        own = [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []
    return [*own, *(one for child in own for one in children(child))]


def kill_worker(process: int) -> None:
    """One that aligns: an actor of Ray, or a process that multiprocessing spawned."""
    for number in children(process):
        try:
            line = Path(f"/proc/{number}/cmdline").read_bytes()
        except OSError:
            continue
        if line.startswith(b"ray::_Worker") or b"spawn_main" in line:
            os.kill(number, signal.SIGKILL)
            return
    print("no worker was found to be killed")


def simalign(path: Path, options: argparse.Namespace) -> float | None:
    """Pairs a second of SimAlign with the same model; None where it is not installed."""
    try:
        from simalign import SentenceAligner
    except ImportError:
        return None
    from otcore.encoders import find_source

    name = options.model or options.encoder
    source = find_source(name)
    aligner = SentenceAligner(model=str(source.folder(name)) if source else name, token_type="word", matching_methods="i")
    lines = path.read_text(encoding="utf-8").splitlines()[: options.loop]
    pairs = [[side.split() for side in line.split(" ||| ")] for line in lines]
    try:
        aligner.get_word_aligns(*pairs[0])
    except ValueError as error:  # it reads the eighth layer, which the bundled encoder has not
        print(f"SimAlign: {error}")
        return None
    start = time.perf_counter()
    for source_words, target_words in pairs:
        aligner.get_word_aligns(source_words, target_words)
    return len(pairs) / (time.perf_counter() - start)


def elsewhere(path: Path, options: argparse.Namespace) -> bytes:
    arguments = [sys.executable, "-m", "otcore", "align", str(path), "--encoder", options.encoder]
    if "," not in options.languages:
        arguments += ["--source-lang", "en", "--target-lang", options.languages]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(arguments, cwd=options.against, env=environment, capture_output=True, check=True).stdout


def same(one: bytes, other: bytes) -> str:
    pairs = list(zip(one.splitlines(), other.splitlines(), strict=True))
    equal = sum(mine == its for mine, its in pairs)
    return f"the same links for {equal} of {len(pairs)} pairs ({equal / max(len(pairs), 1):.2%})"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
