"""Judge every link of one system or two against gold: outcomes, causes and, with --b, what B fixed and broke of A.

FILE has one `source ||| target` a line, already split into words at spaces (or is TSV or CSV, by its name); GOLD has the links of a pair
on a line, or is of another format that `score` reads. --raw text is split into words as on the page.
The classes and counts are those of the Errors page. --rules prints when each cause fits.
"""

import argparse
import json

from otcore.alignment.settings import AlignSettings
from otcore.analysis.sources import FileFormat, from_files
from otcore.base.errors import InputError
from otcore.commands._options import add_device, add_options, add_raw, notes_of, settings_from

REMEDIES = {"gold": "if it counts from 1, give --gold-base 1", "raw": "give --raw for text that is not split into words"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", nargs="?", help="pairs `source ||| target` or TSV, or - for standard input")
    parser.add_argument("gold", metavar="GOLD", nargs="?", help="gold links, `p` or `?` where only possible")
    parser.add_argument("--a", metavar="NAME|DIR", help="encoder of system A (default aligned)")
    parser.add_argument("--b", metavar="NAME|DIR", help="encoder of system B, compared with A (default: none)")
    add_options(parser, FileFormat)
    add_raw(parser)
    add_device(parser)
    add_options(parser, AlignSettings)
    parser.add_argument("--rules", action="store_true", help="print the rule book and stop")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    from otcore.analysis.analyse import analyse, summary
    from otcore.corpora.tables import is_table
    from otcore.encoders import DEFAULT

    if options.rules:
        print(_rules())
        return 0
    if not (options.file and options.gold):
        raise InputError("FILE and GOLD are needed: the pairs and their gold links; see python -m otcore errors --help.")
    settings = settings_from(options, AlignSettings)
    shape = settings_from(options, FileFormat, kind="tsv" if is_table(options.file) else "bitext", presplit=not options.raw)
    corpus = from_files(options.file, options.gold, shape)
    names = [options.a or DEFAULT, *([options.b] if options.b else [])]
    found = summary(analyse(corpus.pairs, [_drawn(name, corpus.pairs, settings, options.device) for name in names]))
    print(json.dumps(found | notes_of(REMEDIES), ensure_ascii=False) if options.json else _text(found))
    return 0


def _drawn(name: str, pairs, settings, device: str | None):
    from otcore.analysis.analyse import draw, encode_pairs
    from otcore.commands._progress import download_line, progress_line, tell_note
    from otcore.encoders import load_encoder
    from otcore.encoders.devices import moved

    encoder = moved(load_encoder(name, download_line()), device)
    sides = encode_pairs(encoder, pairs, settings.layer, progress_line(f"{name}: pairs encoded"))
    drawn = draw(name, encoder, sides, settings, progress_line(f"{name}: pairs aligned"))
    tell_note(drawn.unread)
    return drawn


def _rules() -> str:
    from otcore.analysis.classes import RULES

    lines = (f"{place:>2}. {rule.name} ({', '.join(rule.outcomes)})\n    {rule.text}" for place, rule in enumerate(RULES, 1))
    return "The first rule that fits a missed or false link is its cause.\n" + "\n".join(lines)


def _text(found: dict) -> str:
    from otcore.analysis.classes import CORRECT, NAMES

    lines = []
    for letter, one in zip("AB", found["systems"], strict=False):
        counts = one["outcomes"]
        lines += [
            f"{letter}: {one['name']}, layer {one['layer']}: AER {one['aer']:.4f}, {one['links']} links in {found['pairs']} pairs: "
            + ", ".join(f"{count} {outcome}" for outcome, count in counts.items()),
            f"   {'cause':32} {'missed':>7} {'false':>7}",
        ]
        causes = sorted(one["causes"].items(), key=lambda entry: -(entry[1]["missed"] + entry[1]["false"]))
        lines += [f"   {NAMES[key]:32} {cause['missed']:>7} {cause['false']:>7}" for key, cause in causes if key != CORRECT]
    if "changes" in found:
        change = found["changes"]
        links, pairs = change["links"], change["pairs"]
        counted = ", ".join(f"{count} {name}" for name, count in links.items())
        lines.append(f"A → B: {counted}; McNemar's exact test p = {change['mcnemar']['exact']:.2g}")
        moved = f"{pairs['improved']} pairs improved, {pairs['harmed']} harmed, {pairs['same']} the same"
        lines.append(f"       {moved}; sign test p = {pairs['sign_test']:.2g}")
    return "\n".join(lines)
