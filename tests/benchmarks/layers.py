"""Which layer of an encoder aligns words best, and how its sentences are best compared, on the development part of the bundled sentences.

    python tests/benchmarks/layers.py e5-small [--shared DIR]

AER of every layer with the default settings, mean over the eleven languages; retrieval (P@1, mean of both directions) by layer and by what
is written before a sentence. With --shared, retrieval is on the first 300 sentences of FLORES devtest, where it is harder.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from otcore.corpora.collection import load_collection  # noqa: E402
from otcore.encoders import load_encoder  # noqa: E402
from otcore.pretraining.layers import dev_errors  # noqa: E402
from otcore.retrieval.precision import retrieve  # noqa: E402
from otcore.text.files import read_lines  # noqa: E402

PREFIXES = {"nothing": ("", ""), "query: both": ("query:", "query:"), "query:, passage:": ("query:", "passage:")}


def sentences(encoder, shared: Path | None) -> None:
    """P@1 by layer and prefix."""
    collection = load_collection()
    if shared:
        texts = {
            code: [line.split() for line in read_lines(shared / f"benchmarks/flores/{code}.devtest")[:300]]
            for code in ("en", "de", "ar", "ja")
        }
    else:
        texts = {code: [pair.target.words for pair in collection.pairs("en", code, "dev")] for code in ("de", "ar", "ja")}
        texts["en"] = [pair.source.words for pair in collection.pairs("en", "de", "dev")]
    for name, (first, second) in PREFIXES.items():
        english = _means(encoder, texts["en"], second)
        others = {code: _means(encoder, rows, first) for code, rows in texts.items() if code != "en"}
        for layer in range(encoder.layers - 2, encoder.layers + 1):
            both = [retrieve(rows[layer], english[layer]) for rows in others.values()]
            mean = np.mean([(one.forward + one.backward) / 2 for one in both])
            print(f"{name:18} layer {layer:2d}   P@1 {mean:.4f}", flush=True)


def _means(encoder, rows, prefix: str) -> dict[int, np.ndarray]:
    words = [(*([prefix] if prefix else ()), *row) for row in rows]
    wanted = list(range(encoder.layers - 2, encoder.layers + 1))
    encoded = encoder.encode_layers(words, wanted)
    return {layer: encoder.sentences([some[place] for some in encoded], layer) for place, layer in enumerate(wanted)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("encoder")
    parser.add_argument("--shared", type=Path, help="folder with benchmarks/flores/")
    options = parser.parse_args()
    encoder = load_encoder(options.encoder)
    found = dev_errors(encoder, load_collection().languages[1:])
    for layer, error in enumerate(found):
        print(f"layer {layer:2d}   AER {error:.4f}")
    print(f"best: layer {int(np.argmin(found))}")
    sentences(encoder, options.shared)


if __name__ == "__main__":
    main()
