"""Questions with the parts of their contexts that fit an encoder, and the way back from pieces to characters."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from otcore.evaluation.transfer.inputs import Joiner, Joint, Pieces
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.squad_files import Question

_QUESTION_SHARE = 3  # a question gets a third of an input at most
NOWHERE = (0, 0)  # the first special token stands for an answer that is not in the window


@dataclass(frozen=True)
class Window:
    """A question with a part of its context.

    question: its number
    joint   : the question first, the context second
    offsets : start and end in the context's text of each of its pieces that are in the window
    gold    : first and last place of the answer in the input, both inside; NOWHERE without it
    """

    question: int
    joint: Joint
    offsets: tuple[tuple[int, int], ...]
    gold: tuple[int, int] = NOWHERE


def make_windows(joiner: Joiner, questions: Sequence[Question], settings: TransferSettings, longest: int) -> list[Window]:
    """The windows of all questions in order, each over the whole context together, neighbours sharing `stride` pieces.

    longest: of an input, special tokens included, as the encoder allows
    """
    contexts = list(dict.fromkeys(question.context for question in questions))
    pieces = dict(zip(contexts, joiner.pieces(contexts), strict=True))
    asked = joiner.pieces([question.question for question in questions])
    windows = []
    for number, (question, words) in enumerate(zip(questions, asked, strict=True)):
        room = min(settings.length, longest) - joiner.overhead()
        ids = words.ids[: max(room // _QUESTION_SHARE, 1)]
        windows += _of_one(joiner, number, question, ids, pieces[question.context], (max(room - len(ids), 1), settings.stride))
    return windows


def _of_one(joiner: Joiner, number: int, question: Question, ids: Sequence[int], context: Pieces, size: tuple[int, int]) -> list[Window]:
    width, stride = size
    step = max(width - stride, 1)
    found, start = [], 0
    answer, begin = question.answers[0]
    span = answer_pieces(context.offsets, begin, begin + len(answer))
    while True:
        end = min(start + width, len(context))
        joint = joiner.join(ids, context.ids[start:end])
        place = joint.second[0] - start
        inside = span is not None and start <= span[0] and span[1] < end
        gold = (span[0] + place, span[1] + place) if inside else NOWHERE
        found.append(Window(number, joint, context.offsets[start:end], gold))
        if end == len(context):
            return found
        start += step


def answer_pieces(offsets: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """First and last of the pieces that share a character with text[start:end]; None where none does."""
    touched = [place for place, (left, right) in enumerate(offsets) if left < end and right > start]
    return (touched[0], touched[-1]) if touched else None


def answer_text(context: str, offsets: Sequence[tuple[int, int]], first: int, last: int) -> str:
    """The characters from the first piece's begin to the last one's end, without white space around them."""
    return context[offsets[first][0] : max(offsets[last][1], offsets[first][0])].strip()


def best_spans(scores: Tensor, windows: Sequence[Window], longest: int) -> list[tuple[float, int, int]]:
    """For each window the best score start + end, and first and last piece within `Window.offsets`, at most `longest` pieces.

    scores: (b, t, 2) of every place as the first and as the last of the answer
    """
    found = []
    for row, window in enumerate(windows):
        begin, end = window.joint.second
        sums = scores[row, begin:end, 0][:, None] + scores[row, begin:end, 1][None, :]  # (n, n) first × last
        allowed = sums.new_ones(sums.shape).triu().tril(longest - 1).bool()
        best = int(sums.masked_fill(~allowed, float("-inf")).argmax())
        first, last = divmod(best, end - begin)
        found.append((float(sums[first, last]), first, last))
    return found
