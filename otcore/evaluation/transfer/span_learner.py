"""Learning where in its context a question's answer stands: a head that scores every piece as the first and the last of the answer.

source: the span head of Devlin et al. 2019 §4.2; here it also sees each piece's product with the mean of the question's pieces
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from otcore.base.progress import Teller
from otcore.encoders.encoder import Encoder
from otcore.evaluation.transfer.fitting import Training, fit, hidden_layer
from otcore.evaluation.transfer.inputs import Joiner, Joint, Reader, by_length, span_means, training_batches
from otcore.evaluation.transfer.question_answering import judged
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.squad_files import Question
from otcore.evaluation.transfer.task import ENGLISH, Outcome
from otcore.evaluation.transfer.windows import Window, answer_text, best_spans, make_windows

_CACHE_BYTES = 1 << 30  # of a frozen encoder's vectors that are kept; more are read anew in every pass


class SpanHead(nn.Module):
    """Vectors (b, t, d) of inputs to scores (b, t, 2) of each place as first and last of the answer; outside the context −∞, but for
    the first place, which stands for no answer."""

    def __init__(self, dimension: int, settings: TransferSettings) -> None:
        super().__init__()
        self.layers = hidden_layer(2 * dimension, 2, settings)

    def forward(self, hidden: Tensor, inputs: Sequence[Joint]) -> Tensor:
        question = span_means(hidden, [entry.first for entry in inputs])[:, None]
        scores = self.layers(torch.cat([hidden, hidden * question], dim=2))
        places = torch.arange(hidden.shape[1], device=hidden.device)
        begin, end = torch.tensor([entry.second for entry in inputs], device=hidden.device).T[:, :, None]
        inside = ((places >= begin) & (places < end)) | (places == 0)
        return scores.masked_fill(~inside[:, :, None], float("-inf"))


class Vectors:
    """The windows of one language, and their vectors under a reader.

    kept: those of a frozen encoder, in half precision
    """

    def __init__(self, code: str, windows: Sequence[Window]) -> None:
        self.code, self.windows = code, windows
        self.kept: list[Tensor] = []

    @property
    def lengths(self) -> list[int]:
        """Pieces of each window's input."""
        return [len(window.joint.ids) for window in self.windows]

    def inputs(self, chosen: Sequence[int]) -> list[Joint]:
        return [self.windows[index].joint for index in chosen]

    def of(self, reader: Reader, chosen: Sequence[int]) -> Tensor:
        """(b, t, d) of some windows; without a gradient where the reader is not trained."""
        if self.kept:
            return nn.utils.rnn.pad_sequence([self.kept[index] for index in chosen], batch_first=True).float().to(reader.device)
        with torch.set_grad_enabled(torch.is_grad_enabled() and bool(reader.trained)):
            return reader(self.inputs(chosen), self.code)[0]

    @torch.no_grad()
    def remember(self, reader: Reader, tell: Teller) -> None:
        """Keeps the vectors, where they fit."""
        lengths = self.lengths
        if sum(lengths) * reader.dimension * 2 > _CACHE_BYTES:
            return
        kept: list[Tensor] = [torch.empty(0)] * len(lengths)
        for done, (batch, told) in enumerate(tell.each(list(by_length(lengths)))):
            hidden = self.of(reader, batch)
            for row, index in enumerate(batch):
                kept[index] = hidden[row, : lengths[index]].half()
            told(1, f"{len(lengths)} windows: batch {done + 1} encoded")
        self.kept = kept


class Learner:
    """Trains on English windows and answers questions; what all seeds share is made at once.

    english: questions to learn from, and to stop early on
    """

    def __init__(self, encoder: Encoder, settings: TransferSettings, english: Sequence[Sequence[Question]], tell: Teller) -> None:
        self._encoder, self._settings, self._joiner, self._dev = encoder, settings, Joiner(encoder), english[1]
        self._english = []
        for questions, told in tell.part(0, 0.1).each(english):
            self._english.append(self._windows(ENGLISH, questions))
            told(1, f"{len(self._english[-1].windows)} windows of {len(questions)} questions")
        if settings.frozen:
            for vectors, told in tell.part(0.1, 1).each(self._english):
                vectors.remember(self._reader(), told)

    def run(self, seed: int, tests: Mapping[str, Sequence[Question]], tell: Teller) -> Outcome:
        """Learns, and answers the questions of each language."""
        train, dev = self._english
        reader, random = self._reader(), np.random.default_rng(seed)
        head = SpanHead(reader.dimension, self._settings).to(reader.device)

        def loss(chosen: np.ndarray) -> Tensor:
            scores = head(train.of(reader, chosen), train.inputs(chosen))
            gold = torch.tensor([train.windows[index].gold for index in chosen], device=scores.device)
            return sum(nn.functional.cross_entropy(scores[:, :, side], gold[:, side]) for side in (0, 1)) / 2

        def score(vectors: Vectors, questions: Sequence[Question], told: Teller) -> dict[str, float]:
            return judged(self._answers(reader, head, vectors, questions, told), questions, vectors.code)

        def batches() -> list[np.ndarray]:
            return training_batches(train.lengths, self._settings.batch, random)

        watched, trained = Teller(stop=tell.stop), None if self._settings.frozen else reader
        training = Training(head, trained, batches, loss, lambda: score(dev, self._dev, watched)["f1"])
        history = fit(training, self._settings, tell.part(0, 0.7))
        each = tell.part(0.7, 1).each(tests.items())
        scores = {code: score(self._windows(code, questions), questions, told) for (code, questions), told in each}
        return Outcome(scores, max(history), len(history))

    def _reader(self) -> Reader:
        return Reader(self._encoder, self._settings, trained=not self._settings.frozen).eval()

    def _windows(self, code: str, questions: Sequence[Question]) -> Vectors:
        return Vectors(code, make_windows(self._joiner, questions, self._settings, self._encoder.max_pieces))

    @torch.no_grad()
    def _answers(self, reader: Reader, head: SpanHead, vectors: Vectors, questions: Sequence[Question], tell: Teller) -> list[str]:
        """The answer to each question, of its windows the best."""
        best: list[tuple[float, str]] = [(float("-inf"), "")] * len(questions)
        batches = list(by_length(vectors.lengths))
        for number, (batch, told) in enumerate(tell.each(batches), 1):
            some = [vectors.windows[index] for index in batch]
            spans = best_spans(head(vectors.of(reader, batch), vectors.inputs(batch)), some, self._settings.answer)
            for window, (score, start, end) in zip(some, spans, strict=True):
                text = answer_text(questions[window.question].context, window.offsets, start, end)
                best[window.question] = max(best[window.question], (score, text), key=lambda entry: entry[0])
            told(1, f"{vectors.code}: {number} of {len(batches)} batches answered")
        return [text for _, text in best]
