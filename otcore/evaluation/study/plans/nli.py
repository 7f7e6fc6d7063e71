"""XNLI of the paper's experiment with all the English examples there are, five times as many: how far an encoder gets, and whether what
an objective does stands out more."""

import dataclasses
from pathlib import Path
from typing import Any

from otcore.evaluation.study.part import Part, TaskPart
from otcore.evaluation.study.plan import UNTUNED, Plan, Study
from otcore.evaluation.study.plans.paper import XNLI_SETTINGS, Paper, european_pairs, there, xnli_sources

_ROWS = (UNTUNED, "contrastive-ot", "contrastive-strong", "word-ot")


class Nli(Plan):
    name, label, rank = "nli", "XNLI from more English", 15
    about = "Entailment as in the plan paper, learnt from all 32,000 English examples instead of 6,000. About an hour of a core a cell."
    encoder = "e5-small"
    steps = 200
    data = f"as the plan paper: {Paper.data}"

    def parts(self, data: Path) -> tuple[Part, ...]:
        sources = xnli_sources(data / "benchmarks")
        there(*(Path(path) for path in (*sources.train, *sources.dev, *sources.tests.values())))
        settings = dataclasses.replace(XNLI_SETTINGS, train_examples=None)
        return (TaskPart("xnli", settings, sources, "XNLI, all 32,000 English examples × 2, 1,000 tests a language"),)

    def tuning(self, data: Path) -> dict[str, Any]:
        return european_pairs(data)

    def study(self, data: Path | None = None, **other: Any) -> Study:
        return super().study(data, **{**other, "rows": other.get("rows") or _ROWS})


PLAN = Nli()
