"""Encoders before and after, on the collection's test sentences or on pair files: figures with intervals, and what is beyond noise.

The first encoder is the one that the others are compared with. --out writes the whole comparison, as JSON or CSV by the name's end.
"""

import argparse
import csv
import io
from pathlib import Path

from otcore.commands._options import add_options, settings_from
from otcore.evaluation.types import CompareSettings


def configure(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("encoders", nargs="+", metavar="ENCODER", help="bundled editions, folders, hub names or run:NAME")
    shape = "TSV, or lines `source ||| target`, English second; one for each language, in place of the collection"
    add("--pairs", action="append", default=[], dest="files", metavar="CODE=FILE", help=shape)
    add_options(parser, CompareSettings)
    add("--out", type=Path, metavar="FILE", help="write everything to FILE.json or FILE.csv")


def run(options: argparse.Namespace) -> int:
    from otcore.base.errors import InputError
    from otcore.commands._files import coded_files
    from otcore.commands._progress import download_line, progress_line
    from otcore.corpora.pair_files import PairFile, read_pairs
    from otcore.encoders import load_encoder
    from otcore.evaluation.comparison import compare
    from otcore.text.writing import write_bytes

    if options.out and options.out.suffix not in (".json", ".csv"):
        raise InputError(f"{options.out} ends in neither .json nor .csv; give a name that does.")
    files = [PairFile(code, path) for code, path in coded_files(options.files, "--pairs", region=True).items()]
    if len({file.language for file in files}) < len(files):
        raise InputError("Two files of --pairs are of one language; give one file a language.")
    pairs = {file.language: read_pairs(file) for file in files}
    settings = settings_from(options, CompareSettings, **({"languages": list(pairs)} if pairs and not options.languages else {}))
    show = progress_line("steps done")
    encoders = [load_encoder(name, download_line()) for name in options.encoders]
    found = compare(encoders, settings, pairs or None, progress=lambda done, total, what: show(done, total))
    print(_text(found))
    if options.out:
        write_bytes(options.out, (found.to_json() if options.out.suffix == ".json" else _csv(found.rows())).encode())
    return 0


def _text(found) -> str:
    from otcore.evaluation.types import MEAN
    from otcore.evaluation.verdicts import sentence

    lines = []
    for name in found.names:
        lines.append(name)
        for key in found.measures:
            one, change = found.estimate(name, MEAN, key), found.change(name, MEAN, key)
            told = f"  {sentence(change, len(found.sentences))}" if change else ""
            lines.append(f"  {key:14} {one.value:7.3f} [{one.low:.3f}, {one.high:.3f}]{told}")
    return "\n".join(lines)


def _csv(rows: list[dict]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()
