"""Batches of pairs as student and teacher see them, with short texts cut from their sentences, by seed and step number alone."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from otcore.pretraining.batches import pad, sentence_rows, tensors
from otcore.pretraining.contrastive import PairBatch, PairBatches, pair_batch
from otcore.pretraining.recipe import ContrastiveSettings, DistillingSettings
from otcore.pretraining.store import Ragged
from otcore.pretraining.taught import TaughtSide, TaughtText
from otcore.pretraining.vocabulary import BOS, EOS, PAD

_WORDS, _PIECES = (1, 5), (2, 6)  # of a short text, and where words are not set apart
_SPACED = 0.25  # where fewer of a sentence's subwords begin a word, it is of a script without spaces


@dataclass(frozen=True)
class Bags:
    """For each subword of the student's side its subwords of the teacher's: ``places[starts[i]:starts[i + 1]]``, flat indices within the
    half of the teacher's batch."""

    places: Tensor
    starts: Tensor

    def means(self, states: Tensor, count: int) -> Tensor:
        """Return (count, d) means of the teacher's ``states`` (subwords of this half, d) for the first ``count`` of the student's."""
        starts = self.starts[: count + 1].to(states.device)
        places = self.places[: int(starts[-1])].to(states.device)
        return torch.nn.functional.embedding_bag(places, states, starts, mode="mean", include_last_offset=True)


@dataclass(frozen=True)
class Lesson:
    """Pairs of one language: as the student has them, the teacher's ids (2 × pairs, length) of the same, English first, what of the
    teacher's the student's subwords lie on by sides, and the ids of short texts cut from the first pairs (texts, ·), for both."""

    pairs: PairBatch
    teacher: Tensor
    bags: tuple[Bags, Bags]
    short: Tensor
    short_teacher: Tensor


class Lessons:
    """The batches of the stage and, of each language, one of held-out pairs."""

    def __init__(self, texts: list[TaughtText], marked: np.ndarray, settings: DistillingSettings, seed: int) -> None:
        """``marked`` (vocabulary,) says which of the student's subwords begin a word."""
        self._texts = {text.linked.pairs.language: text for text in texts}
        self._marked, self._settings, self._seed = marked, settings, seed
        drawn = ContrastiveSettings(tokens=settings.tokens, pairs=settings.pairs, language_exponent=settings.language_exponent)
        self._batches = PairBatches([text.linked for text in texts], drawn, seed)

    def batch(self, step: int) -> Lesson:
        """Return the batch of one training step."""
        linked, rows = self._batches.draw(step)
        return self._lesson(self._texts[linked.pairs.language], rows, np.random.default_rng([self._seed, 6, step]))

    def held_out(self) -> list[Lesson]:
        """Return one batch of held-out pairs a language, with short texts that are always the same."""
        counts = [(text, min(self._settings.evaluated, text.linked.pairs.held_out)) for text in self._texts.values()]
        return [self._lesson(text, np.arange(count), np.random.default_rng([self._seed, 7])) for text, count in counts if count > 1]

    def _lesson(self, text: TaughtText, rows: np.ndarray, rng: np.random.Generator) -> Lesson:
        sides = (text.linked.pairs.english, text.english), (text.linked.pairs.other, text.other)
        teacher = pad([row for _, theirs in sides for row in sentence_rows(theirs.ids, rows)], PAD)
        bags = tuple(bags_of(theirs.spans, rows, teacher.shape[1]) for _, theirs in sides)
        first = rows[: self._settings.short_texts // 2]
        short = [_short(own, theirs, int(row), self._marked, rng) for own, theirs in sides for row in first]
        ids = [pad([np.concatenate([[BOS], pair[side], [EOS]]) for pair in short], PAD) for side in (0, 1)]
        return Lesson(pair_batch(text.linked, rows), torch.from_numpy(teacher), bags, *tensors(*ids))


def bags_of(spans: Ragged, rows: np.ndarray, width: int) -> Bags:
    """Return the bags of one side of a batch whose teacher's rows are ``width`` long, one special token first."""
    chosen = spans.take(rows)
    first, last = chosen.flat.reshape(-1, 2).T.astype(np.int64) + 1 + np.repeat(np.arange(len(rows)) * width, chosen.lengths // 2)
    starts = np.concatenate([[0], np.cumsum(last - first)])
    places = np.repeat(first - starts[:-1], last - first) + np.arange(starts[-1])
    return Bags(*tensors(places, starts))


def short_run(ids: np.ndarray, spans: np.ndarray, marked: np.ndarray, rng: np.random.Generator) -> tuple[int, int]:
    """Return where a random short text begins and ends (exclusive) among a sentence's subwords ``ids`` (n,).

    It is 1 to 5 whole words, or 2 to 6 subwords where the script has no spaces, and less of a sentence that has less. It never parts
    subwords that lie on the same one of the teacher's, ``spans`` (n, 2).
    """
    begins = marked[ids]
    spaced = begins.mean() >= _SPACED
    begins = begins | (not spaced)
    begins[1:] &= spans[1:, 0] >= spans[:-1, 1]
    begins[0] = True
    cuts = np.append(np.flatnonzero(begins), len(ids))
    least, most = _WORDS if spaced else _PIECES
    count = min(len(cuts) - 1, int(rng.integers(least, most + 1)))
    first = int(rng.integers(0, len(cuts) - count))
    return int(cuts[first]), int(cuts[first + count])


def _short(own: Ragged, theirs: TaughtSide, row: int, marked: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The ids of one short text for the student and for the teacher."""
    ids, spans = own[row], theirs.spans[row].reshape(-1, 2)
    begin, end = short_run(ids, spans, marked, rng)
    return ids[begin:end], theirs.ids[row][spans[begin:end, 0].min() : spans[begin:end, 1].max()]
