"""How good the bundled editions are: the figures of data/encoder/README.md, and data/encoder/figures.json for the app.

    python tests/benchmarks/editions.py [--shared DIR] [--write]

Word alignment (AER) on the collection's gold links with the default settings; with --shared also on the four public gold
sets, and sentence retrieval (P@1, mean of both directions) on FLORES devtest.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from otcore.alignment.aligner import align_many  # noqa: E402
from otcore.alignment.scores import score  # noqa: E402
from otcore.alignment.settings import AlignSettings  # noqa: E402
from otcore.corpora.collection import load_collection  # noqa: E402
from otcore.corpora.parallel import read_bitext  # noqa: E402
from otcore.corpora.pharaoh import read_links  # noqa: E402
from otcore.encoders import load_encoder  # noqa: E402
from otcore.encoders.sources.bundled import BUNDLED, EDITIONS  # noqa: E402
from otcore.retrieval.precision import retrieve, sentence_vectors  # noqa: E402
from otcore.text.files import read_lines, write_lines  # noqa: E402

PUBLIC = {"en-fr": "enfr", "ro-en": "roen", "zh-en": "zhen", "ja-en": "jaen"}


def collection_aer(encoder, split: str) -> dict[str, float]:
    """Language → AER of English → language on one split of the collection."""
    collection = load_collection()
    result = {}
    for code in collection.languages[1:]:
        pairs = collection.pairs("en", code, split)
        found = align_many(encoder, pairs, AlignSettings())
        result[code] = score([one.pairs for one in found], [pair.gold for pair in pairs]).aer
    return result


def public_aer(encoder, folder: Path, names=tuple(PUBLIC)) -> dict[str, float]:
    """Public set → AER."""
    result = {}
    for name in names:
        stem = PUBLIC[name]
        pairs = read_bitext(folder / f"{stem}.src-tgt", *name.split("-"))
        gold = read_links(folder / f"{stem}.gold", base=1)
        result[name] = score([one.pairs for one in align_many(encoder, pairs, AlignSettings())], gold).aer
    return result


def flores(encoder, folder: Path, codes: tuple[str, ...] = ()) -> dict[str, float]:
    """Language → P@1 against English, mean of both directions; all languages, or those given, English first."""
    codes = codes or load_collection().languages
    texts = {code: read_lines(folder / f"{code}.devtest") for code in codes}
    vectors = {code: sentence_vectors(encoder, [line.split() for line in lines], language=code) for code, lines in texts.items()}
    both = {code: retrieve(vectors[code], vectors["en"]) for code in codes[1:]}
    return {code: (one.forward + one.backward) / 2 for code, one in both.items()}


def show(name: str, table: dict[str, dict[str, float]]) -> None:
    """One row an edition, the mean first."""
    print(f"\n{name}")
    codes = list(next(iter(table.values())))
    print(" " * 10 + "".join(f"{code:>7}" for code in ["mean", *codes]))
    for edition, row in table.items():
        print(f"{edition:10}" + "".join(f"{value:7.3f}" for value in [np.mean(list(row.values())), *row.values()]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, help="folder with gold/ and benchmarks/flores/")
    parser.add_argument("--write", action="store_true", help="write data/encoder/figures.json, which the app shows")
    options = parser.parse_args()
    encoders = {name: load_encoder(name) for name in EDITIONS}
    tables = {f"collection {split}, AER": {n: collection_aer(e, split) for n, e in encoders.items()} for split in ("dev", "test")}
    if options.shared:
        tables["public gold, AER"] = {n: public_aer(e, options.shared / "gold") for n, e in encoders.items()}
        tables["FLORES devtest, P@1"] = {n: flores(e, options.shared / "benchmarks" / "flores") for n, e in encoders.items()}
    for name, table in tables.items():
        show(name, table)
    if options.write:
        rounded = {n: {c: round(v, 3) for c, v in row.items()} for n, row in tables["collection test, AER"].items()}
        write_lines(BUNDLED / "figures.json", [json.dumps({"aer": rounded}, indent=1)])


if __name__ == "__main__":
    main()
