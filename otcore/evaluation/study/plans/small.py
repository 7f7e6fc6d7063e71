"""The grid on what comes with the project, in minutes: to see how a study goes, and what objectives do to a small encoder."""

from pathlib import Path
from typing import Any

from otcore.corpora.collection import load_collection
from otcore.corpora.pair_files import PIVOT
from otcore.evaluation.study.part import LinksPart, Part, TaskPart
from otcore.evaluation.study.plan import Plan
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import Sources


class Small(Plan):
    name, label, rank = "small", "Bundled tasks", 20
    about = "Every objective on the bundled sentences, measured on those that no run sees: links, retrieval, topics. Minutes."
    encoder = "base"
    steps = 40

    def parts(self, data: Path | None) -> tuple[Part, ...]:
        others = [code for code in load_collection().languages if code != PIVOT]
        everything = TransferSettings()
        return (
            LinksPart("links", "AER, the collection's test part", others),
            TaskPart("sentences", everything, Sources()),
            TaskPart("topics", everything, Sources()),
        )

    def tuning(self, data: Path | None) -> dict[str, Any]:
        return {"languages": ("de", "fr", "es"), "pairs": 400}


PLAN = Small()
