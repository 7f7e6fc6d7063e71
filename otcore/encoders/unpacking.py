"""A packed 4-bit encoder turned into a folder that Transformers loads: configuration, tokeniser, half-precision weights, card."""

import json
import re
from pathlib import Path

from safetensors.numpy import save_file

from otcore.base.progress import Teller
from otcore.encoders.packed import PackedEncoder, Vocabulary

_EMBEDDINGS = {
    "emb.word": "word_embeddings.weight",
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_PARAMETERS = {"w": "weight", "b": "bias"}
_STAND_IN = 0xF0000  # private use: characters that NFKC must leave alone wait there


def unpack(packed: PackedEncoder, folder: Path, card: str, alignment_layer: int, teller: Teller) -> None:
    """Writes the encoder's files into an empty folder.

    card           : text of its README.md
    alignment_layer: where its words align best, which the configuration keeps
    raises         : InputError   weights are missing; Stopped
    """
    teller(0.0, "vocabulary")
    _tokenizer(packed.vocabulary, packed.sizes.positions).save_pretrained(folder)
    (folder / "config.json").write_text(json.dumps(_configuration(packed, alignment_layer), indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(card, encoding="utf-8")
    weights, names = {}, packed.names()
    for number, name in enumerate(names):
        target, columns = _place(name, packed)
        weights[target] = packed.tensor(name, columns)
        teller(0.2 + 0.6 * number / len(names), f"weights {number + 1} of {len(names)}")
    teller(0.85, "writing")
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def _place(name: str, packed: PackedEncoder) -> tuple[str, int]:
    """Transformers' name of a tensor, and its columns, 0 for a vector."""
    hidden, inner = packed.sizes.hidden, packed.sizes.inner
    if name in _EMBEDDINGS:
        return f"embeddings.{_EMBEDDINGS[name]}", 0 if ".ln." in name else hidden
    layer, part, parameter = name.split(".")
    columns = 0 if parameter == "b" or part.endswith("ln") else inner if part == "fo" else hidden
    return f"encoder.layer.{layer.removeprefix('l')}.{_PARTS[part]}.{_PARAMETERS[parameter]}", columns


def _configuration(packed: PackedEncoder, alignment_layer: int) -> dict:
    sizes = packed.sizes
    bos, eos, pad, _ = packed.vocabulary.special
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float16",
        "hidden_size": sizes.hidden,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "intermediate_size": sizes.inner,
        "hidden_act": "gelu",
        "vocab_size": sizes.vocabulary,
        "max_position_embeddings": sizes.positions,
        "type_vocab_size": sizes.types,
        "layer_norm_eps": sizes.epsilon,
        "bos_token_id": bos,
        "eos_token_id": eos,
        "pad_token_id": pad,
        "alignment_layer": alignment_layer,
    }


def _tokenizer(vocabulary: Vocabulary, longest: int):
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    bos, eos, pad, unknown = (vocabulary.pieces[id][0] for id in vocabulary.special)
    mask = vocabulary.pieces[-1][0]
    found = Tokenizer(models.Unigram(vocabulary.pieces, unk_id=vocabulary.special[3]))
    there = [(sign, chr(_STAND_IN + number)) for number, sign in enumerate(vocabulary.kept)]
    steps = [normalizers.Replace(sign, wait) for sign, wait in there]
    for signs, result in ((vocabulary.removed, ""), (vocabulary.spaces, " ")):
        steps += [normalizers.Replace(Regex(f"[{re.escape(signs)}]"), result)] if signs else []
    steps += [normalizers.NFKC(), *(normalizers.Replace(wait, sign) for sign, wait in there), normalizers.Replace(Regex(" {2,}"), " ")]
    found.normalizer = normalizers.Sequence(steps)
    found.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    found.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    ends = [(bos, vocabulary.special[0]), (eos, vocabulary.special[1])]
    found.post_processor = processors.TemplateProcessing(f"{bos} $A {eos}", f"{bos} $A {eos} {eos} $B {eos}", ends)
    found.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in (bos, pad, eos, unknown, mask)])
    named = {
        "bos_token": bos,
        "cls_token": bos,
        "eos_token": eos,
        "sep_token": eos,
        "pad_token": pad,
        "unk_token": unknown,
        "mask_token": mask,
    }
    return PreTrainedTokenizerFast(tokenizer_object=found, model_max_length=longest, **named)
