"""Which ε of the plan, and which share of a lexicon, read an encoder's links best, by AER on the collection's dev sentences.

A tuned encoder may want another ε than the one it came from. The other settings stay as they are given; `align`, `errors` and the pages
take what is found as --epsilon and --lexicon. The sentences are read alone and three of them joined to a longer one.
"""

import argparse
import json

from otcore.alignment.settings import AlignSettings
from otcore.commands._files import codes
from otcore.commands._options import add_device, add_options, settings_from


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--encoder", metavar="NAME|DIR", help="bundled edition, folder, hub name or run:NAME (default aligned)")
    parser.add_argument("--languages", metavar="de,fr", help="languages aligned with English, by code (default all of the collection)")
    add_device(parser)
    add_options(parser, AlignSettings)
    parser.add_argument("--json", action="store_true", help="print one JSON object, all that was tried")


def run(options: argparse.Namespace) -> int:
    from otcore.commands._progress import download_line, progress_notes
    from otcore.encoders import DEFAULT, load_encoder
    from otcore.encoders.devices import moved
    from otcore.evaluation.readings import development, readings

    settings = settings_from(options, AlignSettings)
    sets = development(codes(options.languages))
    encoder = moved(load_encoder(options.encoder or DEFAULT, download_line()), options.device)
    found = readings(encoder, sets, settings, progress_notes())
    own = next(one for one in found if one.settings == settings)
    if options.json:
        rows = [{**_varied(encoder, one.settings), "aer": one.aer} for one in found]
        print(json.dumps({"encoder": encoder.name, "sets": list(sets), "given": rows[found.index(own)], "readings": rows}))
        return 0
    for one in found[:5]:
        print(f"AER {one.aer:.4f}  {_told(encoder, one.settings)}" + ("  (as given)" if one is own else ""))
    if own not in found[:5]:
        print(f"AER {own.aer:.4f}  {_told(encoder, settings)}  (as given)")
    return 0


def _varied(encoder, settings: AlignSettings) -> dict[str, float]:
    """What was varied, by its options."""
    epsilon = getattr(settings.solver, "epsilon", None)
    return ({} if epsilon is None else {"epsilon": epsilon}) | ({"lexicon": settings.lexicon} if encoder.has_lexicon else {})


def _told(encoder, settings: AlignSettings) -> str:
    return " ".join(f"--{name} {value:g}" for name, value in _varied(encoder, settings).items())
