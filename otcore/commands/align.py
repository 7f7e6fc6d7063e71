"""Align the words of sentence pairs; prints one Pharaoh line (0-based) a pair.

FILE has one `source ||| target` a line, or is TMX, TSV or CSV by its name, packed or not; `-` is standard input. Words are divided by
spaces already, or --raw text is split here. A pair in which nothing aligns gives an empty line. Progress goes to standard error.
"""

import argparse
import sys

from otcore.alignment.settings import AlignSettings
from otcore.commands._options import add_device, add_options, add_raw, settings_from

REMEDIES = {"raw": "give --raw for text that is not split into words"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="pairs `source ||| target`, TMX, TSV or CSV, or - for standard input")
    parser.add_argument("--source-lang", default="en", metavar="CODE", help="language of the source (default en)")
    parser.add_argument("--target-lang", default="de", metavar="CODE", help="language of the target (default de)")
    parser.add_argument("--encoder", metavar="NAME|DIR", help="bundled edition, folder or hub name (default aligned)")
    add_device(parser)
    add_options(parser, AlignSettings)
    add_raw(parser)
    parser.add_argument("--scores", action="store_true", help="write i-j:confidence, which score and errors read too")
    parser.add_argument(
        "--output", metavar="FILE", help="write there instead of standard output, whole or not at all (packed by its name: .gz, .xz …)"
    )


def run(options: argparse.Namespace) -> int:
    from otcore.alignment.aligner import align_many
    from otcore.base.notices import notice
    from otcore.commands._progress import download_line, progress_line, tell_note
    from otcore.corpora.pair_files import read_any
    from otcore.corpora.pharaoh import format_links, format_scores
    from otcore.encoders import DEFAULT, load_encoder
    from otcore.encoders.devices import moved
    from otcore.text.files import display_name, write_lines
    from otcore.text.languages import language

    settings = settings_from(options, AlignSettings)
    for code in (options.source_lang, options.target_lang):
        language(code)
    pairs = read_any(options.file, options.source_lang, options.target_lang, presplit=not options.raw)
    if not pairs:
        notice(f"{display_name(options.file)} has no pairs, so there is nothing to align")
    encoder = moved(load_encoder(options.encoder or DEFAULT, download_line()), options.device)
    alignments = align_many(encoder, pairs, settings, progress_line("pairs aligned"))
    tell_note(encoder.unread([side.words for pair in pairs for side in (pair.source, pair.target)]))
    written = format_scores if options.scores else format_links
    lines = [written({(link.source, link.target): link.confidence for link in found.links}) for found in alignments]
    if options.output and options.output != "-":
        write_lines(options.output, lines)
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0
