"""Score predicted word links against gold: AER, precision, recall, F1 and counts.

Both files have one line a sentence pair, `i-j` sure and `ipj` or `i?j` only possible; the formats of NAACL/WPT, TALP, GIZA++ (A3.final)
and SimAlign, and confidences as in 0-1:0.98, are known by what they look like. In PREDICTED every link counts.
"""

import argparse
import json

from otcore.commands._options import notes_of

REMEDIES = {
    "gold": "if it counts from 1, give --gold-base 1",
    "predicted": "if it counts from 1, give --predicted-base 1",
    "possible": "if it counts from 1, give --gold-base 1",
    "reverse": "give --reverse if its sides are so",
}
_BASE = "index of the first word in {} (default: 1 in NAACL, TALP and GIZA++ files, else 0)"
_BETTER = 0.25  # of AER by which another reading of the files is worth a word


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("predicted", metavar="PREDICTED", help="predicted links, or - for standard input")
    parser.add_argument("gold", metavar="GOLD", help="gold links")
    parser.add_argument("--possible", metavar="FILE", help="more gold links, all only possible, where GOLD has the sure ones alone")
    parser.add_argument("--gold-base", type=int, choices=(0, 1), help=_BASE.format("GOLD"))
    parser.add_argument("--predicted-base", type=int, choices=(0, 1), help=_BASE.format("PREDICTED"))
    parser.add_argument("--reverse", action="store_true", help="exchange the sides of PREDICTED: its links are target-source")
    parser.add_argument("--json", action="store_true", help="print one JSON object, rates in [0, 1]")


def run(options: argparse.Namespace) -> int:
    from otcore.alignment.scores import score
    from otcore.base.errors import InputError
    from otcore.corpora.link_files import check_gold, read_both, read_link_file, with_possible

    bases = options.predicted_base, options.gold_base
    predicted, gold = read_both(options.predicted, options.gold, bases)
    if options.possible:
        gold = with_possible(gold, read_link_file(options.possible, base=gold.base, pairs=len(gold.links)))
    if len(predicted.links) != len(gold.links):
        counts = f"{predicted.name} has {len(predicted.links)} lines and {gold.name} has {len(gold.links)}"
        raise InputError(f"{counts}; both need one line a pair.")
    check_gold(gold)
    if options.reverse:
        predicted = predicted.reversed()
    found = score([entry.possible for entry in predicted.links], gold.links)
    _tell(predicted, gold, found.aer)
    scores = found.as_dict()
    if options.json:
        print(json.dumps(scores | notes_of(REMEDIES)))
        return 0
    for name in ("AER", "Precision", "Recall", "F1"):
        print(f"{name:<10} {scores[name.lower()]:.4f}")
    print(f"{scores['predicted']} links predicted, {scores['sure']} sure and {scores['possible']} possible in {scores['pairs']} pairs")
    return 0


def _tell(predicted, gold, aer: float) -> None:
    """Notices of what was seen, and of a reading of the files that would fit much better."""
    from otcore.alignment.scores import score
    from otcore.base.notices import notice

    if predicted.doubtful and gold.doubtful:
        notice(f"Neither {predicted.name} nor {gold.name} has an index 0; if both count words from 1, these figures are right as they are")
    for file, remedy, other in ((predicted, "predicted", gold), (gold, "gold", predicted)):
        file.tell_format()
        if not other.doubtful:
            file.tell_base(remedy)
    exchanged = score([entry.possible for entry in predicted.reversed().links], gold.links).aer
    if exchanged < aer - _BETTER:
        notice(f"With the sides of {predicted.name} exchanged AER would be {exchanged:.4f}, not {aer:.4f}", "reverse")
