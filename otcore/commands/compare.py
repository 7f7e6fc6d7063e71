"""Encoders before and after, on the collection's test sentences or on pair files: figures with intervals, and what is beyond noise.

The first encoder is the one that the others are compared with. --out writes the whole comparison, as JSON or CSV by the name's end.
"""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("encoders", nargs="+", metavar="ENCODER", help="bundled editions, folders, hub names or run:NAME")
    parser.add_argument("--languages", default=None, metavar="CODES", help="divided by commas (default de,fr,es)")
    parser.add_argument(
        "--pairs", action="append", default=[], metavar="CODE=FILE",
        help="TSV, or lines `source ||| target`, English second; one for each language, in place of the collection",
    )  # fmt: skip
    parser.add_argument("--layer", type=int, metavar="N", help="of words and sentences (default: each its own)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the bootstrap and the shuffled pairs (default 0)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write everything to FILE.json or FILE.csv")


def run(options: argparse.Namespace) -> int:
    from otcore.base.errors import InputError
    from otcore.commands._progress import download_line, progress_line
    from otcore.encoders import load_encoder
    from otcore.evaluation import MEAN, CompareSettings, compare
    from otcore.evaluation.verdicts import sentence
    from otcore.text.files import write_bytes

    if options.out and options.out.suffix not in (".json", ".csv"):
        raise InputError(f"{options.out} ends in neither .json nor .csv; give a name that does.")
    pairs = _pairs(options.pairs)
    chosen = options.languages.split(",") if options.languages else list(pairs) or ["de", "fr", "es"]
    settings = CompareSettings(tuple(chosen), layer=options.layer, seed=options.seed)
    show = progress_line("steps done")
    encoders = [load_encoder(name, download_line()) for name in options.encoders]
    found = compare(encoders, settings, pairs or None, progress=lambda done, total, what: show(done, total))
    for name in found.names:
        print(name)
        for key in found.measures:
            one = found.estimate(name, MEAN, key)
            change = found.change(name, MEAN, key)
            told = f"  {sentence(change, len(found.sentences))}" if change else ""
            print(f"  {key:14} {one.value:7.3f} [{one.low:.3f}, {one.high:.3f}]{told}")
    if options.out:
        write_bytes(options.out, (found.to_json() if options.out.suffix == ".json" else _csv(found.rows())).encode())
    return 0


def _pairs(given: list[str]) -> dict:
    from otcore.base.errors import InputError
    from otcore.finetuning.data import read_pairs
    from otcore.runs.settings import PairFile
    from otcore.text.languages import language

    pairs = {}
    for entry in given:
        code, divider, path = entry.partition("=")
        if not divider or not path:
            raise InputError(f"“{entry[:80]}” is not CODE=FILE; write for instance --pairs de=pairs.tsv.")
        pairs[language(code).code] = read_pairs(PairFile(language(code).code, path))
    return pairs


def _csv(rows: list[dict]) -> str:
    import csv
    import io

    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()
