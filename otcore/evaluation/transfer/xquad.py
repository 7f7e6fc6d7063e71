"""XQuAD, TyDi QA (gold passage), MLQA: questions on a paragraph, learnt in English, tested in other languages.

source: Artetxe et al. 2020; Clark et al. 2020; F1 and exact match as in `answers`
"""

from otcore.evaluation.transfer.qa import QuestionAnswering
from otcore.evaluation.transfer.sources import Sources, apart
from otcore.evaluation.transfer.squad import read_questions


def read_xquad(sources: Sources) -> QuestionAnswering:
    """The task from files in SQuAD 1.1's JSON.

    raises: InputError   what `read_questions` raises
    """
    train = _all(sources.train)
    dev = _all(sources.dev)
    if not dev:
        train, dev = apart(train, lambda question: question.context, sources.held_out)
    return QuestionAnswering("xquad", train, dev, {code: read_questions(path) for code, path in sources.tests.items()})


def _all(paths) -> list:
    return [question for path in paths for question in read_questions(path)]
