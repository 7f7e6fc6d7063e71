"""How far two annotators of word links agree: F1 between two files of links.

Both files have one line a sentence pair, `i-j` sure and `ipj` or `i?j` only possible, or one of the other formats that `score` reads.
"""

import argparse
import json

from otcore.commands._options import notes_of

REMEDIES = {"first": "if it counts from 1, give --first-base 1", "second": "if it counts from 1, give --second-base 1"}
_BASE = "index of the first word in {} (default: 1 in NAACL, TALP and GIZA++ files, else 0)"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("first", metavar="FIRST", help="one annotator's links")
    parser.add_argument("second", metavar="SECOND", help="the other's, line-parallel")
    parser.add_argument("--first-base", type=int, choices=(0, 1), help=_BASE.format("FIRST"))
    parser.add_argument("--second-base", type=int, choices=(0, 1), help=_BASE.format("SECOND"))
    parser.add_argument("--reverse", action="store_true", help="exchange the sides of SECOND: its links are target-source")
    parser.add_argument("--json", action="store_true", help="print one JSON object, rates in [0, 1]")


def run(options: argparse.Namespace) -> int:
    from otcore.alignment.scores import agreement
    from otcore.base.notices import notice
    from otcore.corpora.link_files import check_gold, read_both

    first, second = read_both(options.first, options.second, (options.first_base, options.second_base))
    if len(first.links) == len(second.links):
        for file in (first, second):
            check_gold(file)
    rates = agreement(first.links, (second.reversed() if options.reverse else second).links)
    for file, other, remedy in ((first, second, "first"), (second, first, "second")):
        file.tell_format()
        if not other.doubtful:
            file.tell_base(remedy)
    if first.doubtful and second.doubtful:
        notice(f"Neither {first.name} nor {second.name} has an index 0; if both count words from 1, these figures are right as they are")
    if options.json:
        print(json.dumps(rates | notes_of(REMEDIES)))
    else:
        print(f"sure links {rates['sure']:.3f} · all links {rates['all']:.3f} (F1) · {rates['first']} and {rates['second']} links")
    return 0
