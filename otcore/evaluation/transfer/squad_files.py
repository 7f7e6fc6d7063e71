"""Questions in SQuAD 1.1's JSON, as XQuAD, MLQA and TyDi QA (gold passage) are given out."""

import json
from dataclasses import dataclass
from typing import Any

from otcore.base.errors import InputError
from otcore.text.packed import opened


@dataclass(frozen=True)
class Question:
    """A question with its context.

    answers: (text, start) of each that counts as right; `context[start:start + len(text)] == text`; never empty
    group  : number of its article, so that articles are not divided between training and dev
    """

    id: str
    question: str
    context: str
    answers: tuple[tuple[str, int], ...]
    group: int


def read_questions(path: str) -> list[Question]:
    """All questions of a file, text as it is (no normal form: answers are places in it).

    raises: InputError   unreadable, not JSON, not of this format, a question without an answer or with one not in its context
    """
    questions = []
    for group, article in enumerate(_value(_content(path), "data", list, path)):
        for paragraph in _value(article, "paragraphs", list, path):
            context = _value(paragraph, "context", str, path)
            questions += [_question(entry, context, group, path) for entry in _value(paragraph, "qas", list, path)]
    if not questions:
        raise InputError(f"{path} has no questions; give a file in the format of SQuAD 1.1.")
    return questions


def _content(path: str) -> Any:
    with opened(path, path) as file:
        content = file.read()
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON in UTF-8 ({str(error)[:100]}); give a file in the format of SQuAD 1.1.") from error


def _question(entry: Any, context: str, group: int, path: str) -> Question:
    id = str(entry.get("id", "")) if isinstance(entry, dict) else ""
    where = f"{path}, question {id or '?'}"
    question = _value(entry, "question", str, where)
    answers = dict.fromkeys(_answer(answer, context, where) for answer in _value(entry, "answers", list, where))
    if not answers:
        raise InputError(f"{where}, has no answer; questions without one (SQuAD 2.0) are not asked here, so remove them.")
    return Question(id, question, context, tuple(answers), group)


def _answer(answer: Any, context: str, where: str) -> tuple[str, int]:
    text = _value(answer, "text", str, where)
    start = answer.get("answer_start")
    if isinstance(start, bool) or not isinstance(start, int):
        raise InputError(f"{where}: an answer has no answer_start; give the place of its first character in the context.")
    if context[start : start + len(text)] == text and start >= 0:
        return text, start
    places = [place for place in range(len(context)) if context.startswith(text, place)]
    if not places:
        raise InputError(f"{where}: the answer “{text[:40]}” does not stand in its context; correct or remove it.")
    return text, min(places, key=lambda place: abs(place - start))  # files made by other tools count bytes, or from 1


def _value(entry: Any, key: str, kind: type, where: str) -> Any:
    """A list, or a text that is not blank."""
    value = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(value, kind) or (kind is str and not value.strip()):
        name = "list" if kind is list else "text"
        raise InputError(f"{where}: no {name} “{key}” where SQuAD 1.1's format has one; check the file.")
    return value
