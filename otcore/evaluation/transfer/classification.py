"""Classification of texts or of pairs of texts, learnt in English and tested in every language."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.evaluation.transfer.labelled_files import Labelled
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import drawn
from otcore.evaluation.transfer.task import ENGLISH, Encoder, LearntTask, Run, Scores


@dataclass(frozen=True)
class Part:
    """Examples of one language that are trained on, watched or tested: their texts, and the number of each one's label."""

    code: str
    texts: Sequence[tuple[str, ...]]
    gold: np.ndarray


@dataclass(frozen=True)
class Classification(LearntTask):
    """`Labelled` texts.

    raises: InputError   a test label that is not among those of the training data, or fewer than two of these
    """

    measures: ClassVar = {"accuracy": "accuracy", "f1": "macro F1"}

    def __post_init__(self) -> None:
        known = set(self.labels)
        if len(known) < 2:
            raise InputError(f"The training data has the label {', '.join(known)} only; two different ones are needed.")
        for code, examples in {"dev": self.dev, **self.tests}.items():
            if odd := sorted({example.label for example in examples} - known):
                raise InputError(f"The label “{odd[0][:40]}” of {code} is not in the training data; it has {', '.join(self.labels)[:200]}.")

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(sorted({example.label for example in self.train}))

    def chance(self, settings: TransferSettings) -> Scores:
        """Of the better of two who know nothing, for each measure: one always says the most frequent training label, the
        other draws labels evenly (accuracy 1 / labels; macro F1 in expectation over many draws, to first order)."""
        count = len(self.labels)
        frequent = int(np.bincount(self._part(ENGLISH, self.train, settings.train_examples).gold, minlength=count).argmax())
        found = {}
        for code, examples in self.tests.items():
            gold = self._part(code, examples, settings.test_examples).gold
            scores = label_scores(gold, np.full(len(gold), frequent), count)
            shares = np.bincount(gold, minlength=count) / len(gold)
            random = float(np.mean(2 * shares / (shares * count + 1)))  # F1 of a class: precision its share, recall 1 / labels
            found[code] = {"accuracy": max(scores["accuracy"], 1 / count), "f1": max(scores["f1"], random)}
        return found

    def prepare(self, encoder: Encoder, settings: TransferSettings, tell: Teller) -> Run:
        from otcore.evaluation.transfer.label_learner import learner

        train = self._part(ENGLISH, self.train, settings.train_examples)
        dev = self._part(ENGLISH, self.dev, settings.dev_examples)
        tests = [self._part(code, examples, settings.test_examples) for code, examples in self.tests.items()]
        return learner(encoder, settings, [train, dev, *tests], len(self.labels), tell)

    def _part(self, code: str, examples: Sequence[Labelled], most: int | None) -> Part:
        numbers, some = {label: number for number, label in enumerate(self.labels)}, drawn(examples, most)
        return Part(code, [example.texts for example in some], np.array([numbers[example.label] for example in some]))


def label_scores(gold: np.ndarray, found: np.ndarray, labels: int) -> dict[str, float]:
    """Accuracy, and F1 averaged over all labels alike (the paper's XNLI F1)."""
    from sklearn.metrics import accuracy_score, f1_score

    macro = f1_score(gold, found, labels=range(labels), average="macro", zero_division=0.0)
    return {"accuracy": float(accuracy_score(gold, found)), "f1": float(macro)}
