"""Classification of texts or of pairs of texts: a head on sentence vectors, or on an encoder trained with it.

Frozen, both texts are encoded once, each by itself; trained, they are one joint input and u, v are the means of their pieces in it.
A pair is [u; v; |u − v|; u·v] (Conneau et al. 2017, InferSent), a single text is u.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.metrics import accuracy_score, f1_score
from torch import Tensor, nn

from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.encoders.encoder import Encoder
from otcore.evaluation.transfer.files import Labelled
from otcore.evaluation.transfer.fitting import Training, fit
from otcore.evaluation.transfer.inputs import Joiner, Joint, Reader, by_length, shortened, span_means, training_batches
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.types import ENGLISH, Outcome, Run, Scores
from otcore.retrieval.precision import sentence_vectors
from otcore.text.languages import words_of

_DRAW = 17  # of the examples that are used, the same for every seed and encoder


@dataclass(frozen=True)
class Classification:
    """A task: examples in English to learn from and to stop early on, and examples of each language to be tested on.

    raises: InputError   a test label that is not among those of the training data, or fewer than two of these
    """

    name: str
    train: Sequence[Labelled]
    dev: Sequence[Labelled]
    tests: Mapping[str, Sequence[Labelled]]
    measures: tuple[str, ...] = ("accuracy", "f1")
    trained: bool = True

    def __post_init__(self) -> None:
        known = set(self.labels)
        if len(known) < 2:
            raise InputError(f"The training data has the label {', '.join(known)} only; two different ones are needed.")
        for code, examples in {"dev": self.dev, **self.tests}.items():
            if odd := sorted({example.label for example in examples} - known):
                raise InputError(f"The label “{odd[0][:40]}” of {code} is not in the training data; it has {', '.join(self.labels)[:200]}.")

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.tests)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(sorted({example.label for example in self.train}))

    def chance(self, settings: TransferSettings) -> Scores:
        """Of the better of two who know nothing, for each measure: one always says the most frequent training label, the
        other draws labels evenly (accuracy 1 / labels; macro F1 in expectation over many draws, to first order)."""
        settings, numbers = settings.settled(self.name), {label: number for number, label in enumerate(self.labels)}
        train = [numbers[example.label] for example in drawn(self.train, settings.train_examples)]
        frequent = int(np.bincount(train, minlength=len(numbers)).argmax())
        found = {}
        for code, examples in self.tests.items():
            gold = np.array([numbers[example.label] for example in drawn(examples, settings.test_examples)])
            scores = _scores(gold, np.full(len(gold), frequent), len(numbers))
            shares = np.bincount(gold, minlength=len(numbers)) / len(gold)
            random = float(np.mean(2 * shares / (shares * len(numbers) + 1)))  # F1 of a class: precision its share, recall 1 / labels
            found[code] = {"accuracy": max(scores["accuracy"], 1 / len(numbers)), "f1": max(scores["f1"], random)}
        return found

    def prepare(self, encoder: Encoder, settings: TransferSettings, tell: Teller) -> Run:
        parts = {"train": drawn(self.train, settings.train_examples), "dev": drawn(self.dev, settings.dev_examples)}
        parts |= {f"test {code}": drawn(examples, settings.test_examples) for code, examples in self.tests.items()}
        numbers = {label: number for number, label in enumerate(self.labels)}
        gold = {part: np.array([numbers[example.label] for example in examples]) for part, examples in parts.items()}
        make = _Frozen if settings.train == "head" else _Trained
        data = make(encoder, settings, parts, tell)

        def run(seed: int, told: Teller) -> Outcome:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                return _run(data, gold, len(numbers), settings, seed, told)

        return run


def drawn(examples: Sequence, most: int | None) -> Sequence:
    """At most so many of the examples, evenly drawn, in their order."""
    if most is None or len(examples) <= most:
        return examples
    chosen = np.random.default_rng(_DRAW).permutation(len(examples))[:most]
    return [examples[index] for index in sorted(chosen)]


class Head(nn.Module):
    """Features of one text or of a pair to scores of labels (b, k), over one hidden layer."""

    def __init__(self, dimension: int, texts: int, labels: int, settings: TransferSettings) -> None:
        super().__init__()
        width = dimension * (4 if texts == 2 else 1)
        self.layers = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, settings.hidden), nn.GELU(), nn.Dropout(settings.dropout),
            nn.Linear(settings.hidden, labels),
        )  # fmt: skip

    def forward(self, vectors: Sequence[Tensor]) -> Tensor:
        if len(vectors) == 1:
            return self.layers(vectors[0])
        u, v = vectors
        return self.layers(torch.cat([u, v, (u - v).abs(), u * v], dim=1))


class _Frozen:
    """Every different text encoded once; what a batch needs is looked up."""

    def __init__(self, encoder: Encoder, settings: TransferSettings, parts: Mapping[str, Sequence[Labelled]], tell: Teller) -> None:
        self.reader, self._batch = None, settings.batch
        self.dimension, self.texts = encoder.dimension, len(parts["train"][0].texts)
        places = {part: part.removeprefix("test ") if part.startswith("test ") else ENGLISH for part in parts}
        self._vectors: dict[str, Tensor] = {}
        self._rows: dict[str, list[list[int]]] = {}
        codes = list(dict.fromkeys(places.values()))
        for number, code in enumerate(codes):
            own = [part for part in parts if places[part] == code]
            texts = list(dict.fromkeys(text for part in own for example in parts[part] for text in example.texts))
            told = tell.part(number / len(codes), (number + 1) / len(codes))
            self._vectors[code] = _encoded(encoder, settings, texts, code, told)
            row = {text: index for index, text in enumerate(texts)}
            self._rows |= {part: [[row[text] for text in example.texts] for example in parts[part]] for part in own}
        self._places = places

    def vectors(self, part: str, chosen: Sequence[int]) -> list[Tensor]:
        """(b, d) for each of the texts of an example."""
        rows = torch.tensor([self._rows[part][index] for index in chosen])
        return [self._vectors[self._places[part]][rows[:, text]] for text in range(self.texts)]

    def passes(self, part: str, random: np.random.Generator) -> list[np.ndarray]:
        return np.array_split(random.permutation(len(self._rows[part])), -(-len(self._rows[part]) // self._batch))

    def blocks(self, part: str) -> list[Sequence[int]]:
        """Indices of all examples in batches without a gradient."""
        return [range(start, min(start + 4096, len(self._rows[part]))) for start in range(0, len(self._rows[part]), 4096)]


def _encoded(encoder: Encoder, settings: TransferSettings, texts: Sequence[str], code: str, tell: Teller) -> Tensor:
    """(n, d) unit sentence vectors times √d, so that entries are about 1."""
    show = lambda done, total: tell(done / total, f"{code}: {done} of {total} texts encoded")  # noqa: E731
    words = [words_of(text, code) for text in texts]
    vectors = sentence_vectors(encoder, words, settings.layer, show, code)
    return torch.from_numpy(vectors * np.float32(np.sqrt(encoder.dimension)))


class _Trained:
    """Joint inputs, read anew in every pass by a copy of the encoder; `reader` is set for each seed."""

    def __init__(self, encoder: Encoder, settings: TransferSettings, parts: Mapping[str, Sequence[Labelled]], tell: Teller) -> None:
        self._encoder, self._settings = encoder, settings
        self.dimension, self.texts = encoder.dimension, len(parts["train"][0].texts)
        self.reader: Reader | None = None
        joiner, longest = Joiner(encoder), min(settings.length, encoder.max_pieces)
        self._inputs: dict[str, list[Joint]] = {}
        for number, (part, examples) in enumerate(parts.items()):
            self._inputs[part] = _joined(joiner, examples, longest - joiner.overhead(self.texts))
            tell((number + 1) / len(parts), f"{part}: {len(examples)} examples in pieces")

    def begin(self) -> None:
        """A fresh copy of the encoder."""
        self.reader = Reader(self._encoder, self._settings, trained=True)

    def vectors(self, part: str, chosen: Sequence[int]) -> list[Tensor]:
        inputs = [self._inputs[part][index] for index in chosen]
        hidden, _ = self.reader(inputs, part.removeprefix("test ") if part.startswith("test ") else ENGLISH)
        spans = [[entry.first for entry in inputs], [entry.second for entry in inputs]]
        return [span_means(hidden, span) for span in spans[: self.texts]]

    def passes(self, part: str, random: np.random.Generator) -> list[np.ndarray]:
        return training_batches([len(entry.ids) for entry in self._inputs[part]], self._settings.batch, random)

    def blocks(self, part: str) -> list[Sequence[int]]:
        return list(by_length([len(entry.ids) for entry in self._inputs[part]]))


def _joined(joiner: Joiner, examples: Sequence[Labelled], room: int) -> list[Joint]:
    """One input for each example, cut to the room there is for pieces."""
    texts = list(dict.fromkeys(text for example in examples for text in example.texts))
    ids = {text: pieces.ids for text, pieces in zip(texts, joiner.pieces(texts), strict=True)}
    found = []
    for example in examples:
        sides = [ids[text] for text in example.texts]
        if len(sides) == 1:
            found.append(joiner.join(sides[0][: max(room, 1)]))
        else:
            first, second = shortened(len(sides[0]), len(sides[1]), room)
            found.append(joiner.join(sides[0][:first], sides[1][:second]))
    return found


def _run(data: _Frozen | _Trained, gold: Mapping[str, np.ndarray], labels: int, settings: TransferSettings, seed: int, tell) -> Outcome:
    if isinstance(data, _Trained):
        data.begin()
    device = data.reader.device if data.reader else torch.device("cpu")
    head = Head(data.dimension, data.texts, labels, settings).to(device)
    train, dev = torch.from_numpy(gold["train"]), gold["dev"]
    random = np.random.default_rng(seed)
    first = data.passes("train", random)

    def loss(chosen: np.ndarray) -> Tensor:
        scores = head([vectors.to(device) for vectors in data.vectors("train", chosen)])
        return nn.functional.cross_entropy(scores, train[chosen].to(device))

    def answer(part: str, told: Teller) -> np.ndarray:
        found, blocks = np.zeros(len(gold[part]), np.int64), data.blocks(part)
        for number, chosen in enumerate(blocks):
            with torch.no_grad():
                scores = head([vectors.to(device) for vectors in data.vectors(part, chosen)])
            found[list(chosen)] = scores.argmax(1).cpu().numpy()
            told((number + 1) / len(blocks), f"{part}: {number + 1} of {len(blocks)} batches")
        return found

    watched = Teller(stop=tell.stop)
    training = Training(
        head, data.reader, len(first), lambda epoch: first if epoch == 0 else data.passes("train", random), loss,
        lambda: _scores(dev, answer("dev", watched), labels)["accuracy"],
    )  # fmt: skip
    fitted = fit(training, settings, tell.part(0, 0.7))
    codes = [part for part in gold if part.startswith("test ")]
    scores = {}
    for number, part in enumerate(codes):
        told = tell.part(0.7 + 0.3 * number / len(codes), 0.7 + 0.3 * (number + 1) / len(codes))
        scores[part.removeprefix("test ")] = _scores(gold[part], answer(part, told), labels)
    return Outcome(scores, fitted.best, len(fitted.history))


def _scores(gold: np.ndarray, found: np.ndarray, labels: int) -> dict[str, float]:
    """Accuracy, and F1 averaged over all labels alike (the paper's XNLI F1)."""
    macro = f1_score(gold, found, labels=range(labels), average="macro", zero_division=0.0)
    return {"accuracy": float(accuracy_score(gold, found)), "f1": float(macro)}
