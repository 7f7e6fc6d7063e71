"""How often the language of a sentence is told right: the gold sentences of the collection, and FLORES-200 devtest where it is.

OTCORE_BENCHMARKS=DIR python tests/benchmarks/identification.py
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from otcore.corpora.checking.doubt import doubt
from otcore.corpora.checking.identify import doubts, identify
from otcore.corpora.collection import load_collection


def main() -> None:
    collection = load_collection()
    sets = {"gold": {code: [sentence.text for sentence in sentences.values()] for code, sentences in collection.gold.items()}}
    folder = Path(os.environ.get("OTCORE_BENCHMARKS", "")) / "flores"
    if os.environ.get("OTCORE_BENCHMARKS") and folder.is_dir():
        paths = {code: folder / f"{code}.devtest" for code in collection.languages}
        sets["flores"] = {code: path.read_text(encoding="utf-8").splitlines() for code, path in paths.items() if path.is_file()}
    identify(["a text, so that the classifier is there before the clock runs"])
    for name, texts in sets.items():
        began = time.perf_counter()
        judged = right = doubted = total = 0
        for code, lines in texts.items():
            found = [guess for guess in identify(lines) if guess]
            judged, right, total = judged + len(found), right + found.count(code), total + len(lines)
            doubted += sum(doubt is not None for doubt in doubts(lines, code))
        each = (time.perf_counter() - began) / total * 1e6
        share = f"{right} right ({right / judged:.4f}), {doubted} wrongly doubted"
        print(f"{name}: {total} sentences, {judged} judged, {share}, {each:.0f} µs each")
        _asked(name, texts)


def _asked(name: str, texts: dict[str, list[str]]) -> None:
    """How often the Align page would ask about a text under its own language, and under the others."""
    began = time.perf_counter()
    wrongly = sum(doubt(line, code) is not None for code, lines in texts.items() for line in lines)
    each = (time.perf_counter() - began) / sum(map(len, texts.values())) * 1e6
    under_others = [
        doubt(line, other) is not None for code, lines in texts.items() for line in lines[:20] for other in texts if other != code
    ]
    print(
        f"  asked about: {wrongly} under their own language, {sum(under_others) / len(under_others):.3f} under another, {each:.0f} µs each"
    )


if __name__ == "__main__":
    main()
