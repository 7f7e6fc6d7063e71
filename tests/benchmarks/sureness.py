"""What the mean confidence of a pair's links tells: of bundled pairs, and of sentences beside the translation of another.

python tests/benchmarks/sureness.py [encoder]
"""

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from otcore import AlignSettings, align, load_collection, load_encoder, score

_SHIFT = 7  # sentences between one and the one whose translation stands beside it


def main(name: str = "aligned") -> None:
    encoder, collection = load_encoder(name), load_collection()
    right, wrong, errors = [], [], []
    for code in ("de", "hi", "ja", "tr"):
        pairs = collection.pairs("en", code)
        mixed = [replace(pair, target=pairs[(k + _SHIFT) % len(pairs)].target, gold=None) for k, pair in enumerate(pairs)]
        found = align(encoder, pairs, AlignSettings())
        right += map(_confidence, found)
        wrong += map(_confidence, align(encoder, mixed, AlignSettings()))
        errors += [score([one.pairs], [pair.gold]).aer for one, pair in zip(found, pairs, strict=True)]
    better = np.subtract.outer(right, wrong)
    print(f"{name}: {len(right)} translations, {len(wrong)} that are none")
    apart = (better > 0).mean() + (better == 0).mean() / 2
    print(f"  told apart: AUC {apart:.3f}; correlation with AER {np.corrcoef(right, errors)[0, 1]:.2f}")
    print("  translations, 5, 25, 50, 75 of 100 stay below:", np.quantile(right, [0.05, 0.25, 0.5, 0.75]).round(2))
    print("  none, 50, 75, 95 of 100 stay below:", np.quantile(wrong, [0.5, 0.75, 0.95]).round(2))


def _confidence(found) -> float:
    return float(np.mean([link.confidence for link in found.links])) if found.links else 0.0


if __name__ == "__main__":
    main(*sys.argv[1:2])
