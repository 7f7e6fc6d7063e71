"""Train the bundled encoder, editions base, aligned and tuned, from a folder of sentence pairs.

The folder holds files named en-xx.tsv.gz with the columns source label, English, other language. Called again
with the same options the command goes on where it stopped. Word links need the optional package eflomal.

With --teacher another encoder is fine-tuned on the same text instead, by words and sentences, into OUT/teacher: it aligns better than it
did, and better than the aligner that links its words, and the bundled encoder can learn from it. Its folder serves as an encoder.
"""

import argparse
import sys
import time
from pathlib import Path

from otcore.pretraining.recipe import DEFAULT_MINUTES, Recipe, TeacherRecipe


def configure(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--corpora", type=Path, required=True, help="folder of en-xx.tsv.gz files")
    add("--out", type=Path, required=True, help="folder for the editions, the log and checkpoints")
    size = "size of the run: minutes on two quiet cores, turned into a fixed number of steps (default %(default)g)"
    add("--minutes", type=float, default=DEFAULT_MINUTES, help=size)
    add("--teacher", nargs="?", const="e5-small", metavar="NAME|DIR", help="fine-tune this encoder instead (e5-small where none is named)")
    add("--seed", type=int, default=0, help="same seed, same result on the same machine (default 0)")


def run(options: argparse.Namespace) -> int:
    # Torch and Transformers take seconds to load: other commands need not wait for them.
    from otcore.pretraining.pipeline import pretrain

    began = time.monotonic()

    def progress(line: str) -> None:
        sys.stderr.write(f"[{(time.monotonic() - began) / 60:6.1f} min] {line}\n")
        sys.stderr.flush()

    if options.teacher:
        from otcore.pretraining.teacher import teach

        recipe = TeacherRecipe.for_minutes(options.minutes, options.seed, options.teacher)
        progress(f"teacher: {teach(options.corpora, options.out, recipe, progress)}")
        return 0
    editions = pretrain(options.corpora, options.out, Recipe.for_minutes(options.minutes, options.seed), progress)
    for name, folder in editions.items():
        progress(f"{name}: {folder}")
    return 0
