"""Extractive question answering: a head that scores every piece of the context as the first and the last of the answer.

source: the span head of Devlin et al. 2019 §4.2; here it also sees each piece's product with the mean of the question's pieces
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from otcore.base.progress import Teller
from otcore.encoders.encoder import Encoder
from otcore.evaluation.transfer import answers
from otcore.evaluation.transfer.classification import drawn
from otcore.evaluation.transfer.fitting import Training, fit
from otcore.evaluation.transfer.inputs import Joiner, Joint, Reader, by_length, span_means, training_batches
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.squad import Question
from otcore.evaluation.transfer.types import ENGLISH, Outcome, Run, Scores
from otcore.evaluation.transfer.windows import Window, answer_text, best_spans, make_windows

_CACHE_BYTES = 1 << 30  # of a frozen encoder's vectors that are kept; more are read anew in every pass
_GUESSES = 10  # random answers a question, for the chance level


@dataclass(frozen=True)
class QuestionAnswering:
    """A task: English questions to learn from and to stop early on, questions of each language to be tested on."""

    name: str
    train: Sequence[Question]
    dev: Sequence[Question]
    tests: Mapping[str, Sequence[Question]]
    measures: tuple[str, ...] = ("f1", "exact")
    trained: bool = True

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.tests)

    def chance(self, settings: TransferSettings) -> Scores:
        """Of an answer that begins at a random word and is as long as a random English training answer."""
        lengths = [len(answers.units(question.answers[0][0], ENGLISH)) for question in self.train]
        found = {}
        for code, questions in self.tests.items():
            random = np.random.default_rng(0)
            scores = []
            for question in drawn(questions, settings.test_examples):
                words = answers.units(question.context, code)
                for _ in range(_GUESSES):
                    first = int(random.integers(len(words)))
                    last = min(first + int(random.choice(lengths)), len(words)) - 1
                    scores.append(_judged(question.context[words[first][0] : words[max(last, first)][1]], question, code))
            found[code] = _mean(scores)
        return found

    def prepare(self, encoder: Encoder, settings: TransferSettings, tell: Teller) -> Run:
        parts = {ENGLISH: drawn(self.train, settings.train_examples), "dev": drawn(self.dev, settings.dev_examples)}
        joiner, windows = Joiner(encoder), {}
        for number, (part, questions) in enumerate(parts.items()):
            windows[part] = make_windows(joiner, questions, settings, encoder.max_pieces)
            tell(0.1 * number, f"{len(windows[part])} windows of {len(questions)} questions")
        learner = _Learner(encoder, settings, joiner, windows, parts)
        if settings.train == "head":
            learner.remember(tell.part(0.1, 1.0))
        tests = {code: drawn(questions, settings.test_examples) for code, questions in self.tests.items()}

        def run(seed: int, told: Teller) -> Outcome:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                return learner.run(seed, tests, told)

        return run


class SpanHead(nn.Module):
    """Vectors (b, t, d) of inputs to scores (b, t, 2) of each place as first and last of the answer; outside the context −∞, but for
    the first place, which stands for no answer."""

    def __init__(self, dimension: int, settings: TransferSettings) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.LayerNorm(2 * dimension), nn.Linear(2 * dimension, settings.hidden), nn.GELU(), nn.Dropout(settings.dropout),
            nn.Linear(settings.hidden, 2),
        )  # fmt: skip

    def forward(self, hidden: Tensor, inputs: Sequence[Joint]) -> Tensor:
        question = span_means(hidden, [entry.first for entry in inputs])[:, None]
        scores = self.layers(torch.cat([hidden, hidden * question], dim=2))
        places = torch.arange(hidden.shape[1], device=hidden.device)
        begin, end = torch.tensor([entry.second for entry in inputs], device=hidden.device).T[:, :, None]
        inside = ((places >= begin) & (places < end)) | (places == 0)
        return scores.masked_fill(~inside[:, :, None], float("-inf"))


class _Learner:
    """Trains on the English windows and answers questions."""

    def __init__(self, encoder: Encoder, settings: TransferSettings, joiner: Joiner, windows, parts) -> None:
        self._encoder, self._settings, self._joiner = encoder, settings, joiner
        self._windows: dict[str, list[Window]] = windows
        self._parts: dict[str, Sequence[Question]] = parts
        self._kept: dict[str, list[Tensor]] = {}
        self._frozen = settings.train == "head"
        self._reader = self._new_reader() if self._frozen else None

    def _new_reader(self) -> Reader:
        return Reader(self._encoder, self._settings, trained=not self._frozen).eval()

    def remember(self, tell: Teller) -> None:
        """Keeps a frozen encoder's vectors of the English windows in half precision, where they fit."""
        for number, (part, windows) in enumerate(self._windows.items()):
            told = tell.part(number / len(self._windows), (number + 1) / len(self._windows))
            if sum(len(window.joint.ids) for window in windows) * self._encoder.dimension * 2 > _CACHE_BYTES:
                continue
            kept: list[Tensor] = [torch.empty(0)] * len(windows)
            done = 0
            for batch in by_length([len(window.joint.ids) for window in windows]):
                hidden = self._read(self._reader, [windows[index].joint for index in batch], ENGLISH)
                for row, index in enumerate(batch):
                    kept[index] = hidden[row, : len(windows[index].joint.ids)].half()
                done += len(batch)
                told(done / len(windows), f"{part}: {done} of {len(windows)} windows encoded")
            self._kept[part] = kept

    def run(self, seed: int, tests: Mapping[str, Sequence[Question]], tell: Teller) -> Outcome:
        settings = self._settings
        reader = self._reader if self._frozen else self._new_reader()
        head = SpanHead(reader.dimension, settings).to(reader.device)
        windows, random = self._windows[ENGLISH], np.random.default_rng(seed)
        lengths = [len(window.joint.ids) for window in windows]
        first = training_batches(lengths, settings.batch, random)

        def loss(chosen: np.ndarray) -> Tensor:
            inputs = [windows[index].joint for index in chosen]
            scores = head(self._vectors(reader, ENGLISH, chosen), inputs)
            gold = torch.tensor([windows[index].gold for index in chosen], device=scores.device)
            return sum(nn.functional.cross_entropy(scores[:, :, side], gold[:, side]) for side in (0, 1)) / 2

        def dev() -> float:
            found = self._answers(reader, head, "dev", self._parts["dev"], self._windows["dev"], Teller(stop=tell.stop))
            return _scores(found, self._parts["dev"], ENGLISH)["f1"]

        training = Training(
            head, None if self._frozen else reader, len(first),
            lambda epoch: first if epoch == 0 else training_batches(lengths, settings.batch, random), loss, dev,
        )  # fmt: skip
        fitted = fit(training, settings, tell.part(0, 0.7))
        scores = {}
        for number, (code, questions) in enumerate(tests.items()):
            told = tell.part(0.7 + 0.3 * number / len(tests), 0.7 + 0.3 * (number + 1) / len(tests))
            asked = make_windows(self._joiner, questions, settings, self._encoder.max_pieces)
            scores[code] = _scores(self._answers(reader, head, code, questions, asked, told), questions, code)
        return Outcome(scores, fitted.best, len(fitted.history))

    def _vectors(self, reader: Reader, part: str, chosen: Sequence[int]) -> Tensor:
        if part in self._kept:
            return nn.utils.rnn.pad_sequence([self._kept[part][index] for index in chosen], batch_first=True).float().to(reader.device)
        inputs = [self._windows[part][index].joint for index in chosen]
        return self._read(reader, inputs, ENGLISH) if self._frozen else reader(inputs)[0]

    @staticmethod
    @torch.no_grad()
    def _read(reader: Reader, inputs: Sequence[Joint], code: str) -> Tensor:
        return reader(inputs, code)[0]

    @torch.no_grad()
    def _answers(self, reader, head, part: str, questions: Sequence[Question], windows: Sequence[Window], tell: Teller) -> list[str]:
        """The answer to each question, of its windows the best."""
        best: list[tuple[float, str]] = [(float("-inf"), "")] * len(questions)
        done = 0
        for batch in by_length([len(window.joint.ids) for window in windows]):
            some = [windows[index] for index in batch]
            known = part == "dev" and part in self._kept
            code = ENGLISH if part == "dev" else part
            hidden = self._vectors(reader, part, batch) if known else self._read(reader, [window.joint for window in some], code)
            spans = best_spans(head(hidden, [window.joint for window in some]), some, self._settings.answer)
            for window, (score, start, end) in zip(some, spans, strict=True):
                text = answer_text(questions[window.question].context, window.offsets, start, end)
                best[window.question] = max(best[window.question], (score, text), key=lambda entry: entry[0])
            done += len(batch)
            tell(done / len(windows), f"{part}: {done} of {len(windows)} windows answered")
        return [text for _, text in best]


def _scores(found: Sequence[str], questions: Sequence[Question], code: str) -> dict[str, float]:
    return _mean([_judged(text, question, code) for text, question in zip(found, questions, strict=True)])


def _judged(text: str, question: Question, code: str) -> tuple[float, float]:
    wanted = [answer for answer, _ in question.answers]
    return answers.f1(text, wanted, code), answers.exact_match(text, wanted, code)


def _mean(scores: Sequence[tuple[float, float]]) -> dict[str, float]:
    f1, exact = np.mean(scores, axis=0)
    return {"f1": float(f1), "exact": float(exact)}
