"""Words in, vectors out: tokenising, batching by length, pooling, any layer."""

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from otcore.base.errors import InputError
from otcore.base.vectors import POOLINGS
from otcore.encoders.facts import best_layer
from otcore.encoders.maps import LanguageMaps

Texts = Sequence[Sequence[str]]
Codes = Sequence[str] | None
Told = Callable[[int, int], None] | None
_UNKNOWN = re.compile(r"<unk>|\[UNK\]|<0x[0-9A-F]{2}>")  # as the tokenisers of the field write them
_BATCH_TOKENS = 4096  # padded tokens a batch: larger ones were no faster on two cores


@dataclass(frozen=True)
class WordVectors:
    """The contextual vectors of one sentence at one layer.

    words   : the words that were encoded; the first ones where the sentence was cut, and `cut` how many did not fit the encoder
    pieces  : subword strings, as the tokeniser writes them
    piece_words : (p,) index of the word each piece belongs to
    subwords: (p, d) float32, one row a piece
    """

    words: tuple[str, ...]
    pieces: tuple[str, ...]
    piece_words: np.ndarray
    subwords: np.ndarray
    cut: int = 0

    def pooled(self, pooling: str = "mean") -> np.ndarray:
        """(n, d) one vector a word: the mean of its pieces, the first or the last (WordOT: the last)."""
        if pooling not in POOLINGS:
            raise ValueError(f"The pooling must be one of {', '.join(POOLINGS)}. Received {pooling!r}.")
        starts = np.flatnonzero(np.diff(self.piece_words, prepend=-1))  # every word has at least one piece, in order
        ends = np.append(starts[1:], len(self.piece_words))
        if pooling == "mean":
            return np.add.reduceat(self.subwords, starts, axis=0) / (ends - starts)[:, None]
        return self.subwords[starts if pooling == "first" else ends - 1]

    @property
    def unknown(self) -> frozenset[int]:
        """Words that the vocabulary does not hold, by their places: a piece of theirs is the unknown token or a single byte."""
        return frozenset(int(word) for word, piece in zip(self.piece_words, self.pieces, strict=True) if _UNKNOWN.fullmatch(piece))

    def vectors(self, unit: str = "word", pooling: str = "mean") -> np.ndarray:
        """(n, d) word vectors or (p, d) subword vectors."""
        return self.subwords if unit == "subword" else self.pooled(pooling)

    def groups(self, unit: str = "word") -> np.ndarray:
        """For each vector of `vectors(unit)` the index of its word."""
        return self.piece_words if unit == "subword" else np.arange(len(self.words))


@dataclass(frozen=True)
class Tokens:
    """A tokenised sentence: ids with the special tokens, for each id its word or -1, and the number of words cut."""

    ids: list[int]
    words: list[int]
    cut: int


class Encoder:
    """A loaded encoder. Safe to share between threads: one forward pass at a time.

    layers     : number of Transformer layers; layer 0 is the embedding, `layers` the last
    default_layer : where words align best: what the checkpoint's configuration says (`alignment_layer`), else two
                 thirds up, as measured for mBERT and XLM-R (METHOD, "Word aligners")
    max_pieces : longest input, special tokens included
    padding    : id that fills the end of shorter rows; any id would do, since the mask hides it
    maps       : rotations towards English by language (a fine-tuning run's), applied at their layer
    sentence_map : (d, d) of sentence means at the last layer
    """

    def __init__(self, name: str, model: torch.nn.Module, tokenizer) -> None:
        self.name, self.model, self.tokenizer = name, model, tokenizer
        self.maps: LanguageMaps | None = None
        self.sentence_map: np.ndarray | None = None
        config = model.config
        self.layers = int(config.num_hidden_layers)
        self.dimension = int(config.hidden_size)
        self.architecture = config.model_type
        self.default_layer = best_layer(self.layers, getattr(config, "alignment_layer", None))
        self.max_pieces = _longest(model, tokenizer)
        ids = (tokenizer.pad_token_id, tokenizer.unk_token_id, tokenizer.eos_token_id, 0)
        self.padding: int = next(id for id in ids if id is not None)
        self._lock = threading.Lock()

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
        rows = zip(self._forward(sentences, wanted, progress), codes, strict=True)
        return [[self._vectors(*row, layer, code) for layer in wanted] for row, code in rows]

    @property
    def sentence_layer(self) -> int:
        """Where sentences are compared by their means: the last layer, or that of the maps, which turn no other."""
        return self.layers if self.maps is None else self.maps.layer

    def sentences(self, encoded: Sequence[WordVectors], layer: int) -> np.ndarray:
        """(n, d) float32 unit vectors of sentences encoded at a layer: the mean of a sentence's subwords, at the last layer
        turned by the encoder's sentence map where it has one."""
        means = np.stack([vectors.subwords.mean(0) for vectors in encoded])
        if self.sentence_map is not None and layer == self.layers:
            means = means @ self.sentence_map
        return means / np.linalg.norm(means, axis=1, keepdims=True).clip(1e-12)

    def check_layer(self, layer: int | None) -> int:
        """raises: InputError   a layer the encoder does not have"""
        if layer is None:
            return self.default_layer
        if not 0 <= layer <= self.layers:
            raise InputError(f"Encoder {self.name} has layers 0 to {self.layers}, not {layer}.")
        return layer

    def _vectors(self, words, tokens, hidden, layer, language):
        owners = np.array(tokens.words)
        inside = owners >= 0
        kept = tuple(words[: len(words) - tokens.cut])
        pieces = self.tokenizer.convert_ids_to_tokens(np.array(tokens.ids)[inside].tolist())
        subwords = hidden[layer][inside]
        if self.maps is not None and language is not None and layer == self.maps.layer:
            subwords = self.maps.apply(subwords, language)  # a map is linear: a mapped word is the same from mapped subwords
        return WordVectors(kept, tuple(pieces), owners[inside], subwords, tokens.cut)

    def _forward(self, sentences, layers, progress):
        """(words, tokens, {layer: (ids, d) float32}) of each sentence, in order."""
        tokens = [self.tokenize(words) for words in sentences]
        results, done = [None] * len(tokens), 0
        for batch in _batches([len(entry.ids) for entry in tokens]):
            with self._lock:
                hidden = self._run([tokens[index].ids for index in batch], layers)
            for row, index in enumerate(batch):
                length = len(tokens[index].ids)
                kept = {layer: values[row, :length] for layer, values in hidden.items()}
                broken = [layer for layer in sorted(kept) if not np.isfinite(kept[layer]).all()]  # what stands in padding may be anything
                if broken:
                    damage = f"The vectors of encoder {self.name} are not finite at layer {broken[0]}: its weights are damaged"
                    raise InputError(f"{damage}; use another.")
                results[index] = (sentences[index], tokens[index], kept)
            done += len(batch)
            if progress:
                progress(done, len(tokens))
        return results

    @torch.inference_mode()
    def _run(self, rows: list[list[int]], layers: list[int]) -> dict[int, np.ndarray]:
        longest, device = max(map(len, rows)), self.model.device
        padded = [row + [self.padding] * (longest - len(row)) for row in rows]
        mask = [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
        batch = {"input_ids": torch.tensor(padded, device=device), "attention_mask": torch.tensor(mask, device=device)}
        with torch.autocast(self.model.device.type, torch.bfloat16, enabled=self._half()):
            hidden = self.model(**batch, output_hidden_states=True).hidden_states
        return {layer: hidden[layer].float().cpu().numpy() for layer in layers}

    def _half(self) -> bool:
        """bf16 where it is faster and agrees: accelerators, and processors with bf16 products for models wide enough to
        be held up by them (measured: tests/benchmarks/encoding.py)."""
        if self.model.device.type == "cuda":
            return torch.cuda.is_bf16_supported()
        return self.dimension >= 512 and torch.ops.mkldnn._is_mkldnn_bf16_supported()

    def tokenize(self, words: Sequence[str]) -> Tokens:
        """One sentence as the encoder reads it, cut at a word where it is too long.

        raises: InputError   no words
        """
        if not words:
            raise InputError("A sentence without words cannot be encoded; write at least one word.")
        some = list(words[: self.max_pieces])  # every word has a piece or more, so no others can fit
        ids, owners = self._pieces(some)
        if len(ids) > self.max_pieces:
            budget = self.max_pieces - owners.count(-1)
            ends = np.cumsum(np.bincount([owner for owner in owners if owner >= 0]))
            some = some[: max(int((ends <= budget).sum()), 1)]
            ids, owners = self._pieces(some)
        if len(ids) > self.max_pieces:  # a single word longer than the encoder: its first pieces stand for it
            spare = len(ids) - self.max_pieces
            last = max(index for index, owner in enumerate(owners) if owner >= 0)
            del ids[last + 1 - spare : last + 1], owners[last + 1 - spare : last + 1]
        return Tokens(ids, owners, len(words) - len(some))

    def _pieces(self, words: list[str]) -> tuple[list[int], list[int]]:
        """Ids with special tokens, and the word of each or -1. A word that looks like a special token stays text, and
        one the tokeniser normalises away gets the unknown token, so that it keeps its place."""
        encoding = self.tokenizer(words, is_split_into_words=True, split_special_tokens=True, verbose=False)
        unknown, special = self.tokenizer.unk_token_id, set(self.tokenizer.all_special_ids)
        unknown = self.padding if unknown is None else unknown
        owned = zip(encoding["input_ids"], encoding.word_ids(), strict=True)
        # a Unigram vocabulary holds its special tokens as pieces, so "<s>" in a text would still become one
        pairs = [(id, -1) if word is None else (unknown if id in special else id, word) for id, word in owned]
        present = {owner for _, owner in pairs}
        for absent in sorted(set(range(len(words))) - present):
            before = [place for place, (_, owner) in enumerate(pairs) if 0 <= owner < absent]
            first = next((place for place, (_, owner) in enumerate(pairs) if owner >= 0), len(pairs) // 2)
            pairs.insert(before[-1] + 1 if before else first, (unknown, absent))
        return [id for id, _ in pairs], [owner for _, owner in pairs]


def _longest(model: torch.nn.Module, tokenizer) -> int:
    """Longest input in pieces. RoBERTa's heirs number positions from the padding index on, which costs them two."""
    longest = getattr(model.config, "max_position_embeddings", None) or 512
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and getattr(module, "padding_idx", None) is not None:
            longest = len(module.weight) - module.padding_idx - 1
    return min(longest, tokenizer.model_max_length)


def _batches(lengths: list[int]) -> list[list[int]]:
    """Indices in batches of like length, at most `_BATCH_TOKENS` padded tokens each."""
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batches and lengths[index] * (len(batches[-1]) + 1) <= _BATCH_TOKENS:
            batches[-1].append(index)
        else:
            batches.append([index])
    return batches
