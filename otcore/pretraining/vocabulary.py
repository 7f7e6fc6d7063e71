"""One subword vocabulary for all languages, as a tokenizer that ``AutoTokenizer`` loads.

Words and raw text must give the same pieces: the engine feeds words (punctuation apart, Chinese and
Japanese segmented), retrieval feeds raw sentences. So the text is first cut at spaces, and punctuation,
symbols and runs of Chinese or Japanese script stand alone; each remaining word starts with "▁"
(Metaspace), and neither punctuation nor these scripts carry that mark.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from otcore.pretraining.corpus import ENGLISH, LanguageText

SPECIAL_TOKENS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
BOS, PAD, EOS, UNK, MASK = range(5)
MAX_TOKENS = 256

# Han, kana, their iteration marks and the long-vowel mark (script "Common" in Unicode, hence ranges).
_EAST_ASIAN = r"\x{3005}-\x{3007}\x{3040}-\x{30FF}\x{31F0}-\x{31FF}\x{3400}-\x{4DBF}\x{4E00}-\x{9FFF}\x{F900}-\x{FAFF}"
_RARE_CHARACTER = 4
_BYTE_SCORE = -30.0


def pre_tokenizer() -> pre_tokenizers.PreTokenizer:
    """Return the cutting rules described at the top of the module."""
    alone = Regex(rf"[{_EAST_ASIAN}]+|\p{{P}}|\p{{S}}")
    unmarked = Regex(rf"▁(?=[{_EAST_ASIAN}]|\p{{P}}|\p{{S}})")
    marked = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    cuts = [pre_tokenizers.Split(alone, behavior="isolated"), marked, pre_tokenizers.Split(unmarked, behavior="removed")]
    return pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), *cuts])


def vocabulary_text(texts: list[LanguageText], sentences: int, seed: int) -> Iterator[str]:
    """Yield ``sentences`` sentences a language, English included; small languages are repeated.

    Segmented sentences are preferred where there are any, so that no piece crosses a word boundary.
    Characters seen fewer than four times are left to the byte fallback and shown as spaces.
    """
    rng = np.random.default_rng([seed, 1])
    wanted = ((text, text.segmented if text.segmented.any() else ~text.segmented) for text in texts)
    pools = {text.language: [other for (_, other), kept in zip(text.pairs, keep, strict=True) if kept] for text, keep in wanted}
    pools[ENGLISH] = sorted({english for text in texts for english, _ in text.pairs})
    for language in sorted(pools):
        pool = pools[language]
        counts = Counter(character for sentence in pool for character in sentence)
        rare = {ord(c): " " for c, n in counts.items() if n < _RARE_CHARACTER}
        order = np.concatenate([rng.permutation(len(pool)) for _ in range(-(-sentences // len(pool)))])
        for i in order[:sentences]:
            yield pool[i].translate(rare)


def train_vocabulary(sentences: Iterator[str], size: int) -> Tokenizer:
    """Train a Unigram vocabulary of about ``size`` pieces and return the finished tokenizer.

    NFKC normalisation, byte fallback for characters outside the vocabulary (256 of the pieces).
    """
    tokenizer = _bare(models.Unigram())
    options = {"special_tokens": list(SPECIAL_TOKENS), "unk_token": "<unk>", "max_piece_length": 16, "show_progress": False}
    tokenizer.train_from_iterator(sentences, trainers.UnigramTrainer(vocab_size=size - 256, **options))
    return _finish(tokenizer)


def _bare(model: models.Unigram) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizer()
    return tokenizer


def _finish(trained: Tokenizer) -> Tokenizer:
    """Add the byte pieces, the special tokens around a sentence and the decoder."""
    vocabulary = [(piece, 0.0) for piece in SPECIAL_TOKENS] + _settled(trained)
    known = {piece for piece, _ in vocabulary}
    vocabulary += [(f"<0x{b:02X}>", _BYTE_SCORE) for b in range(256) if f"<0x{b:02X}>" not in known]
    tokenizer = _bare(models.Unigram(vocabulary, unk_id=UNK, byte_fallback=True))
    tokenizer.add_special_tokens(list(SPECIAL_TOKENS))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", BOS), ("</s>", EOS)]
    )
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace(replacement="▁")])
    return tokenizer


def _settled(trained: Tokenizer) -> list[tuple[str, float]]:
    """Return pieces and scores in an order, and with scores, that do not differ from run to run.

    The trainer orders equal scores at random, and gives characters that are no piece of their own scores
    at the lower end in random order: these get one score. Four decimals keep ``tokenizer.json`` small.
    """
    entries = json.loads(trained.to_str())["model"]["vocab"][len(SPECIAL_TOKENS) :]
    lowest = min((score for piece, score in entries if len(piece) > 1), default=0.0)
    settled = [(p, round(lowest - 0.1 if len(p) == 1 and score < lowest + 0.1 else score, 4)) for p, score in entries]
    return sorted(settled, key=lambda entry: (-entry[1], entry[0]))


def word_beginnings(tokenizer: Tokenizer) -> np.ndarray:
    """Return (vocabulary,) bool: which pieces begin a word, that is, carry the mark "▁"."""
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    return np.array([piece.startswith("▁") for piece, _ in pieces])


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """Write ``tokenizer.json`` and ``tokenizer_config.json`` into ``folder``."""
    bos, pad, eos, unk, mask = SPECIAL_TOKENS
    marks = {"bos": bos, "cls": bos, "eos": eos, "sep": eos, "unk": unk, "pad": pad, "mask": mask}
    named = {f"{name}_token": token for name, token in marks.items()}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=MAX_TOKENS, **named).save_pretrained(folder)
    # The library writes the 28,000 pieces one field a line; without the spaces the file is half as large.
    path = Path(folder) / "tokenizer.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
