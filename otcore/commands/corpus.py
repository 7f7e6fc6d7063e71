"""Check a parallel corpus before training on it: counts, empty and repeated pairs, odd lengths, untranslated text, other languages.

FILE is TMX, TSV or CSV (by its name), or has a line `source ||| target` a pair; two FILEs are line-parallel text, the source first. All may
be packed. A language of a TMX file may have a region, as in zh-CN, and is then found in no other.
Every pair is looked at; which language it is in is told for a sample of 5,000 pairs, and only for the bundled languages, all others are
judged by their script. --clean writes the pairs with no fault as TSV, which `finetune --pairs` reads.
"""

import argparse
import json

from otcore.base.errors import InputError
from otcore.commands._files import two_columns
from otcore.commands._options import notes_of
from otcore.corpora.checking.report import KINDS, LONGEST

_LONGEST = f"words a side from which on a pair is too long (default {LONGEST})"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="a corpus, or the two sides of one")
    parser.add_argument("--language", required=True, metavar="CODE", help="language of the source side")
    parser.add_argument("--target-language", default="en", metavar="CODE", help="of the target side (default en)")
    parser.add_argument("--columns", default="1,2", metavar="I,J", help="of a table: source and target (default 1,2)")
    parser.add_argument("--longest", type=int, default=LONGEST, metavar="N", help=_LONGEST)
    parser.add_argument(
        "--clean", metavar="OUT", help="write the pairs that are left as TSV, whole or not at all (packed by its name: .gz, .xz …)"
    )
    parser.add_argument(
        "--keep", default="", metavar="KINDS", help="faults that --clean lets pass, divided by commas (never what is no pair)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object; shares in [0, 1]")


def run(options: argparse.Namespace) -> int:
    from otcore.base.progress import Teller
    from otcore.commands._progress import progress_line
    from otcore.corpora.checking.check import check_pairs
    from otcore.corpora.checking.report import without_flagged
    from otcore.corpora.checking.texts import read_texts, write_texts

    files = options.files[0].split("::") if len(options.files) == 1 else options.files
    if len(files) > 2:
        raise InputError(f"A corpus is one file or two line-parallel ones, not {len(files)}; check several one after the other.")
    if options.longest < 1:
        raise InputError(f"--longest must be a whole number from 1 up, not {options.longest}.")
    columns = two_columns(options.columns)
    kept = {kind.strip() for kind in options.keep.split(",") if kind.strip()}
    if unknown := kept - KINDS.keys():
        raise InputError(f"There is no fault {sorted(unknown)[0]}; the faults are {', '.join(KINDS)}.")
    languages = options.language, options.target_language
    pairs = read_texts(files[0], languages, target_path=files[1] if len(files) == 2 else None, columns=columns)
    show = progress_line("corpus checked, in thousandths")
    report = check_pairs(pairs, languages, longest=options.longest, teller=Teller(lambda done, total, note: show(done, total)))
    left = without_flagged(pairs, report, [kind for kind in KINDS if kind not in kept])
    if options.clean:
        write_texts(options.clean, left)
    if options.json:
        print(
            json.dumps(
                report.to_dict() | notes_of() | {"clean": options.clean, "written": len(left) if options.clean else 0},
                ensure_ascii=False,
            )
        )
    else:
        _print(report)
        if options.clean:
            print(f"{len(left):,} pairs written to {options.clean}.")
    return 0


def _print(report) -> None:
    for sentence in report.verdict:
        print(sentence)
    for entry in report.findings:
        if entry.count:
            detail = f" ({entry.detail})" if entry.detail else ""
            print(f"\n{entry.count:,} {'pair' if entry.count == 1 else 'pairs'}, {entry.share:.1%}: {entry.name}{detail}. {entry.advice}")
            for pair in entry.examples[:3]:
                print(f"  {pair.line}: {_cut(pair.source)} ||| {_cut(pair.target)}")


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
