"""Score predicted word links against gold: AER, precision, recall, F1 and counts.

Both files have one Pharaoh line a sentence pair; `p` or `?` marks links that are only possible. In PREDICTED, 0-based,
every link counts.
"""

import argparse
import json


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("predicted", metavar="PREDICTED", help="predicted links, 0-based, or - for standard input")
    parser.add_argument("gold", metavar="GOLD", help="gold links")
    parser.add_argument("--gold-base", type=int, choices=(0, 1), default=0, help="index of the first word in GOLD (default 0)")
    parser.add_argument("--json", action="store_true", help="print one JSON object, rates in [0, 1]")


def run(options: argparse.Namespace) -> int:
    from otcore.alignment.scores import score
    from otcore.base.errors import InputError
    from otcore.corpora.pharaoh import read_links
    from otcore.text.files import display_name

    predicted = [links.possible for links in read_links(options.predicted)]
    gold = read_links(options.gold, base=options.gold_base)
    if len(predicted) != len(gold):
        name = display_name(options.predicted)
        raise InputError(f"{name} has {len(predicted)} lines and {options.gold} has {len(gold)}; both need one line a pair.")
    scores = score(predicted, gold).as_dict()
    if options.json:
        print(json.dumps(scores))
        return 0
    for name in ("AER", "Precision", "Recall", "F1"):
        print(f"{name:<10} {scores[name.lower()]:.4f}")
    print(f"{scores['predicted']} links predicted, {scores['sure']} sure and {scores['possible']} possible in {scores['pairs']} pairs")
    return 0
