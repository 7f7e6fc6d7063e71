"""Where the solver matters: AER of every bundled pair of one language under each solver and under the cosines alone, the pairs first in
which transport gains most over the cosines and the solvers differ most. The Align page opens on the first for German.

python tests/benchmarks/first_example.py [de]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from otcore import AlignSettings, load_collection, load_encoder
from otcore.alignment.aligner import align_vectors
from otcore.alignment.rules import make_rule
from otcore.alignment.scores import score_pair
from otcore.base.choices import build
from otcore.transport.solvers import SOLVERS

COSINES = "no plan"


def main(code: str = "de") -> None:
    encoder, settings = load_encoder(), {name: build(AlignSettings, {"solver": name}) for name in SOLVERS}
    settings[COSINES] = AlignSettings(unit="subword", links=make_rule("argmax"))
    rows = []
    for pair in load_collection().pairs("en", code):
        source, target = encoder.encode([pair.source.words, pair.target.words], languages=["en", code])
        rows.append((pair.id, {name: _aer(pair, source, target, encoder.default_layer, one) for name, one in settings.items()}))
    print("mean".ljust(6), {name: round(sum(found[name] for _, found in rows) / len(rows), 3) for name in settings})
    for id, found in sorted(rows, key=_interest)[:12]:
        print(id.ljust(6), found)


def _aer(pair, source, target, layer: int, settings: AlignSettings) -> float:
    return round(score_pair(align_vectors(pair, source, target, layer, settings).alignment.pairs, pair.gold).aer, 3)


def _interest(row: tuple[str, dict[str, float]]) -> float:
    solved = [value for name, value in row[1].items() if name != COSINES]
    return -(row[1][COSINES] - min(solved)) - (max(solved) - min(solved))


if __name__ == "__main__":
    main(*sys.argv[1:2])
