"""The objective of the stage ``aligned``: words and sentences are told apart from those of other pairs.

Word level: each linked subword must find its partner among all subwords of the other side of the batch
(InfoNCE, van den Oord et al., 2018, on links as in Wu and Dredze, 2020). Sentence level: each sentence must
find its translation by mean vectors.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers import XLMRobertaModel

from otcore.pretraining.batches import Buckets, language_weights, pad, sentence_rows, tensors
from otcore.pretraining.evaluation import held_out_figures
from otcore.pretraining.recipe import ContrastiveSettings
from otcore.pretraining.store import LinkedText
from otcore.pretraining.vocabulary import PAD

_EXCLUDED = -1e4


@dataclass(frozen=True)
class PairBatch:
    """Pairs of one language.

    ``ids`` is (2 × pairs, length), English first. ``left`` and ``right`` are flat indices of the subwords of
    each side within its half, (m,) and (n,); ``links`` (links, 2) points into them.
    """

    ids: Tensor
    left: Tensor
    right: Tensor
    links: Tensor


class PairBatches:
    """Batches of pairs of one language and similar length, by seed and step number alone."""

    def __init__(self, texts: list[LinkedText], settings: ContrastiveSettings, seed: int) -> None:
        self._settings, self._seed = settings, seed
        self._texts = [text for text in texts if len(text.links) > text.pairs.held_out]
        counts = [len(text.links) - text.pairs.held_out for text in self._texts]
        self._chances = np.cumsum(language_weights(counts, settings.language_exponent))
        self._buckets = []
        for text, count in zip(self._texts, counts, strict=True):
            lengths = 2 * np.maximum(text.pairs.english.lengths, text.pairs.other.lengths)
            self._buckets.append(Buckets(lengths[text.pairs.held_out : len(text.links)], np.ones(count), parts=16))

    def batch(self, step: int) -> PairBatch:
        """Return the batch of one training step."""
        return pair_batch(*self.draw(step))

    def draw(self, step: int) -> tuple[LinkedText, np.ndarray]:
        """Return the language of one training step and the rows of its pairs."""
        rng = np.random.default_rng([self._seed, 3, step])
        which = min(int(np.searchsorted(self._chances, rng.random(), side="right")), len(self._texts) - 1)
        text = self._texts[which]
        rows = self._buckets[which].draw(rng, self._settings.tokens, extra=4, most=self._settings.pairs)
        # Out of their order by length, so that the first pairs, which the word losses take, are like the others.
        return text, rng.permutation(rows) + text.pairs.held_out


def pair_batch(text: LinkedText, rows: np.ndarray) -> PairBatch:
    """Put the pairs ``rows`` of one language together."""
    ids = pad(sentence_rows(text.pairs.english, rows) + sentence_rows(text.pairs.other, rows), PAD)
    width = ids.shape[1]
    # Unknown tokens count as content, padding and the marks around a sentence do not.
    content = (np.arange(width) > 0) & (np.arange(width) <= (ids != PAD).sum(axis=1, keepdims=True) - 2)
    sides = content[: len(rows)], content[len(rows) :]
    links = np.concatenate([text.links[int(row)].reshape(-1, 2) + 1 + number * width for number, row in enumerate(rows)])
    pointed = np.stack([(np.cumsum(side) - 1)[ends] for side, ends in zip(sides, links.T, strict=True)], axis=1)
    return PairBatch(*tensors(ids, *map(np.flatnonzero, sides), pointed))


def word_loss(
    vectors: tuple[Tensor, Tensor], types: tuple[Tensor, Tensor], sentences: tuple[Tensor, Tensor], links: Tensor, temperature: float
) -> tuple[Tensor, Tensor]:
    """Return the mean cross-entropies (nats) of finding linked subwords in the batch and in the pair, over both directions.

    ``vectors`` are the unit vectors (m, d) and (n, d) of the two sides, ``types`` their token ids, ``sentences``
    their pair numbers, ``links`` (links, 2). The same token in another sentence is no negative: it may well
    mean the same. Aligning asks for less than the batch does, the right word within the pair, which function words
    get wrong: hence the second loss.
    """
    losses, within = [], []
    for a, b in ((0, 1), (1, 0)):
        query, key = links[:, a], links[:, b]
        scores = (vectors[a].index_select(0, query) @ vectors[b].T).float() / temperature
        same_type = types[b].unsqueeze(0) == types[b].index_select(0, key).unsqueeze(1)
        elsewhere = sentences[b].unsqueeze(0) != sentences[b].index_select(0, key).unsqueeze(1)
        losses.append(functional.cross_entropy(scores.masked_fill(same_type & elsewhere, _EXCLUDED), key))
        within.append(functional.cross_entropy(scores.masked_fill(elsewhere, _EXCLUDED), key))
    return (losses[0] + losses[1]) / 2, (within[0] + within[1]) / 2


def sentence_loss(left: Tensor, right: Tensor, ids: Tensor, temperature: float) -> Tensor:
    """Return the mean cross-entropy (nats) of finding translations by the unit vectors (pairs, d), both directions.

    ``ids`` (2 × pairs, length) tells identical sentences, which are no negatives of each other.
    """
    half = len(left)
    scores = (left @ right.T).float() / temperature
    kinds = torch.unique(ids, dim=0, return_inverse=True)[1]
    same = (kinds[:half, None] == kinds[None, :half]) | (kinds[half:, None] == kinds[None, half:])
    same.fill_diagonal_(False)
    scores = scores.masked_fill(same, _EXCLUDED)
    target = torch.arange(half, device=scores.device)
    return (functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)) / 2


class ContrastiveObjective:
    """Word loss plus weighted sentence loss on the encoder's last layer."""

    def __init__(self, encoder: XLMRobertaModel, texts: list[LinkedText], settings: ContrastiveSettings, seed: int) -> None:
        self._encoder, self._texts, self._settings = encoder, texts, settings
        self._batches = PairBatches(texts, settings, seed)

    def loss(self, step: int) -> tuple[Tensor, dict[str, float | Tensor]]:
        """Return the loss of one batch and its three parts."""
        batch, device = self._batches.batch(step), self._encoder.device
        ids = batch.ids.to(device)
        half, width = len(ids) // 2, ids.shape[1]
        states, upper = self._states(step, ids)
        lines = max(2, self._settings.word_tokens // (2 * width))  # pairs that take part in the word losses
        vectors, types, sentences, means = [], [], [], []
        for side, content in enumerate((batch.left.to(device), batch.right.to(device))):
            part, high = (of[side * half : (side + 1) * half].flatten(0, 1).index_select(0, content) for of in (states, upper))
            number = content // width
            sums = torch.zeros(half, high.shape[1], device=device).index_add(0, number, high.float())
            means.append(functional.normalize(sums, dim=-1))
            words = int((number < lines).sum())
            vectors.append(functional.normalize(part[:words].float(), dim=-1))
            types.append(ids[side * half : (side + 1) * half].flatten().index_select(0, content[:words]))
            sentences.append(number[:words])
        links = batch.links.to(device)
        links = links[(links < torch.tensor([len(part) for part in vectors], device=device)).all(1)]
        links = self._links(vectors, sentences, links)
        word, pair = word_loss(tuple(vectors), tuple(types), tuple(sentences), links, self._settings.temperature)
        sentence = sentence_loss(means[0], means[1], ids, self._settings.temperature)
        loss = word + self._settings.pair_weight * pair + self._settings.sentence_weight * sentence
        return loss, {"word": word.detach(), "pair": pair.detach(), "sentence": sentence.detach()}

    def _states(self, step: int, ids: Tensor) -> tuple[Tensor, Tensor]:
        """The states (2 × pairs, length, d) that words are compared by, and those of sentences."""
        states = self._encoder(input_ids=ids, attention_mask=(ids != PAD).long()).last_hidden_state
        return states, states

    def _links(self, vectors: list[Tensor], sentences: list[Tensor], links: Tensor) -> Tensor:
        """The links (links, 2) that a step learns from, between the subwords (m, d) and (n, d) of these pairs."""
        return links

    def evaluate(self) -> dict[str, float]:
        """Return mean held-out P@1 and link F1 of the last layer, 200 pairs a language."""
        figures = held_out_figures(self._encoder, self._texts, pairs=200, layers=[-1])[0]
        return {name: figures[name] for name in ("P@1", "F1")}
