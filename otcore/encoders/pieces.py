"""What an encoder's tokeniser is asked, whether it is one of Transformers or its file read without them."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from tokenizers import Tokenizer

# a tokeniser.json is all there is to these classes; others of Transformers' change what is in it
_AS_IT_IS = ("TokenizersBackend", "PreTrainedTokenizerFast")
_NAMED = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_READ = {*_NAMED, "backend", "model_max_length", "tokenizer_class", "is_local", "local_files_only"}
_WITHOUT_END = 1 << 30

Encoded = tuple[list[int], list[int | None]]


class Pieces(Protocol):
    """unknown, padding, end: ids, or None · special: ids of all special tokens · longest: ids that its model is said to take"""

    unknown: int | None
    padding: int | None
    end: int | None
    special: set[int]
    longest: int

    def encode(self, texts: Sequence[list[str]]) -> list[Encoded]:
        """Of each text, given as words, its ids with special tokens, and the word of each or None. What looks like a special token in
        a text stays text."""

    def written(self, ids: Sequence[int]) -> list[str]:
        """The pieces as the tokeniser writes them."""


class TransformersPieces:
    """Of a fast tokeniser of Transformers."""

    def __init__(self, tokenizer) -> None:
        self._tokenizer = tokenizer
        self.unknown, self.padding, self.end = tokenizer.unk_token_id, tokenizer.pad_token_id, tokenizer.eos_token_id
        self.special, self.longest = set(tokenizer.all_special_ids), tokenizer.model_max_length

    def encode(self, texts: Sequence[list[str]]) -> list[Encoded]:
        asked = {"is_split_into_words": True, "split_special_tokens": True, "verbose": False}
        found = self._tokenizer(list(texts), return_attention_mask=False, return_token_type_ids=False, **asked)
        return [(ids, found.word_ids(number)) for number, ids in enumerate(found["input_ids"])]

    def written(self, ids: Sequence[int]) -> list[str]:
        return self._tokenizer.convert_ids_to_tokens(ids)


class PlainPieces:
    """Of a tokenizer.json; what Transformers would make of it by the tokenizer_config.json beside it.

    raises: LookupError, OSError, ValueError, Exception   it is not there, not read, or of a class with ways of its own
    """

    def __init__(self, folder: Path) -> None:
        named = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        text = (folder / "tokenizer.json").read_text(encoding="utf-8")
        if named["tokenizer_class"] not in _AS_IT_IS or not _READ.issuperset(named) or '"ByteLevel"' in text:
            raise LookupError("a tokeniser with ways of its own")
        self._backend = Tokenizer.from_str(text)
        self._backend.no_padding()
        self._backend.no_truncation()
        self._backend.encode_special_tokens = True
        ids = {name: self._backend.token_to_id(named[name]) for name in _NAMED if isinstance(named.get(name), str)}
        self.unknown, self.padding, self.end = ids["unk_token"], ids.get("pad_token"), ids.get("eos_token")
        if None in ids.values():
            raise LookupError("special tokens that are not in its vocabulary")
        self.special, self.longest = set(ids.values()), min(int(named.get("model_max_length", _WITHOUT_END)), _WITHOUT_END)
        self.count, self._known = self._backend.get_vocab_size(), _Known(self._backend.id_to_token)

    def encode(self, texts: Sequence[list[str]]) -> list[Encoded]:
        return [(found.ids, found.word_ids) for found in self._backend.encode_batch(texts, is_pretokenized=True)]

    def written(self, ids: Sequence[int]) -> list[str]:
        return list(map(self._known.__getitem__, ids))


class _Known(dict):
    """id → piece, each looked up once."""

    def __init__(self, look_up: Callable[[int], str]) -> None:
        self._look_up = look_up

    def __missing__(self, id: int) -> str:
        self[id] = self._look_up(id)
        return self[id]
