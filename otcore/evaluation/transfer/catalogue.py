"""The tasks by name, and what each needs."""

import importlib
from dataclasses import dataclass

from otcore.base.errors import InputError
from otcore.evaluation.transfer.sources import Sources
from otcore.evaluation.transfer.types import Task


@dataclass(frozen=True)
class TaskKind:
    """A task to choose.

    label   : in a few words
    trained : whether a head is trained in English
    files   : "needed", "possible" (else the bundled collection), or "none"
    measures: key → name, the main one first; all in [0, 1]
    reader  : "module:function" from Sources to Task
    """

    label: str
    trained: bool
    files: str
    measures: dict[str, str]
    reader: str

    @property
    def bundled(self) -> bool:
        """Whether the bundled collection has the data for it."""
        return self.files != "needed"


_BOTH_WAYS = {"p@1": "P@1", "to english": "P@1 to English", "from english": "P@1 from English"}
_ANSWERS = {"f1": "F1", "exact": "exact match"}
TASKS = {
    "xnli": TaskKind("XNLI: entailment between two sentences", True, "needed", {"accuracy": "accuracy", "f1": "macro F1"}, "nli:read_xnli"),
    "xquad": TaskKind("XQuAD, TyDi QA: answers in a paragraph", True, "needed", _ANSWERS, "xquad:read_xquad"),
    "topics": TaskKind("topics of texts", True, "possible", {"accuracy": "accuracy", "f1": "macro F1"}, "topics:read_topics"),
    "search": TaskKind(
        "cross-lingual search", False, "none", {"ndcg": "nDCG", "mrr": "MRR", "recall": "recall"}, "search:read_search"
    ),
    "sentences": TaskKind("sentence retrieval (FLORES, Tatoeba)", False, "possible", _BOTH_WAYS, "sentences:read_sentences"),
    "words": TaskKind("word retrieval (CSLS)", False, "possible", _BOTH_WAYS, "words:read_words"),
}  # fmt: skip


def read_task(name: str, sources: Sources) -> Task:
    """The task with its data.

    raises: InputError   no such task; files it needs and does not have, or has and does not take; what its reader raises
    """
    if name not in TASKS:
        raise InputError(f"The task must be one of {', '.join(TASKS)}, not {name!r}.")
    kind = TASKS[name]
    if kind.files == "needed" and kind.trained and not sources.train:
        raise InputError(f"{name} learns from English files; give one or more with --train.")
    if kind.files == "needed" and not sources.tests:
        raise InputError(f"{name} is measured on files, one a language; give them with --test.")
    if not kind.trained and (sources.train or sources.dev):
        raise InputError(f"Nothing is trained in {name}; leave out --train and --dev.")
    if kind.files == "none" and sources.tests:
        raise InputError(f"{name} is measured on the bundled collection; leave out --test.")
    if sources.dev and not sources.train:
        raise InputError(f"{name} has a dev file but no training file; give one with --train.")
    module, function = kind.reader.split(":")
    return getattr(importlib.import_module(f"otcore.evaluation.transfer.{module}"), function)(sources)
