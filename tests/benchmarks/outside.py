"""What encoders have more or less than the first of them on the public sets: AER on gold links, and sentence retrieval on FLORES.

    python tests/benchmarks/outside.py --shared DIR --encoders e5-small,run:NAME[,…] [--no-flores] [--epsilon X] [--lexicon S]

Links by the default settings at each encoder's own alignment layer, or with the ε and the share of its lexicon that are given for all
encoders but the first (`python -m otcore readings` finds them). Beside each mean AER: the difference to the first encoder with its
95% interval, from a bootstrap of the sentences that draws the same ones for both. FLORES devtest: P@1 with English, the mean of both
directions.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from editions import flores  # noqa: E402
from readings import drawn, encoded, public  # noqa: E402

from otcore.alignment.settings import AlignSettings  # noqa: E402
from otcore.encoders import load_encoder  # noqa: E402
from otcore.evaluation.bootstrap import difference, interval  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True, help="folder with gold/ and benchmarks/flores/")
    parser.add_argument("--encoders", required=True, help="names, with commas between; the others are compared with the first")
    parser.add_argument("--epsilon", type=float, default=AlignSettings().solver.epsilon)
    parser.add_argument("--lexicon", type=float, default=AlignSettings().lexicon)
    parser.add_argument("--flores", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    first, usual = None, AlignSettings()
    given = replace(usual, lexicon=options.lexicon, solver=replace(usual.solver, epsilon=options.epsilon))
    for name in options.encoders.split(","):
        values = drawn(encoded(name, public(options.shared / "gold")), usual if first is None else given)
        mean = np.mean(list(values.values()), axis=0)
        line = f"{name}: AER {told(interval(mean))}; " + ", ".join(f"{key} {value[0]:.4f}" for key, value in values.items())
        if first is None:
            first = mean
        else:
            line += f"; less the first {told(difference(first, mean))}"
        print(line, flush=True)
        if options.flores:
            found = flores(load_encoder(name), options.shared / "benchmarks" / "flores")
            print(f"  FLORES P@1 {np.mean(list(found.values())):.4f}; " + ", ".join(f"{key} {value:.3f}" for key, value in found.items()))


def told(value) -> str:
    return f"{value.value:.4f} [{value.low:.4f}, {value.high:.4f}]"


if __name__ == "__main__":
    main()
