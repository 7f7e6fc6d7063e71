"""Extractive question answering, learnt in English and tested in every language."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from otcore.base.progress import Teller
from otcore.evaluation.transfer.answer_scores import exact_match, f1, units
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import drawn
from otcore.evaluation.transfer.squad_files import Question
from otcore.evaluation.transfer.task import ENGLISH, Encoder, LearntTask, Run, Scores

_GUESSES = 10  # random answers a question, for the chance level


@dataclass(frozen=True)
class QuestionAnswering(LearntTask):
    """Questions (`squad_files.Question`) with their contexts and answers."""

    measures: ClassVar = {"f1": "F1", "exact": "exact match"}

    def chance(self, settings: TransferSettings) -> Scores:
        """Of an answer that begins at a random word and is as long as a random English training answer."""
        lengths = [len(units(question.answers[0][0], ENGLISH)) for question in self.train]
        found = {}
        for code, questions in self.tests.items():
            random, some, guesses = np.random.default_rng(0), [], []
            for question in drawn(questions, settings.test_examples):
                words = units(question.context, code)
                for _ in range(_GUESSES):
                    first = int(random.integers(len(words)))
                    last = min(first + int(random.choice(lengths)), len(words)) - 1
                    guesses.append(question.context[words[first][0] : words[max(last, first)][1]])
                    some.append(question)
            found[code] = judged(guesses, some, code)
        return found

    def prepare(self, encoder: Encoder, settings: TransferSettings, tell: Teller) -> Run:
        from otcore.evaluation.transfer.fitting import seeded
        from otcore.evaluation.transfer.span_learner import Learner

        english = [drawn(self.train, settings.train_examples), drawn(self.dev, settings.dev_examples)]
        learner = Learner(encoder, settings, english, tell)
        tests = {code: drawn(questions, settings.test_examples) for code, questions in self.tests.items()}
        return seeded(lambda seed, told: learner.run(seed, tests, told))


def judged(found: Sequence[str], questions: Sequence[Question], code: str) -> dict[str, float]:
    """Mean F1 and exact match of an answer to each question."""
    wanted = [[answer for answer, _ in question.answers] for question in questions]
    scores = [(f1(text, answers, code), exact_match(text, answers, code)) for text, answers in zip(found, wanted, strict=True)]
    return dict(zip(("f1", "exact"), map(float, np.mean(scores, axis=0)), strict=True))
