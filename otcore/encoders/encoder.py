"""Words in, vectors out: tokenising, batching by length, pooling, any layer."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from otcore.base.errors import InputError
from otcore.encoders.batches import batches_of, side_by_side
from otcore.encoders.facts import best_layer
from otcore.encoders.lexicon import Lexicon
from otcore.encoders.maps import LanguageMaps
from otcore.encoders.pieces import Pieces, TransformersPieces
from otcore.encoders.tokens import Reading, Row, Tokens, Unread, WordTokeniser
from otcore.encoders.vectors import WordVectors

if TYPE_CHECKING:
    import torch

    from otcore.encoders.plain import PlainModel

    Plain = tuple[PlainModel, Pieces, Mapping[str, Any]]

Texts = Sequence[Sequence[str]]
Codes = Sequence[str] | None
Told = Callable[[int, int], None] | None
_BATCH_TOKENS = 4096  # padded tokens a batch: larger ones were no faster on two cores


class Encoder:
    """A loaded encoder. Safe to share between threads. Sentences that are longer than it takes at once are
    read in overlapping windows (`otcore.encoders.tokens`).

    layers     : number of Transformer layers; layer 0 is the embedding, `layers` the last
    default_layer : where words align best: what the checkpoint's configuration says (`alignment_layer`), else two
                 thirds up, as measured for mBERT and XLM-R (METHOD, "Word aligners")
    max_pieces : longest input at once, special tokens included
    padding    : id that fills the end of shorter rows; any id would do, since the mask hides it
    maps       : rotations towards English by language (a fine-tuning run's), applied at their layer
    sentence_map : (d, d) of sentence means at the last layer
    lexicon    : static vectors of words, which stand beside the means at that layer, and beside the words when links are read
    """

    def __init__(self, name: str, model: torch.nn.Module, tokenizer) -> None:
        self._model, self._tokenizer, self._plain = model, tokenizer, None
        # some kinds call them otherwise in their files, and answer to these names all the same
        config = {name: getattr(model.config, name, None) for name in ("num_hidden_layers", "hidden_size", "model_type", "alignment_layer")}
        self._begin(name, config, TransformersPieces(tokenizer), _longest(model, tokenizer))

    @classmethod
    def plain(cls, name: str, read: Plain, whole: Callable[[], Encoder]) -> Encoder:
        """An encoder that computes without Transformers until somebody asks for its `model` or its `tokenizer`.

        read: of `otcore.encoders.plain`; whole: loads the same encoder with Transformers
        """
        model, pieces, config = read
        made = cls.__new__(cls)
        made._model, made._tokenizer, made._plain, made._whole = None, None, model, whole
        made._begin(name, config, pieces, model.sizes.longest)
        return made

    def _begin(self, name: str, config: Mapping[str, Any], pieces: Pieces, longest: int) -> None:
        self.name = name
        self.maps: LanguageMaps | None = None
        self.sentence_map: np.ndarray | None = None
        self.lexicon: Lexicon | None = None
        self.layers, self.dimension = int(config["num_hidden_layers"]), int(config["hidden_size"])
        self.architecture = config["model_type"]
        self.default_layer = best_layer(self.layers, config.get("alignment_layer"))
        self.max_pieces = longest
        self.padding: int = next(id for id in (pieces.padding, pieces.unknown, pieces.end, 0) if id is not None)
        self._pieces, self._tokeniser = pieces, WordTokeniser(pieces, self.max_pieces, self.padding)
        self._upto: WeakKeyDictionary[torch.nn.Module, dict[int, torch.nn.Module | None]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    @property
    def model(self) -> torch.nn.Module:
        """The model of Transformers, which computes from now on: whoever asks for it may move it, or train it."""
        if self._model is None:
            self._become_whole()
        return self._model

    @model.setter
    def model(self, model: torch.nn.Module) -> None:
        self._model, self._plain = model, None

    @property
    def tokenizer(self):
        """The tokeniser of Transformers."""
        if self._tokenizer is None:
            self._become_whole()
        return self._tokenizer

    def _become_whole(self) -> None:
        with self._lock:
            if self._tokenizer is None:
                whole = self._whole()
                self._tokenizer, self._model = whole.tokenizer, whole.model if self._model is None else self._model
                self._plain = None

    def quantise(self, sentences: Texts) -> None:
        """Compute the dense layers in eight bits from now on, until somebody asks for the `model`: see `otcore.encoders.int8`.

        sentences: words of each, in the languages that are to be read; by some hundred of them scales are set
        raises   : InputError   an encoder that is not BERT or XLM-R in one file, or a processor without such products
        """
        from otcore.encoders.int8 import can_quantise

        if self._plain is None or not can_quantise():
            why = "this processor has no such products" if self._plain else "that takes BERT or XLM-R in one file, on the processor"
            raise InputError(f"Encoder {self.name} cannot be computed in eight bits: {why}; leave int8 out.")
        self._plain = self._plain.quantised([row.ids for reading in self._tokeniser.read_many(sentences) for row in reading.rows])

    def encode(self, sentences: Texts, layer: int | None = None, progress: Told = None, languages: Codes = None) -> list[WordVectors]:
        """The vectors of sentences that are already words.

        sentences: words of each; none may be empty
        layer    : 0 … layers, or None for the default layer
        progress : called with sentences done and their number after each batch
        languages: code of each sentence, by which an encoder with maps picks one; without, none is applied
        raises   : InputError   a layer the encoder does not have, a sentence without words, or vectors that are not finite
        """
        return [found for (found,) in self.encode_layers(sentences, [self.check_layer(layer)], languages, progress)]

    def encode_layers(
        self, sentences: Texts, layers: Sequence[int] | None = None, languages: Codes = None, progress: Told = None
    ) -> list[list[WordVectors]]:
        """For each sentence its vectors at the layers asked for, by default 0, 1, … all, from one pass; raises as `encode`."""
        wanted = list(range(self.layers + 1)) if layers is None else [self.check_layer(layer) for layer in layers]
        codes = languages or [None] * len(sentences)
        rows = [
            (_named(words, reading, self._pieces), reading.cut, hidden)
            for words, reading, hidden in self._forward(sentences, wanted, progress)
        ]
        meanings = [None] * len(rows) if self.lexicon is None else self.lexicon.meanings([named for named, _, _ in rows])
        return [
            [WordVectors(*named, self._mapped(hidden[layer], layer, code), cut, meant) for layer in wanted]
            for (named, cut, hidden), meant, code in zip(rows, meanings, codes, strict=True)
        ]

    @property
    def has_lexicon(self) -> bool:
        """Whether words have meanings by themselves."""
        return self.lexicon is not None

    @property
    def sentence_layer(self) -> int:
        """Where sentences are compared by their means: the last layer, or that of the maps, which turn no other."""
        return self.layers if self.maps is None else self.maps.layer

    @property
    def sentence_dimension(self) -> int:
        """Of the vectors that `sentences` gives at the layer for sentences."""
        beside = self.lexicon is not None and self.sentence_layer == self.layers
        return self.dimension + (self.lexicon.dimension_beside if beside else 0)

    def sentences(self, encoded: Sequence[WordVectors], layer: int) -> np.ndarray:
        """(n, d) float32 unit vectors of sentences encoded at a layer: the mean of a sentence's subwords, at the last layer
        turned by the encoder's sentence map where it has one, and with k more dimensions of its lexicon where it has that."""
        means = np.stack([vectors.subwords.mean(0) for vectors in encoded])
        last = layer == self.layers
        if self.sentence_map is not None and last:
            means = means @ self.sentence_map
        unit = means / np.linalg.norm(means, axis=1, keepdims=True).clip(1e-12)
        return self.lexicon.beside(unit, [vectors.meanings for vectors in encoded]) if self.lexicon is not None and last else unit

    def check_layer(self, layer: int | None) -> int:
        """raises: InputError   a layer the encoder does not have"""
        if layer is None:
            return self.default_layer
        if not 0 <= layer <= self.layers:
            raise InputError(f"Encoder {self.name} has layers 0 to {self.layers}, not {layer}.")
        return layer

    def _mapped(self, subwords: np.ndarray, layer: int, language: str | None) -> np.ndarray:
        """As they are, or turned by the language's map: a map is linear, so a mapped word is the same from mapped subwords."""
        if self.maps is None or language is None or layer != self.maps.layer:
            return subwords
        return self.maps.apply(subwords, language)

    def _forward(self, sentences: Texts, layers: list[int], progress: Told) -> list[tuple]:
        """(words, reading, {layer: (pieces, d) float32}) of each sentence, in order; what is said several times is encoded once."""
        keys = [tuple(words) for words in sentences]
        times = Counter(keys)
        readings = self._tokeniser.read_many(list(times))
        rows = [(index, row) for index, reading in enumerate(readings) for row in reading.rows]
        left = [len(reading.rows) for reading in readings]
        found: list[dict[int, np.ndarray]] = [{} for _ in readings]
        plain = self._plain  # another thread may ask for the model meanwhile
        batches = batches_of([len(row.ids) for _, row in rows], _BATCH_TOKENS if plain is None else plain.batch)
        each, lock = (side_by_side, nullcontext()) if plain is not None and plain.shareable else (map, self._lock)
        work, ids = partial(self._run, plain, layers, lock), ([rows[number][1].ids for number in batch] for batch in batches)
        for batch, found_here in zip(batches, each(work, ids), strict=True):
            for number, vectors in zip(batch, found_here, strict=True):
                index, row = rows[number]
                self._take(found[index], row, vectors, len(readings[index].ids))
                left[index] -= 1
            if progress:
                progress(sum(count for count, rest in zip(times.values(), left, strict=True) if not rest), len(keys))
        results = dict(zip(times, zip(readings, found, strict=True), strict=True))
        return [(words, *results[key]) for words, key in zip(sentences, keys, strict=True)]

    def _take(self, found: dict[int, np.ndarray], row: Row, vectors: dict[int, np.ndarray], count: int) -> None:
        """Puts the vectors that are taken from one row among those of its sentence, which has so many pieces."""
        for layer in sorted(vectors):
            chosen = vectors[layer][row.places]
            if len(chosen) == count:
                found[layer] = chosen
            else:
                found.setdefault(layer, np.empty((count, chosen.shape[1]), np.float32))[row.pieces] = chosen

    def _run(
        self, plain: PlainModel | None, layers: list[int], lock: AbstractContextManager, rows: list[list[int]]
    ) -> list[dict[int, np.ndarray]]:
        """Of each row by layer (len(row), d); raises InputError where they are not finite."""
        lengths = [len(row) for row in rows]
        with lock:
            hidden = self._padded(rows, layers) if plain is None else plain.run(rows, layers)
        found: list[dict[int, np.ndarray]] = [{} for _ in rows]
        for layer in sorted(layers):
            # what stands in padding may be anything
            parts = hidden[layer].numpy() if plain is None else np.split(hidden[layer].numpy(), np.cumsum(lengths)[:-1])
            for place, (part, length) in enumerate(zip(parts, lengths, strict=True)):
                found[place][layer] = part[:length]
                if not np.isfinite(part[:length]).all():
                    damage = f"The vectors of encoder {self.name} are not finite at layer {layer}: its weights are damaged"
                    raise InputError(f"{damage}; use another.")
        return found

    def _padded(self, rows: list[list[int]], layers: list[int]) -> dict[int, torch.Tensor]:
        """By layer (r, t, d), rows filled up to the longest, by the model of Transformers."""
        import torch

        longest, device = max(map(len, rows)), self.model.device
        padded = [row + [self.padding] * (longest - len(row)) for row in rows]
        mask = [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
        batch = {"input_ids": torch.tensor(padded, device=device), "attention_mask": torch.tensor(mask, device=device)}
        with torch.inference_mode(), torch.autocast(self.model.device.type, torch.bfloat16, enabled=self._half()):
            hidden = self._hidden(batch, layers)
        if any(hidden[layer].shape[:2] != (len(rows), longest) for layer in layers):
            raise ValueError(f"it gives {hidden[layers[0]].shape[1]} vectors for {longest} pieces")
        return {layer: hidden[layer].float().cpu() for layer in layers}

    def _hidden(self, batch: dict[str, torch.Tensor], layers: list[int]) -> Mapping[int, torch.Tensor]:
        """By layer (r, t, d); where one alone is asked for, those above it are not computed."""
        from otcore.encoders.shortened import shortened

        (layer, *others) = layers
        if not others and layer < self.layers:
            views = self._upto.setdefault(self.model, {})  # of this model: a copy of an encoder may be given another
            if layer not in views:
                views[layer] = shortened(self.model, self.layers, layer, self.padding)
            if (short := views[layer]) is not None:
                return {layer: short(**batch).last_hidden_state}
        return dict(enumerate(self.model(**batch, output_hidden_states=True).hidden_states))

    def _half(self) -> bool:
        """bf16 where it is faster and agrees: accelerators, and processors with bf16 products for models wide enough to
        be held up by them (measured: tests/benchmarks/encoding.py)."""
        import torch

        if self.model.device.type == "cuda":
            return torch.cuda.is_bf16_supported()
        return self.dimension >= 512 and torch.ops.mkldnn._is_mkldnn_bf16_supported()

    def tokenize(self, words: Sequence[str]) -> Tokens:
        """One sentence in one row of ids, as a trained part of the encoder reads it, cut at a word where it is too long.

        raises: InputError   no words
        """
        return self._tokeniser.row(words)

    def unread(self, sentences: Texts) -> Unread:
        """What is left out of sentences that are longer than anybody writes, as `encode` does; prints as the sentence that tells it."""
        return self._tokeniser.unread(sentences)


def _named(words: Sequence[str], reading: Reading, pieces: Pieces) -> tuple[tuple[str, ...], tuple[str, ...], np.ndarray]:
    """The words of a sentence that were read, their pieces as the tokeniser writes them, and the word of each piece."""
    return tuple(words[: len(words) - reading.cut]), tuple(pieces.written(reading.ids)), reading.owners


def _longest(model: torch.nn.Module, tokenizer) -> int:
    """Longest input in pieces. RoBERTa's heirs number positions from the padding index on, which costs them two."""
    longest = getattr(model.config, "max_position_embeddings", None) or 512
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and getattr(module, "padding_idx", None) is not None:
            longest = len(module.weight) - module.padding_idx - 1
    return min(longest, tokenizer.model_max_length)
