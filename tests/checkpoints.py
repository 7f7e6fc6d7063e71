"""Tiny random checkpoints of real architectures, made by the tests: what a hub would serve, only small."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertModel,
    ElectraConfig,
    ElectraModel,
    ModernBertConfig,
    ModernBertModel,
    MPNetConfig,
    MPNetModel,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaModel,
)

TEXT = [
    "the cat sleeps on the red chair .",
    "die Katze schläft auf dem roten Stuhl .",
    "le chat dort sur la chaise rouge .",
    "القطة تنام على الكرسي الأحمر .",
    "猫 は 赤い 椅子 で 寝て いる 。",
    "猫 睡 在 红色 的 椅子 上 。",
    "बिल्ली लाल कुर्सी पर सोती है ।",
    "1234567890 ! ? , - ' \" < > / abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ äöüß",
]


def make_xlm_roberta(folder: Path, *, positions: int = 66) -> Path:
    """XLM-R: Unigram pieces with ▁, positions counted from the padding index, hence 64 usable of 66."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer = trainers.UnigramTrainer(vocab_size=300, special_tokens=special, unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator(TEXT, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
    )
    config = XLMRobertaConfig(**_sizes(len(fast)), max_position_embeddings=positions, pad_token_id=1, bos_token_id=0, eos_token_id=2)
    return _save(folder, XLMRobertaModel, config, fast)


def make_mbert(folder: Path) -> Path:
    """mBERT: cased WordPiece with ## continuations, absolute positions."""
    fast = _word_pieces()
    config = BertConfig(**_sizes(len(fast)), max_position_embeddings=64, pad_token_id=0)
    return _save(folder, BertModel, config, fast)


def make_distilbert(folder: Path) -> Path:
    """DistilBERT: names of its own for sizes and layers (`dim`, `n_layers`, `transformer.layer`), no token types, no pooler."""
    fast = _word_pieces()
    config = DistilBertConfig(vocab_size=len(fast), dim=32, n_layers=3, n_heads=2, hidden_dim=64, max_position_embeddings=64)
    return _save(folder, DistilBertModel, config, fast)


def make_electra(folder: Path) -> Path:
    """ELECTRA: embeddings narrower than the layers, projected up to them."""
    fast = _word_pieces()
    config = ElectraConfig(**_sizes(len(fast)), embedding_size=16, max_position_embeddings=64)
    return _save(folder, ElectraModel, config, fast)


def make_mpnet(folder: Path) -> Path:
    """MPNet: WordPiece between <s> and </s>, padding 1, a relative position bias shared by all layers."""
    fast = _word_pieces(["<s>", "<pad>", "</s>", "[UNK]", "<mask>"])
    config = MPNetConfig(**_sizes(len(fast)), max_position_embeddings=66)
    return _save(folder, MPNetModel, config, fast)


def make_modernbert(folder: Path) -> Path:
    """ModernBERT: bytes for letters, a space before a word part of it, rotary positions, a norm after the last layer."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=letters, show_progress=False)
    tokenizer.train_from_iterator(TEXT, trainer)
    fast = _framed(tokenizer, special)
    config = ModernBertConfig(
        **_sizes(len(fast)),
        max_position_embeddings=64,
        local_attention=8,
        pad_token_id=0,
        cls_token_id=2,
        sep_token_id=3,
        bos_token_id=2,
        eos_token_id=3,
    )
    return _save(folder, ModernBertModel, config, fast)


ARCHITECTURES = {
    "bert": make_mbert,
    "xlm-roberta": make_xlm_roberta,
    "distilbert": make_distilbert,
    "electra": make_electra,
    "mpnet": make_mpnet,
    "modernbert": make_modernbert,
}


def _word_pieces(special: list[str] | None = None) -> PreTrainedTokenizerFast:
    """Cased WordPiece. special: padding, unknown, beginning, end and mask in the order of their ids, by default BERT's."""
    special = special or ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(TEXT, trainers.WordPieceTrainer(vocab_size=300, special_tokens=special, show_progress=False))
    return _framed(tokenizer, special)


def _framed(tokenizer: Tokenizer, special: list[str]) -> PreTrainedTokenizerFast:
    """The tokeniser with its beginning and end around a sentence."""
    first, last = ("[CLS]", "[SEP]") if "[CLS]" in special else ("<s>", "</s>")
    ends = [(token, special.index(token)) for token in (first, last)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{first} $A {last}", special_tokens=ends)
    padding, mask = ("[PAD]", "[MASK]") if "[CLS]" in special else ("<pad>", "<mask>")
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, cls_token=first, sep_token=last, pad_token=padding, unk_token="[UNK]", mask_token=mask
    )


def _sizes(vocabulary: int) -> dict:
    return {
        "vocab_size": vocabulary,
        "hidden_size": 32,
        "num_hidden_layers": 3,
        "num_attention_heads": 2,
        "intermediate_size": 64,
    }


def _save(folder: Path, architecture: type, config, tokenizer: PreTrainedTokenizerFast) -> Path:
    torch.manual_seed(0)
    architecture(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
