"""How long the bundled encoder takes for sentences, three joined each, while another program has one of the cores, and while none has.

    python tests/benchmarks/busy.py [--sentences 3000] [--rounds 3]

Each round encodes the same sentences with batches side by side, a thread each, as the engine does, and one after another with all of
torch's threads in every product; first on the cores as they are, then with a process that never rests on one of them. Medians, in seconds.
"""

import argparse
import multiprocessing
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch

import otcore.encoders.encoder as module
from otcore import load_collection, load_encoder

WAYS = {"side by side": module.side_by_side, "one after another": map}


def busy(core: int) -> None:
    os.sched_setaffinity(0, {core})
    torch.set_num_threads(1)
    square = torch.randn(600, 600)
    while True:
        square @ square


def seconds(encoder, sentences: list[list[str]], way) -> float:
    module.side_by_side = way
    began = time.perf_counter()
    encoder.encode(sentences)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    encoder, collection = load_encoder(), load_collection()
    texts = [text for code in collection.languages for text in collection.training[code]][: options.sentences]
    sentences = [text.split() for text in map(" ".join, zip(texts[::3], texts[1::3], texts[2::3], strict=False))]
    context, core = multiprocessing.get_context("spawn"), min(os.sched_getaffinity(0))
    for load in ("quiet", "one busy process"):
        other = context.Process(target=busy, args=(core,), daemon=True) if load != "quiet" else None
        if other:
            other.start()
        times = {name: [] for name in WAYS}
        for _ in range(options.rounds):
            for name, way in WAYS.items():
                times[name].append(seconds(encoder, sentences, way))
        if other:
            other.kill()
        told = ", ".join(f"{name} {statistics.median(some):.2f} s" for name, some in times.items())
        print(f"{load:<18} {told} ({len(sentences)} sentences, {torch.get_num_threads()} threads)", flush=True)


if __name__ == "__main__":
    main()
