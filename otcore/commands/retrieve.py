"""Sentence retrieval between two line-parallel files: P@1 by cosine in both directions.

A sentence is the mean of its subword vectors at the last layer (or --layer), beside the sum of its words' static vectors where the encoder
has a lexicon, as aligned has. A sentence that stands in a file several times is found wherever one of its copies is. The text may be raw or
split at spaces; --raw splits it into words as the app does.
"""

import argparse
import json

from otcore.commands._options import add_cluster, add_device, add_raw, cluster_from, notes_of


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help="one sentence a line")
    parser.add_argument("target", metavar="TARGET", help="its translation on the same line")
    parser.add_argument("--source-lang", metavar="CODE", help="for an encoder with maps, which has one a language")
    parser.add_argument("--target-lang", metavar="CODE", help="the same for the other file")
    parser.add_argument("--encoder", metavar="NAME|DIR", help="bundled edition, folder or hub name (default aligned)")
    add_device(parser)
    add_raw(parser)
    parser.add_argument("--layer", type=int, metavar="N", help="layer of the encoder (default: the last)")
    add_cluster(parser, "encode the sentences")
    parser.add_argument("--json", action="store_true", help="print one JSON object: forward, backward (P@1 in [0, 1]), pairs")


def run(options: argparse.Namespace) -> int:
    from otcore.base.errors import InputError
    from otcore.commands._progress import tell_note
    from otcore.corpora.parallel import read_parallel
    from otcore.retrieval.precision import retrieve
    from otcore.text.files import display_name

    cluster = cluster_from(options)
    codes = options.source_lang, options.target_lang
    pairs = read_parallel(options.source, options.target, *(code or "und" for code in codes), presplit=not options.raw)
    if not pairs:
        named = display_name(options.source), display_name(options.target)
        raise InputError(f"{named[0]} and {named[1]} have no sentences; give files with at least one line.")
    texts = [[pair.source.words for pair in pairs], [pair.target.words for pair in pairs]]
    sides, unread = _encoded(options, list(zip(texts, codes, strict=True)), cluster)
    tell_note(unread)
    result = retrieve(*sides, texts)
    if options.json:
        rates = {"forward": round(result.forward, 6), "backward": round(result.backward, 6), "pairs": result.pairs}
        print(json.dumps(rates | notes_of()))
    else:
        print(f"P@1 forward {result.forward:.4f}, backward {result.backward:.4f} over {result.pairs} pairs (chance {1 / result.pairs:.4f})")
    return 0


def _encoded(options: argparse.Namespace, sides: list, cluster) -> tuple[list, object]:
    """(n, d) unit vectors of each side, of (sentences, language), and what is left unread of both."""
    from otcore.commands._progress import download_line, progress_line
    from otcore.encoders import DEFAULT, lasting, load_encoder
    from otcore.encoders.devices import moved
    from otcore.retrieval.precision import sentence_vectors

    name = options.encoder or DEFAULT
    if cluster:
        from otcore.retrieval.cluster import Encoding, vectors_on_cluster

        encoding = Encoding(lasting(name), options.device, options.layer)
        return vectors_on_cluster(cluster, encoding, sides, progress_line("sentences encoded"))
    encoder = moved(load_encoder(name, download_line()), options.device)
    lines = (progress_line(f"{side} sentences encoded") for side in ("source", "target"))
    found = [sentence_vectors(encoder, words, options.layer, line, code) for (words, code), line in zip(sides, lines, strict=True)]
    return found, encoder.unread([words for texts, _ in sides for words in texts])
