"""Sentence retrieval between two line-parallel files: P@1 by cosine in both directions.

A sentence is the mean of its subword vectors at the last layer (or --layer). A sentence that stands in a file several times is found
wherever one of its copies is. The text may be raw or split at spaces; --raw splits it into words as the app does.
"""

import argparse
import json

from otcore.commands._options import add_device, add_raw, notes_of


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help="one sentence a line")
    parser.add_argument("target", metavar="TARGET", help="its translation on the same line")
    parser.add_argument("--source-lang", metavar="CODE", help="for an encoder with maps, which has one a language")
    parser.add_argument("--target-lang", metavar="CODE", help="the same for the other file")
    parser.add_argument("--encoder", metavar="NAME|DIR", help="bundled edition, folder or hub name (default aligned)")
    add_device(parser)
    add_raw(parser)
    parser.add_argument("--layer", type=int, metavar="N", help="layer of the encoder (default: the last)")
    parser.add_argument("--json", action="store_true", help="print one JSON object: forward, backward (P@1 in [0, 1]), pairs")


def run(options: argparse.Namespace) -> int:
    from otcore.commands._progress import download_line, progress_line, tell_note
    from otcore.corpora.parallel import read_parallel
    from otcore.encoders import DEFAULT, load_encoder
    from otcore.encoders.devices import moved
    from otcore.retrieval.precision import retrieve, sentence_vectors

    codes = [code or "und" for code in (options.source_lang, options.target_lang)]
    pairs = read_parallel(options.source, options.target, *codes, presplit=not options.raw)
    encoder = moved(load_encoder(options.encoder or DEFAULT, download_line()), options.device)
    sides, texts = [], []
    for name, code in (("source", options.source_lang), ("target", options.target_lang)):
        words = [getattr(pair, name).words for pair in pairs]
        texts.append(words)
        sides.append(sentence_vectors(encoder, words, options.layer, progress_line(f"{name} sentences encoded"), code))
    tell_note(encoder.unread([side.words for pair in pairs for side in (pair.source, pair.target)]))
    result = retrieve(*sides, texts)
    if options.json:
        rates = {"forward": round(result.forward, 6), "backward": round(result.backward, 6), "pairs": result.pairs}
        print(json.dumps(rates | notes_of()))
    else:
        print(f"P@1 forward {result.forward:.4f}, backward {result.backward:.4f} over {result.pairs} pairs (chance {1 / result.pairs:.4f})")
    return 0
