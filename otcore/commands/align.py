"""Align the words of sentence pairs; prints one Pharaoh line (0-based) a pair.

FILE has one `source ||| target` a line, already split into words at spaces; `-` is standard input. A pair in which
nothing aligns gives an empty line. Progress goes to standard error.
"""

import argparse
import sys

from otcore.alignment.settings import AlignSettings
from otcore.commands._options import add_options, settings_from


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="pairs `source ||| target`, or - for standard input")
    parser.add_argument("--source-lang", default="en", metavar="CODE", help="language of the source (default en)")
    parser.add_argument("--target-lang", default="de", metavar="CODE", help="language of the target (default de)")
    parser.add_argument("--encoder", metavar="NAME|DIR", help="bundled edition, folder or hub name (default aligned)")
    add_options(parser, AlignSettings)
    parser.add_argument("--output", metavar="FILE", help="write there instead of standard output, whole or not at all")


def run(options: argparse.Namespace) -> int:
    from otcore.alignment.aligner import align_many
    from otcore.commands._progress import download_line, progress_line
    from otcore.corpora.parallel import read_bitext
    from otcore.corpora.pharaoh import format_links, write_links
    from otcore.encoders import DEFAULT, load_encoder
    from otcore.text.languages import language

    settings = settings_from(options, AlignSettings)
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
