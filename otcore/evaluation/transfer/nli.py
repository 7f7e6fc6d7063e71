"""XNLI: does a premise entail a hypothesis, contradict it, or neither? Learnt in English, tested in other languages.

source: Conneau et al. 2018; macro F1 over the three labels is the figure of Alqahtani et al. 2021, table 1
"""

from otcore.base.errors import InputError
from otcore.evaluation.transfer.classification import Classification
from otcore.evaluation.transfer.files import Labelled, read_labelled
from otcore.evaluation.transfer.sources import Sources, apart
from otcore.evaluation.transfer.types import ENGLISH

LABELS = ("contradiction", "entailment", "neutral")
_OTHER_NAMES = {"contradictory": "contradiction"}  # MultiNLI as XNLI's authors give it out


def read_xnli(sources: Sources) -> Classification:
    """The task from TSV files: premise, hypothesis, label, with or without a line of column names.

    raises: InputError   what `read_labelled` raises, or a label that is none of the three
    """
    train = [example for path in sources.train for example in _read(path)]
    dev = [example for path in sources.dev for example in _read(path, ENGLISH)]
    if not dev:
        train, dev = apart(train, lambda example: example.texts[0], sources.held_out)
    return Classification("xnli", train, dev, {code: _read(path, code) for code, path in sources.tests.items()})


def _read(path: str, code: str | None = None) -> list[Labelled]:
    examples = [Labelled(one.texts, _OTHER_NAMES.get(one.label, one.label)) for one in read_labelled(path, 2, code)]
    for number, example in enumerate(examples, 1):
        if example.label not in LABELS:
            raise InputError(f"{path}, example {number}: “{example.label[:40]}” is none of {', '.join(LABELS)}; correct the third column.")
    return examples
