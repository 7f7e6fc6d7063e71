"""Learning labels: a head on sentence vectors, or on an encoder trained with it.

Frozen, both texts are encoded once, each by itself; trained, they are one joint input and u, v are the means of their pieces in it.
A pair is [u; v; |u − v|; u·v] (Conneau et al. 2017, InferSent), a single text is u.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from otcore.base.progress import Teller
from otcore.encoders.encoder import Encoder
from otcore.encoders.tokens import Unread
from otcore.evaluation.transfer.classification import Part, label_scores
from otcore.evaluation.transfer.fitting import Training, fit, hidden_layer, seeded
from otcore.evaluation.transfer.inputs import Joiner, Joint, Reader, by_length, shortened, span_means, training_batches
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.task import Outcome, Run
from otcore.retrieval.precision import sentence_vectors
from otcore.text.languages import words_of

_BATCH = 4096  # examples scored together where their vectors are at hand


def learner(encoder: Encoder, settings: TransferSettings, parts: Sequence[Part], labels: int, tell: Teller) -> Run:
    """What learns from the first part, stops early on the second, and is tested on the others; seeds share what is prepared here."""
    data = (_Frozen if settings.frozen else _Trained)(encoder, settings, parts, tell)
    return seeded(lambda seed, told: _run(data, parts, labels, seed, told))


class Head(nn.Module):
    """Features of one text or of a pair to scores of labels (b, k), over one hidden layer."""

    def __init__(self, dimension: int, texts: int, labels: int, settings: TransferSettings) -> None:
        super().__init__()
        self.layers = hidden_layer(dimension * (4 if texts == 2 else 1), labels, settings)

    def forward(self, vectors: Sequence[Tensor]) -> Tensor:
        if len(vectors) == 1:
            return self.layers(vectors[0])
        u, v = vectors
        return self.layers(torch.cat([u, v, (u - v).abs(), u * v], dim=1))


class _Frozen:
    """Every different text encoded once; what a batch needs is looked up."""

    def __init__(self, encoder: Encoder, settings: TransferSettings, parts: Sequence[Part], tell: Teller) -> None:
        self.reader, self.settings = None, settings
        self._codes = [part.code for part in parts]
        unread = Unread(0)
        self._vectors: dict[str, Tensor] = {}
        self._rows: dict[int, Tensor] = {}
        for code, told in tell.each(dict.fromkeys(self._codes)):
            own = {number: part.texts for number, part in enumerate(parts) if part.code == code}
            texts = list(dict.fromkeys(text for examples in own.values() for example in examples for text in example))
            words, show = [words_of(text, code) for text in texts], told.counted(code, "texts encoded")
            vectors = sentence_vectors(encoder, words, settings.layer, show, code)
            unread += encoder.unread(words)
            self._vectors[code] = torch.from_numpy(vectors * np.float32(np.sqrt(vectors.shape[1])))  # entries are about 1
            row = {text: index for index, text in enumerate(texts)}
            self._rows |= {number: torch.tensor([[row[text] for text in one] for one in examples]) for number, examples in own.items()}
        self.dimension = vectors.shape[1]
        self.notes = (str(unread),) if unread else ()

    def begin(self) -> None:
        """Nothing is made anew for a seed."""

    def vectors(self, part: int, chosen: Sequence[int]) -> list[Tensor]:
        """(b, d) for each of the texts of an example."""
        return [self._vectors[self._codes[part]][rows] for rows in self._rows[part][np.asarray(chosen)].T]

    def passes(self, random: np.random.Generator) -> list[np.ndarray]:
        """Indices of the training examples in batches, in random order."""
        count = len(self._rows[0])
        return np.array_split(random.permutation(count), -(-count // self.settings.batch))

    def blocks(self, part: int) -> list[Sequence[int]]:
        """Indices of all examples in batches without a gradient."""
        count = len(self._rows[part])
        return [range(start, min(start + _BATCH, count)) for start in range(0, count, _BATCH)]


class _Trained:
    """Joint inputs, read anew in every pass by a copy of the encoder; `reader` is set for each seed. Methods as of _Frozen."""

    def __init__(self, encoder: Encoder, settings: TransferSettings, parts: Sequence[Part], tell: Teller) -> None:
        self._encoder, self.settings, self.dimension = encoder, settings, encoder.dimension
        self.reader: Reader | None = None
        self._codes, self._texts = [part.code for part in parts], len(parts[0].texts[0])
        joiner = Joiner(encoder)
        room = min(settings.length, encoder.max_pieces) - joiner.overhead(self._texts)
        self._inputs: list[list[Joint]] = []
        cut = 0
        for part, told in tell.each(parts):
            inputs, shorter = _joined(joiner, part.texts, room)
            self._inputs.append(inputs)
            cut += shorter
            told(1, f"{part.code}: {len(part.texts)} examples in pieces")
        total = sum(map(len, self._inputs))
        told = f"{cut:,} of {total:,} examples have more than the {room} subwords that are read of one, and are cut at the end."
        self.notes = (told,) if cut else ()

    def begin(self) -> None:
        self.reader = Reader(self._encoder, self.settings, trained=True)

    def vectors(self, part: int, chosen: Sequence[int]) -> list[Tensor]:
        inputs = [self._inputs[part][index] for index in chosen]
        hidden, _ = self.reader(inputs, self._codes[part])
        spans = [[entry.first for entry in inputs], [entry.second for entry in inputs]]
        return [span_means(hidden, span) for span in spans[: self._texts]]

    def passes(self, random: np.random.Generator) -> list[np.ndarray]:
        return training_batches([len(entry.ids) for entry in self._inputs[0]], self.settings.batch, random)

    def blocks(self, part: int) -> list[Sequence[int]]:
        return list(by_length([len(entry.ids) for entry in self._inputs[part]]))


def _joined(joiner: Joiner, examples: Sequence[tuple[str, ...]], room: int) -> tuple[list[Joint], int]:
    """One input for each example, cut to the room there is for pieces, and how many were cut."""
    texts = list(dict.fromkeys(text for example in examples for text in example))
    ids = {text: pieces.ids for text, pieces in zip(texts, joiner.pieces(texts), strict=True)}
    found, cut = [], 0
    for example in examples:
        first, *others = (ids[text] for text in example)
        second = others[0] if others else ()
        lengths = shortened(len(first), len(second), room) if others else (min(len(first), max(room, 1)), 0)
        cut += lengths != (len(first), len(second))
        found.append(joiner.join(first[: lengths[0]], second[: lengths[1]]))
    return found, cut


def _run(data: _Frozen | _Trained, parts: Sequence[Part], labels: int, seed: int, tell: Teller) -> Outcome:
    data.begin()
    device = data.reader.device if data.reader else torch.device("cpu")
    head = Head(data.dimension, len(parts[0].texts[0]), labels, data.settings).to(device)
    random, train = np.random.default_rng(seed), torch.from_numpy(parts[0].gold)

    def scores(part: int, chosen: Sequence[int]) -> Tensor:
        return head([vectors.to(device) for vectors in data.vectors(part, chosen)])

    def loss(chosen: np.ndarray) -> Tensor:
        return nn.functional.cross_entropy(scores(0, chosen), train[chosen].to(device))

    def judged(part: int, told: Teller) -> dict[str, float]:
        found, blocks = np.zeros(len(parts[part].gold), np.int64), data.blocks(part)
        for number, (chosen, block) in enumerate(told.each(blocks), 1):
            with torch.no_grad():
                found[list(chosen)] = scores(part, chosen).argmax(1).cpu().numpy()
            block(1, f"{parts[part].code}: {number} of {len(blocks)} batches")
        return label_scores(parts[part].gold, found, labels)

    watched = Teller(stop=tell.stop)
    training = Training(head, data.reader, lambda: data.passes(random), loss, lambda: judged(1, watched)["accuracy"])
    history = fit(training, data.settings, tell.part(0, 0.7))
    tested = {parts[part].code: judged(part, told) for part, told in tell.part(0.7, 1).each(range(2, len(parts)))}
    return Outcome(tested, max(history), len(history), data.notes)
