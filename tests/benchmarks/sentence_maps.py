"""Which linear map of sentence means compares sentences best, on the training part of the bundled sentences.

    python tests/benchmarks/sentence_maps.py e5-small [--write FILE]

P@1 of translations among the 1,028 sentences of a language, mean over eleven languages and both directions with English, and the least of
these: of the means as they are, without their common mean, without the mean of each language, and each of these with the spectrum of what
is left raised to a power (soft whitening). With --write, the directions of the languages go into a file, as
`otcore/encoders/sources/package.py` wants them.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from otcore.corpora.collection import load_collection  # noqa: E402
from otcore.encoders import load_encoder  # noqa: E402
from otcore.encoders.maps import language_directions, map_without  # noqa: E402
from otcore.retrieval.precision import retrieve  # noqa: E402
from otcore.text.writing import write_bytes  # noqa: E402

POWERS = (0.0, -0.05, -0.1, -0.25)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("encoder")
    parser.add_argument("--write", type=Path, metavar="FILE")
    options = parser.parse_args()
    means = training_means(load_encoder(options.encoder))
    whole = np.concatenate(list(means.values()))
    maps = {"as they are": np.eye(whole.shape[1], dtype=np.float32)}
    maps["without the mean"] = map_without(language_directions({"all": whole}))
    maps["without each language's mean"] = map_without(language_directions(means))
    for name, matrix in maps.items():
        for power in POWERS:
            forward, least = precision(means, matrix @ whitened(whole @ matrix, power))
            print(f"{name:30} power {power:5}: P@1 {forward:.4f}, least {least:.3f}", flush=True)
    if options.write:
        write_bytes(options.write, save({"directions": np.ascontiguousarray(language_directions(means))}))


def training_means(encoder) -> dict[str, np.ndarray]:
    """Language → (n, d) means of the last layer, without any map."""
    collection = load_collection()
    encoder.sentence_map = encoder.lexicon = None
    words = {code: [pair.target.words for pair in collection.training_pairs("en", code)] for code in collection.languages[1:]}
    words["en"] = [pair.source.words for pair in collection.training_pairs("en", "de")]
    found = {}
    for code in collection.languages:
        encoded = encoder.encode(words[code], encoder.layers, languages=[code] * len(words[code]))
        found[code] = np.stack([one.subwords.mean(0) for one in encoded])
    return found


def whitened(means: np.ndarray, power: float) -> np.ndarray:
    spectrum, axes = np.linalg.eigh(means.T @ means / len(means))
    return (axes * spectrum.clip(spectrum[-1] * 1e-6) ** power) @ axes.T


def precision(means: dict[str, np.ndarray], matrix: np.ndarray) -> tuple[float, float]:
    """Mean and least P@1 of all ways with English."""
    mapped = {code: rows @ matrix for code, rows in means.items()}
    unit = {code: (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32) for code, rows in mapped.items()}
    found = [retrieve(unit["en"], rows) for code, rows in unit.items() if code != "en"]
    rates = [rate for one in found for rate in (one.forward, one.backward)]
    return float(np.mean(rates)), min(rates)


if __name__ == "__main__":
    main()
