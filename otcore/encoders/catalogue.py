"""Which encoders have a name here: the bundled editions, and public ones known to suit."""

import functools
import json
import os
from pathlib import Path

BUNDLED = Path(__file__).resolve().parents[2] / "data" / "encoder"
DEFAULT = "aligned"
EDITIONS = {
    "aligned": "bundled, aligned: small, twelve languages, trained on word links",
    "base": "bundled, base: before alignment, the one to fine-tune",
    "tuned": "bundled, tuned: base after transport as the loss",
}
PUBLIC = {
    "bert-base-multilingual-cased": "mBERT, 104 languages, 12 layers",
    "xlm-roberta-base": "XLM-R base, 100 languages, 12 layers",
    "sentence-transformers/LaBSE": "LaBSE, 109 languages, trained for retrieval",
    "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2": "multilingual MiniLM, 50 languages, 12 layers",
}
EXTRA_VARIABLE = "OTCORE_ENCODERS"


def bundled_names() -> list[str]:
    """The editions that are in this copy of the project, the default first."""
    return [name for name in EDITIONS if (BUNDLED / name / "config.json").is_file()]


def extra_names() -> list[str]:
    """Folders and hub names the owner of this installation added through OTCORE_ENCODERS, separated by commas."""
    return [name.strip() for name in os.environ.get(EXTRA_VARIABLE, "").split(",") if name.strip()]


@functools.cache
def edition_figures(name: str) -> dict[str, float]:
    """Language → AER of a bundled edition on the test part of the bundled gold links, in [0, 1]; empty for other encoders.

    source: data/encoder/figures.json, written by tests/benchmarks/editions.py
    """
    path = BUNDLED / "figures.json"
    return json.loads(path.read_text(encoding="utf-8"))["aer"].get(name, {}) if path.is_file() else {}
