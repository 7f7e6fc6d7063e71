"""XNLI: does a premise entail a hypothesis, contradict it, or neither? Learnt in English, tested in other languages.

source: Conneau et al. 2018; macro F1 over the three labels is the figure of Alqahtani et al. 2021, table 1
"""

from typing import ClassVar

from otcore.base.errors import InputError
from otcore.evaluation.published import XNLI
from otcore.evaluation.transfer.classification import Classification
from otcore.evaluation.transfer.labelled_files import Labelled, read_labelled
from otcore.evaluation.transfer.sources import Sources, english
from otcore.evaluation.transfer.task import ENGLISH

LABELS = ("contradiction", "entailment", "neutral")
_OTHER_NAMES = {"contradictory": "contradiction"}  # MultiNLI as XNLI's authors give it out


class Xnli(Classification):
    """Entailment between two sentences."""

    name = "xnli"
    label = "XNLI: entailment between two sentences"
    rank = 10
    about = "A head learns entailment in English; the other languages are tested without an example of theirs."
    needs_files = True
    formats = "TSV files as XNLI has them: premise, hypothesis, label."
    published = (XNLI, "f1")
    # Usual values for encoders of this size, not swept. With the bundled base (tests/benchmarks/transfer.py) English dev comes to an
    # accuracy of .474, and a seed takes some 12 minutes of one core.
    own: ClassVar = {
        "train": "encoder",
        "head": {"epochs": 30, "patience": 4, "batch": 64, "head_rate": 1e-3, "encoder_rate": 1e-4, "length": 128},
        "encoder": {"epochs": 4, "patience": 2, "batch": 32, "head_rate": 1e-3, "encoder_rate": 3e-4, "length": 128},
    }

    @classmethod
    def read(cls, sources: Sources) -> "Xnli":
        """From TSV files: premise, hypothesis, label, with or without a line of column names.

        raises: InputError   what `read_labelled` raises, or a label that is none of the three
        """
        train, dev = english(sources, _read, lambda example: example.texts[0], lambda path: _read(path, ENGLISH))
        return cls(train, dev, {code: _read(path, code) for code, path in sources.tests.items()})


def _read(path: str, code: str | None = None) -> list[Labelled]:
    examples = [Labelled(one.texts, _OTHER_NAMES.get(one.label, one.label)) for one in read_labelled(path, 2, code)]
    for number, example in enumerate(examples, 1):
        if example.label not in LABELS:
            raise InputError(f"{path}, example {number}: “{example.label[:40]}” is none of {', '.join(LABELS)}; correct the third column.")
    return examples


TASK = Xnli
