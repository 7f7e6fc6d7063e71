"""How far two annotators of word links agree: F1 between two files of links.

Both files have one Pharaoh line (0-based) a sentence pair; `?` or `p` marks links that are only possible.
"""

import argparse
import json


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("first", metavar="FIRST", help="one annotator's links")
    parser.add_argument("second", metavar="SECOND", help="the other's, line-parallel")
    parser.add_argument("--json", action="store_true", help="print one JSON object, rates in [0, 1]")


def run(options: argparse.Namespace) -> int:
    from otcore.alignment.scores import agreement
    from otcore.corpora.pharaoh import read_links

    rates = agreement(read_links(options.first), read_links(options.second))
    if options.json:
        print(json.dumps(rates))
    else:
        print(f"sure links {rates['sure']:.3f} · all links {rates['all']:.3f} (F1) · {rates['first']} and {rates['second']} links")
    return 0
