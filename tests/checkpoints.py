"""Tiny random checkpoints of real architectures, made by the tests: what a hub would serve, only small."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

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
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>",
        pad_token="<pad>", unk_token="<unk>", mask_token="<mask>",
    )  # fmt: skip
    config = XLMRobertaConfig(**_sizes(len(fast)), max_position_embeddings=positions, pad_token_id=1, bos_token_id=0, eos_token_id=2)
    return _save(folder, XLMRobertaModel, config, fast)


def make_mbert(folder: Path) -> Path:
    """mBERT: cased WordPiece with ## continuations, absolute positions."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(TEXT, trainers.WordPieceTrainer(vocab_size=300, special_tokens=special, show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", unk_token="[UNK]", mask_token="[MASK]"
    )
    config = BertConfig(**_sizes(len(fast)), max_position_embeddings=64, pad_token_id=0)
    return _save(folder, BertModel, config, fast)


def _sizes(vocabulary: int) -> dict:
    return {
        "vocab_size": vocabulary, "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 64,
    }  # fmt: skip


def _save(folder: Path, architecture: type, config, tokenizer: PreTrainedTokenizerFast) -> Path:
    torch.manual_seed(0)
    architecture(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
