"""Make the results that the pages open on: of the bundled editions on the bundled collection, kept in data/results.

Each is keyed by the hash of its checkpoints, of the data and of its settings, so that one that does not fit any more is never shown; this
command makes what is missing and removes what nothing fits. --example takes a finished run's histories and film along, without its weights,
--study the table of a study as far as it has come.
"""

import argparse
import json


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--again", action="store_true", help="make everything anew, also what fits")
    parser.add_argument(
        "--example", metavar="DIR", help="a finished run's folder, kept under its name as an example of the pages about runs"
    )
    parser.add_argument("--study", metavar="DIR", help="a study's folder, whose table is kept as an example of the Study tab")
    parser.add_argument("--json", action="store_true", help="print one JSON array: kind, encoders, bytes, whether it was made now")


def run(options: argparse.Namespace) -> int:
    from otcore.commands._progress import progress_notes
    from otcore.results.making import keep_example, keep_study, make_all

    rows = make_all(progress_notes(), again=options.again)
    if options.example:
        rows.append(keep_example(options.example))
    if options.study:
        rows.append(keep_study(options.study))
    if options.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        print(f"{row['kind']:12}  {', '.join(row['encoders']):20}  {row['bytes'] / 1e6:6.2f} MB  {'made' if row['made'] else 'fits'}")
    print(f"{sum(row['bytes'] for row in rows) / 1e6:.2f} MB in all")
    return 0
