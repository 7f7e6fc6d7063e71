"""XQuAD, TyDi QA (gold passage), MLQA: questions on a paragraph, learnt in English, tested in other languages.

source: Artetxe et al. 2020; Clark et al. 2020; F1 and exact match as in `answer_scores`
"""

from typing import ClassVar

from otcore.evaluation.published import XQUAD
from otcore.evaluation.transfer.question_answering import QuestionAnswering
from otcore.evaluation.transfer.sources import Sources, english
from otcore.evaluation.transfer.squad_files import read_questions


class XQuad(QuestionAnswering):
    """Answers in a paragraph."""

    name = "xquad"
    label = "XQuAD, TyDi QA: answers in a paragraph"
    rank = 20
    about = "A head learns in English where in a paragraph an answer stands; the other languages are tested without an example of theirs."
    needs_files = True
    formats = "JSON files in the format of SQuAD 1.1, as XQuAD, MLQA and TyDi QA (gold passage) have them."
    published = (XQUAD, "f1")
    # Usual values for encoders of this size, not swept; as for XNLI. With the bundled base English dev comes to an F1 of .310.
    own: ClassVar = {
        "train": "encoder",
        "head": {"epochs": 10, "patience": 3, "batch": 16, "head_rate": 1e-3, "encoder_rate": 1e-4, "length": 256},
        "encoder": {"epochs": 4, "patience": 2, "batch": 16, "head_rate": 1e-3, "encoder_rate": 3e-4, "length": 256},
    }

    @classmethod
    def read(cls, sources: Sources) -> "XQuad":
        """From files in SQuAD 1.1's JSON.

        raises: InputError   what `read_questions` raises
        """
        train, dev = english(sources, read_questions, lambda question: question.context)
        return cls(train, dev, {code: read_questions(path) for code, path in sources.tests.items()})


TASK = XQuad
