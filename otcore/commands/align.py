"""Align the words of sentence pairs; prints one Pharaoh line (0-based) a pair.

FILE has one `source ||| target` a line, already split into words at spaces; `-` is standard input. A pair in which
nothing aligns gives an empty line. Progress goes to standard error.
"""

import argparse
import sys

from otcore.base.errors import InputError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="pairs `source ||| target`, or - for standard input")
    parser.add_argument("--source-lang", default="en", metavar="CODE", help="language of the source (default en)")
    parser.add_argument("--target-lang", default="de", metavar="CODE", help="language of the target (default de)")
    parser.add_argument("--encoder", default=None, metavar="NAME|DIR", help="bundled edition, folder or hub name (default aligned)")
    settings_arguments(parser)
    parser.add_argument("--output", metavar="FILE", help="write there instead of standard output, whole or not at all")


def settings_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything between two sentences and their links, for whatever command aligns."""
    from otcore.base.names import COSTS, MASSES, POOLINGS, RULES, SOLVERS, UNITS

    parser.add_argument("--layer", type=int, metavar="N", help="layer of the encoder, 0 is the embedding (default: the encoder's own)")
    parser.add_argument("--unit", choices=UNITS, default="word", help="points of the clouds (default word)")
    parser.add_argument("--pooling", choices=POOLINGS, default="mean", help="word vector from its subwords, with --unit word")
    parser.add_argument("--cost", choices=COSTS, default="cosine")
    parser.add_argument("--masses", choices=MASSES, default="inverse-frequency", help="of the words (default inverse-frequency)")
    parser.add_argument("--solver", choices=SOLVERS, default="entropic")
    parser.add_argument("--epsilon", type=float, default=0.1, help="entropic strength (default 0.1)")
    parser.add_argument(
        "--relative", action=argparse.BooleanOptionalAction, default=True, help="count ε and the KL penalty in mean costs (default yes)"
    )
    parser.add_argument("--penalty", type=float, default=0.5, help="unbalanced: weight of the KL terms (default 0.5)")
    parser.add_argument("--mass", type=float, default=0.8, help="partial: share of the mass that moves (default 0.8)")
    parser.add_argument("--links", choices=RULES, default="mutual", help="how links are read (default mutual maximum)")
    parser.add_argument("--threshold", type=float, default=None, help="for --links threshold (default 0.5) and softmax (0.001)")


def run(options: argparse.Namespace) -> int:
    from otcore.alignment.aligner import align_many
    from otcore.commands._progress import download_line, progress_line
    from otcore.corpora import format_links, read_bitext, write_links
    from otcore.encoders import DEFAULT, load_encoder
    from otcore.text.languages import language

    settings = settings_of(options)
    source, target = language(options.source_lang).code, language(options.target_lang).code
    pairs = read_bitext(options.file, source, target)
    encoder = load_encoder(options.encoder or DEFAULT, download_line())
    alignments = align_many(encoder, pairs, settings, progress_line("pairs aligned"))
    links = [alignment.pairs for alignment in alignments]
    if options.output and options.output != "-":
        write_links(options.output, links)
    else:
        sys.stdout.writelines(f"{format_links(entry)}\n" for entry in links)
    return 0


def settings_of(options: argparse.Namespace):
    """The AlignSettings that `settings_arguments` asked for.

    raises: InputError   a number out of its range
    """
    from otcore.alignment import LinkRule
    from otcore.alignment.aligner import AlignSettings
    from otcore.transport import Solver

    threshold = options.threshold if options.threshold is not None else (0.001 if options.links == "softmax" else 0.5)
    try:
        solver = Solver(options.solver, options.epsilon, options.relative, options.penalty, options.mass)
        links = LinkRule(options.links, threshold)
        return AlignSettings(options.layer, options.unit, options.pooling, options.cost, options.masses, solver, links)
    except ValueError as error:
        raise InputError(str(error).replace(". Received", "; received")) from error
