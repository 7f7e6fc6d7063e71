"""Two texts as one input, and the vectors an encoder makes of it: what the heads read, with or without a gradient.

An architecture is not asked what it is: special tokens are taken from the tokeniser's own single input, segments are told only to a
model that has them, and no pooler is used.
"""

import copy
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from otcore.base.precision import half_precision
from otcore.encoders.encoder import Encoder
from otcore.encoders.trunk import Trunk
from otcore.evaluation.transfer.settings import TransferSettings

_BATCH_TOKENS = 8192  # padded pieces of a batch without a gradient


@dataclass(frozen=True)
class Pieces:
    """A text in pieces: ids without special tokens, and start and end of each in the text; never empty."""

    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Joint:
    """An input of one or two texts.

    ids    : with special tokens
    first, second: where the pieces of either text are, (start, end); `second` is empty for one text
    divide : where the second segment begins
    """

    ids: tuple[int, ...]
    first: tuple[int, int]
    second: tuple[int, int]
    divide: int


class Joiner:
    """Makes pieces and inputs with an encoder's tokeniser."""

    def __init__(self, encoder: Encoder) -> None:
        self._tokenizer = encoder.tokenizer
        single = self._tokenizer("a", return_special_tokens_mask=True, verbose=False)
        ids, special = list(single["input_ids"]), list(single["special_tokens_mask"])
        begin = special.index(0) if 0 in special else 0
        end = len(special) - special[::-1].index(0) if 0 in special else len(ids)
        self.prefix, self.suffix = tuple(ids[:begin]), tuple(ids[end:])
        separator = self._tokenizer.sep_token_id
        self.divider = self.suffix or (() if separator is None else (separator,))
        self._special = set(self._tokenizer.all_special_ids)

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """Of each text; what looks like a special token stays text, and a text the tokeniser drops is one unknown piece."""
        unknown = self._tokenizer.unk_token_id
        if not texts:
            return []
        encoding = self._tokenizer(
            list(texts),
            add_special_tokens=False,
            return_offsets_mapping=True,
            return_attention_mask=False,
            split_special_tokens=True,
            verbose=False,
        )
        found = []
        for text, ids, offsets in zip(texts, encoding["input_ids"], encoding["offset_mapping"], strict=True):
            kept = tuple(unknown if id in self._special else id for id in ids)
            found.append(Pieces(kept, tuple(map(tuple, offsets))) if kept else Pieces((unknown,), ((0, len(text)),)))
        return found

    def overhead(self, texts: int = 2) -> int:
        """Special tokens of an input."""
        return len(self.prefix) + len(self.suffix) + (len(self.divider) if texts == 2 else 0)

    def join(self, first: Sequence[int], second: Sequence[int] = ()) -> Joint:
        """prefix, first, divider, second, suffix: BERT's [CLS] A [SEP] B [SEP]; prefix, first, suffix for one text."""
        start = len(self.prefix)
        end = start + len(first)
        if not len(second):
            ids = (*self.prefix, *first, *self.suffix)
            return Joint(ids, (start, end), (end, end), len(ids))
        divide = end + len(self.divider)
        ids = (*self.prefix, *first, *self.divider, *second, *self.suffix)
        return Joint(ids, (start, end), (divide, divide + len(second)), divide)


def shortened(first: int, second: int, room: int) -> tuple[int, int]:
    """How many pieces of two texts are kept where there is room for so many: the longer one is cut first."""
    room = max(room, 2)
    if first + second <= room:
        return first, second
    first_kept = min(first, max(room - second, room // 2))
    return first_kept, min(second, room - first_kept)


class Reader(nn.Module):
    """An encoder up to the layer a head reads; a copy of its own where it is trained, so that the encoder stays as it is.

    settings: which layer, by default the encoder's for sentences, which is that of its maps where it has some; and what is trained
    trained : the parameters that are
    """

    def __init__(self, encoder: Encoder, settings: TransferSettings, *, trained: bool) -> None:
        super().__init__()
        self.layer = encoder.sentence_layer if settings.layer is None else encoder.check_layer(settings.layer)
        own = copy.copy(encoder)
        if trained:
            own.model = copy.deepcopy(encoder.model)
            if encoder.model.device.type == "cpu":
                own.model.set_attn_implementation("eager")  # its gradient takes half the fused kernel's time
        self._trunk = Trunk(own, self.layer)
        top = None if settings.embeddings else settings.top_layers or max(self.layer, 1)
        self.trained = list(self._trunk.select(own, top).values()) if trained else []
        self._maps = encoder.maps if encoder.maps is not None and encoder.maps.layer == self.layer else None
        self._segments = int(getattr(encoder.model.config, "type_vocab_size", 0) or 0) > 1 and _takes_segments(encoder.model)
        self._pad, self._most = encoder.tokenizer.pad_token_id or 0, encoder.max_pieces
        self.dimension, self.device = encoder.dimension, encoder.model.device

    def forward(self, inputs: Sequence[Joint], language: str | None = None) -> tuple[Tensor, Tensor]:
        """(b, t, d) float32 vectors of inputs and (b, t) their mask; a language with a map is mapped, without a gradient only."""
        longest = max(len(entry.ids) for entry in inputs)
        # in steps of eight: the processor's kernels are made and kept for every shape, which costs more than the padding
        width = max(longest, min(-(-longest // 8) * 8, self._most))
        ids = torch.full((len(inputs), width), self._pad)
        mask, segments = torch.zeros_like(ids), torch.zeros_like(ids)
        for row, entry in enumerate(inputs):
            ids[row, : len(entry.ids)] = torch.tensor(entry.ids)
            mask[row, : len(entry.ids)] = 1
            segments[row, entry.divide : len(entry.ids)] = 1
        given = {"input_ids": ids, "attention_mask": mask} | ({"token_type_ids": segments} if self._segments else {})
        given = {name: values.to(self.device) for name, values in given.items()}
        with half_precision(self.device):
            hidden = self._hidden(given).float()
        if self._maps is not None and language is not None and not torch.is_grad_enabled():
            turned = self._maps.apply(hidden.reshape(-1, hidden.shape[-1]).cpu().numpy(), language)
            hidden = torch.from_numpy(np.ascontiguousarray(turned)).reshape(hidden.shape).to(self.device)
        return hidden, given["attention_mask"]

    def _hidden(self, given: dict[str, Tensor]) -> Tensor:
        if self._trunk.short:
            return self._trunk.model(**given).last_hidden_state
        return self._trunk.model(**given, output_hidden_states=True).hidden_states[self.layer]


def _takes_segments(model: nn.Module) -> bool:
    return "token_type_ids" in inspect.signature(model.forward).parameters


def span_means(hidden: Tensor, spans: Sequence[tuple[int, int]]) -> Tensor:
    """(b, d) the mean vector of each row's span (start, end), end excluded and after the start."""
    places = torch.arange(hidden.shape[1], device=hidden.device)
    starts, ends = torch.tensor(spans, device=hidden.device).T
    inside = ((places >= starts[:, None]) & (places < ends[:, None])).to(hidden.dtype)  # (b, t)
    return torch.bmm(inside[:, None], hidden)[:, 0] / inside.sum(1, keepdim=True).clamp_min(1)


def by_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices in batches of like length without a gradient."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: (lengths[index], index)):
        if batch and lengths[index] * (len(batch) + 1) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def training_batches(lengths: Sequence[int], batch: int, random: np.random.Generator) -> list[np.ndarray]:
    """Indices of one pass in batches of like length, in random order: sorted within every sixteen batches only."""
    order = random.permutation(len(lengths))
    sizes = np.asarray(lengths)
    found = []
    for start in range(0, len(order), 16 * batch):
        some = order[start : start + 16 * batch]
        some = some[np.argsort(sizes[some], kind="stable")]
        found += [some[place : place + batch] for place in range(0, len(some), batch)]
    return [found[index] for index in random.permutation(len(found))]
