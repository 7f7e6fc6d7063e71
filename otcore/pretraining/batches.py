"""Batches that depend on the seed and the step number alone, so that a resumed run sees the same ones."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from otcore.pretraining.recipe import MaskedSettings
from otcore.pretraining.store import EncodedPairs, Ragged
from otcore.pretraining.vocabulary import BOS, EOS, MASK, MAX_TOKENS, PAD, SPECIAL_TOKENS

_BUCKETS = 24
_IGNORED_SHARE = 0.1


@dataclass(frozen=True)
class MaskedBatch:
    """Inputs (batch, length), flat indices of the masked tokens and what to predict there.

    ``candidates`` are distinct token ids; the first ``sure`` of them are the tokens to predict, the others
    a random sample of the vocabulary. ``targets`` are indices into ``candidates``.
    """

    ids: Tensor
    attention: Tensor
    positions: Tensor
    masked: Tensor
    targets: Tensor
    candidates: Tensor
    sure: int


def language_weights(counts: list[int], temperature: float) -> np.ndarray:
    """Return the probability of each language: its number of pairs to the power of ``temperature``, normalised."""
    weights = np.asarray(counts, float) ** temperature
    return weights / weights.sum()


class Buckets:
    """Rows sorted by length and cut into parts of equal token count; one draw takes rows of one part."""

    def __init__(self, lengths: np.ndarray, weights: np.ndarray, parts: int = _BUCKETS) -> None:
        order = np.argsort(lengths, kind="stable")
        mass = np.cumsum(lengths[order] * weights[order])
        cuts = np.searchsorted(mass, np.linspace(0, mass[-1], parts + 1)[1:-1])
        self._rows = [part for part in np.split(order, cuts) if len(part)]
        self._longest = [int(lengths[part].max()) for part in self._rows]
        tokens = np.array([float((lengths[part] * weights[part]).sum()) for part in self._rows])
        self._chances = np.cumsum(tokens / tokens.sum())
        self._inside = [np.cumsum(weights[part]) / weights[part].sum() for part in self._rows]

    def draw(self, rng: np.random.Generator, tokens: int, extra: int, most: int) -> np.ndarray:
        """Return distinct rows of one part, at most ``most``, with about ``tokens`` tokens (``extra`` added a row)."""
        part = min(int(np.searchsorted(self._chances, rng.random(), side="right")), len(self._rows) - 1)
        wanted = int(np.clip(tokens // (self._longest[part] + extra), 2, most))
        picks = np.searchsorted(self._inside[part], rng.random(wanted), side="right")
        return self._rows[part][np.unique(np.minimum(picks, len(self._rows[part]) - 1))]


class MaskedBatches:
    """Batches for masked language modelling (one sentence) and translation language modelling (a pair)."""

    def __init__(self, texts: list[EncodedPairs], settings: MaskedSettings, vocabulary: int, seed: int) -> None:
        self._texts, self._settings, self._vocabulary, self._seed = texts, settings, vocabulary, seed
        sizes = [len(text) - text.held_out for text in texts]
        shares = language_weights(sizes, settings.temperature)
        self._language = np.repeat(np.arange(len(texts)), sizes)
        self._row = np.concatenate([np.arange(t.held_out, len(t)) for t in texts])
        weights = np.repeat(shares / np.maximum(sizes, 1), sizes)
        english = np.concatenate([t.english.lengths[t.held_out :] for t in texts])
        other = np.concatenate([t.other.lengths[t.held_out :] for t in texts])
        self._pairs = Buckets(english + other, weights)
        # English stands in every pair: a fifth of the single sentences is enough of it.
        self._singles = Buckets(np.concatenate([english, other]), np.concatenate([weights * 0.2, weights * 0.8]))

    def batch(self, step: int) -> MaskedBatch:
        """Return the batch of one training step."""
        rng = np.random.default_rng([self._seed, 2, step])
        budget = self._settings.tokens
        if rng.random() < self._settings.translation_share:
            rows = self._pairs.draw(rng, budget, extra=3, most=512)
            parts = [self._pair(i, rng.random() < 0.5) for i in rows]
        else:
            rows = self._singles.draw(rng, budget, extra=2, most=512)
            parts = [self._single(i, int(rng.integers(0, MAX_TOKENS - 102))) for i in rows]
        return self._mask(parts, rng)

    def held_out(self, pairs: int) -> list[MaskedBatch]:
        """Return one batch of held-out pairs a language, masked in a fixed way."""
        joined = ([_join(text.english[i], text.other[i]) for i in range(min(pairs, text.held_out))] for text in self._texts)
        return [self._mask(parts, np.random.default_rng([self._seed, 5])) for parts in joined if parts]

    def _pair(self, item: int, english_first: bool) -> tuple[np.ndarray, np.ndarray]:
        text, row = self._texts[self._language[item]], self._row[item]
        return _join(text.english[row], text.other[row]) if english_first else _join(text.other[row], text.english[row])

    def _single(self, item: int, shift: int) -> tuple[np.ndarray, np.ndarray]:
        """One sentence at a random place, so that positions beyond the longest sentence are learnt too."""
        side, item = divmod(item, len(self._row))
        text, row = self._texts[self._language[item]], self._row[item]
        ids = np.concatenate([[BOS], (text.other if side else text.english)[row], [EOS]])
        return ids, np.arange(len(ids)) + PAD + 1 + shift * (shift % 2)

    def _mask(self, parts: list[tuple[np.ndarray, np.ndarray]], rng: np.random.Generator) -> MaskedBatch:
        ids, positions = pad([p[0] for p in parts], PAD), pad([p[1] for p in parts], PAD)
        chosen = (rng.random(ids.shape) < self._settings.masked_share) & (ids >= len(SPECIAL_TOKENS))
        if not chosen.any():
            chosen[0, 1] = True
        targets = ids[chosen]
        kind = rng.random(len(targets))
        noise = rng.integers(len(SPECIAL_TOKENS), self._vocabulary, len(targets))
        shown = np.where(kind < _IGNORED_SHARE, targets, np.where(kind < 2 * _IGNORED_SHARE, noise, MASK))
        attention = (ids != PAD).astype(np.int64)
        ids[chosen] = shown
        wanted, targets = np.unique(targets, return_inverse=True)
        sample = np.unique(rng.integers(len(SPECIAL_TOKENS), self._vocabulary, self._settings.sampled))
        candidates = np.concatenate([wanted, np.setdiff1d(sample, wanted, assume_unique=True)])
        return MaskedBatch(*tensors(ids, attention, positions, np.flatnonzero(chosen), targets, candidates), sure=len(wanted))


def _join(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A pair in one row; the second sentence counts its positions anew, so that translations meet."""
    ids = np.concatenate([[BOS], first, [EOS], second, [EOS]])
    places = np.concatenate([np.arange(len(first) + 2), np.arange(1, len(second) + 2)])
    return ids, places + PAD + 1


def pad(rows: list[np.ndarray], value: int) -> np.ndarray:
    """Return (rows, longest) int64, filled up with ``value``; the width is a multiple of 8.

    Kernels are kept for every shape they have met, which took gigabytes when every length was one.
    """
    out = np.full((len(rows), -(-max(map(len, rows)) // 8) * 8), value, np.int64)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return out


def tensors(*arrays: np.ndarray) -> list[Tensor]:
    """The same as int64 tensors."""
    return [torch.from_numpy(np.ascontiguousarray(array, np.int64)) for array in arrays]


def sentence_rows(side: Ragged, rows: np.ndarray) -> list[np.ndarray]:
    """Return the sentences ``rows`` of one side with the special tokens around them."""
    return [np.concatenate([[BOS], side[int(i)], [EOS]]) for i in rows]
