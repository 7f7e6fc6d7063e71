"""Train the bundled encoder, editions base, aligned and tuned, from a folder of sentence pairs.

The folder holds files named en-xx.tsv.gz with the columns source label, English, other language. Called again
with the same options the command goes on where it stopped. Word links need the optional package eflomal.

With --teacher another encoder is fine-tuned on the same text instead, by words and sentences, into OUT/teacher: it aligns better than it
did, and better than the aligner that links its words, and the bundled encoder can learn from it. Its folder serves as an encoder.

With --distil the edition aligned learns from a teacher at last: from an encoder that is named, or from one that is fine-tuned first, into
OUT/teacher, in a quarter of the minutes; the lessons take half of the rest. With --start they are all that is done, to an edition that is
there already.

A lexicon, vectors of words that tell what a sentence is about, is made for aligned from such a teacher too; with --start and --lexicon it
is all that is made.
"""

import argparse
import sys
import time
from pathlib import Path

from otcore.base.errors import InputError
from otcore.encoders import lasting
from otcore.pretraining.recipe import DEFAULT_MINUTES, SIZES, LexiconRecipe, Recipe, TeacherRecipe


def configure(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--corpora", type=Path, required=True, help="folder of en-xx.tsv.gz files")
    add("--out", type=Path, required=True, help="folder for the editions, the log and checkpoints")
    size = "size of the run: minutes on two quiet cores, turned into a fixed number of steps (default %(default)g)"
    add("--minutes", type=float, default=DEFAULT_MINUTES, help=size)
    add("--teacher", nargs="?", const="e5-small", metavar="NAME|DIR", help="fine-tune this encoder instead (e5-small where none is named)")
    named = "let aligned learn from this encoder at last; where none is named, from one fine-tuned first (by --teacher, or e5-small)"
    add("--distil", nargs="?", const="", metavar="NAME|DIR", help=named)
    add("--start", type=Path, metavar="DIR", help="go on from this edition's folder, its vocabulary and weights, to --distil or --lexicon")
    alone = "make a lexicon for the edition of --start, from this encoder (e5-small where none is named), and nothing else"
    add("--lexicon", nargs="?", const="e5-small", metavar="NAME|DIR", help=alone)
    add("--size", choices=list(SIZES), help="of the encoder: small, 4 layers of 256 (default), or large, 6 of 384")
    add("--seed", type=int, default=0, help="same seed, same result on the same machine (default 0)")


def run(options: argparse.Namespace) -> int:
    # Torch and Transformers take seconds to load: other commands need not wait for them.
    from otcore.pretraining.pipeline import pretrain

    began = time.monotonic()

    def progress(line: str) -> None:
        sys.stderr.write(f"[{(time.monotonic() - began) / 60:6.1f} min] {line}\n")
        sys.stderr.flush()

    recipe = _recipe(options)
    if isinstance(recipe, TeacherRecipe):
        from otcore.pretraining.teacher import teach

        progress(f"teacher: {teach(options.corpora, options.out, recipe, progress)}")
        return 0
    if isinstance(recipe, LexiconRecipe):
        from otcore.pretraining.lexicon import add_lexicon

        progress(f"aligned: {add_lexicon(options.corpora, options.out, options.start, recipe, progress)}")
        return 0
    editions = pretrain(options.corpora, options.out, recipe, progress)
    for name, folder in editions.items():
        progress(f"{name}: {folder}")
    return 0


def _recipe(options: argparse.Namespace) -> Recipe | TeacherRecipe | LexiconRecipe:
    """What the options ask for; raises ``InputError`` where they exclude each other."""
    minutes, seed, teacher, size = options.minutes, options.seed, options.teacher, options.size or "small"
    if options.distil and teacher:
        raise InputError("--distil names a teacher as it is, --teacher one to be fine-tuned first; name it in one of them.")
    if options.lexicon and (not options.start or options.distil is not None or teacher):
        raise InputError(
            "--lexicon makes a lexicon for the edition of --start and nothing else; give both, and neither --distil nor --teacher."
        )
    if options.start and options.distil is None and not options.lexicon:
        raise InputError("--start goes on from an edition to --distil or --lexicon, and no further; give one of them too.")
    if options.size and (options.start or (teacher and options.distil is None)):
        raise InputError("--size is that of a new encoder; one that is there keeps its own.")
    if options.lexicon:
        return LexiconRecipe.for_minutes(minutes, seed, lasting(options.lexicon))
    if options.distil is None:
        return TeacherRecipe.for_minutes(minutes, seed, teacher) if teacher else Recipe.for_minutes(minutes, seed, size)
    named, trained = lasting(options.distil) if options.distil else None, teacher or "e5-small"
    if options.start:
        return Recipe.going_on(minutes, seed, named, str(options.start.absolute()), trained)
    return Recipe.taught(minutes, seed, named, trained, size)
