"""The paper's experiment on a real encoder: all objectives on de fr es, then links, retrieval, XNLI and XQuAD, in samples that are
the same for all rows.

source: Alqahtani et al. 2021 (arXiv 2110.02887) §4, whose full data took a GPU; here two cores do a row and seed in twenty minutes
"""

from pathlib import Path
from typing import Any

from otcore.base.errors import InputError
from otcore.corpora.pair_files import PairFile
from otcore.evaluation.study.part import LinksPart, Part, TaskPart
from otcore.evaluation.study.plan import Plan
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import Sources

_SEEN = ("de", "fr", "es")
_XNLI = ("en", "de", "es", "fr", "ru", "tr", "ar", "hi", "zh")
_XQUAD = ("en", "de", "es", "ro", "ru", "tr", "ar", "hi", "zh")
_FLORES = ("de", "es", "fr", "ro", "cs", "ru", "tr", "ar", "hi", "zh", "ja")
_NLI = ("snli_dev.tsv", "snli_test.tsv", "cad_nli_train.tsv", "SICK_train.tsv")
_GOLD = {"fr": "enfr", "ro": "roen", "zh": "zhen", "ja": "jaen"}
_LABELS = {
    "xnli": "XNLI, 6,000 English examples × 2, 1,000 tests a language",
    "xquad": "XQuAD, 1,600 English questions × 2, 400 tests a language",
}
_UPPER = 6  # layers that learn a task: half the time of all twelve
XNLI_SETTINGS = TransferSettings(
    train="encoder", top_layers=_UPPER, epochs=2, patience=2, train_examples=6_000, dev_examples=500, test_examples=1_000
)
_XQUAD_SETTINGS = TransferSettings(
    train="encoder", top_layers=_UPPER, epochs=2, patience=2, train_examples=1_600, dev_examples=200, test_examples=400
)


class Paper(Plan):
    name, label, rank = "paper", "The paper's experiment", 10
    about = "Every objective on de, fr, es; then links, retrieval, XNLI and XQuAD, learnt in English, over three seeds. Hours on two cores."
    encoder = "e5-small"
    steps = 200
    data = (
        "corpora/en-de.tsv.gz and so on (label, English, other language), gold/ with enfr.src-tgt and enfr.gold and so on, and benchmarks/ "
        "with flores/, nli_en/, xnli/, tydiqa_en/ and xquad/."
    )

    def parts(self, data: Path) -> tuple[Part, ...]:
        tests = data / "benchmarks"
        gold = {code: (data / "gold" / f"{name}.src-tgt", data / "gold" / f"{name}.gold") for code, name in _GOLD.items()}
        flores = Sources(
            tests={code: str(tests / "flores" / f"{code}.devtest") for code in _FLORES}, english=str(tests / "flores/en.devtest")
        )
        xnli = xnli_sources(tests)
        questions = (str(tests / "tydiqa_en/tydiqa.goldp.en.train.json"),)
        xquad = Sources(questions, tests={code: str(tests / "xquad" / f"xquad.{code}.json") for code in _XQUAD})
        there(*(path for pair in gold.values() for path in pair))
        there(*(Path(path) for one in (flores, xnli, xquad) for path in (*one.train, *one.dev, *one.tests.values())))
        return (
            LinksPart("links", "AER, the collection's test part", _FLORES),
            LinksPart("gold", "AER, public gold links", tuple(_GOLD), gold),
            TaskPart("sentences", TransferSettings(), flores, "FLORES retrieval"),
            TaskPart("xnli", XNLI_SETTINGS, xnli, _LABELS["xnli"]),
            TaskPart("xquad", _XQUAD_SETTINGS, xquad, _LABELS["xquad"]),
        )

    def tuning(self, data: Path) -> dict[str, Any]:
        return european_pairs(data)


def xnli_sources(tests: Path) -> Sources:
    """All the English entailment there is, and XNLI's own files."""
    train = tuple(str(tests / "nli_en" / name) for name in _NLI)
    return Sources(train, (str(tests / "xnli/dev-en.tsv"),), {code: str(tests / "xnli" / f"test-{code}.tsv") for code in _XNLI})


def european_pairs(data: Path) -> dict[str, Any]:
    """What the paper tunes on: pairs of German, French and Spanish."""
    files = tuple(PairFile(code, str(data / "corpora" / f"en-{code}.tsv.gz"), columns=(3, 2)) for code in _SEEN)
    there(*(Path(file.path) for file in files))
    return {"languages": _SEEN, "files": files, "pairs": 5_000}


def there(*paths: Path) -> None:
    """raises: InputError   one of them is not there"""
    for path in paths:
        if not path.is_file():
            raise InputError(f"There is no {path}; the plan needs {Paper.data}")


PLAN = Paper()
