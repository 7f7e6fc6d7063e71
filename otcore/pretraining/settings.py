"""The settings of each part; free of heavy imports, so that the command line starts fast."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Presentation:
    """How pairs are shown to the encoder.

    ``lower_share`` of the pairs are lower-cased on both sides (test sets and users do that),
    ``segmented_share`` of the Chinese and Japanese sentences are cut into words by a segmenter, and
    ``held_out`` pairs a language are never trained on (at most a tenth of the language).
    """

    lower_share: float = 0.18
    segmented_share: float = 0.5
    held_out: int = 500


@dataclass(frozen=True)
class MaskedSettings:
    """Tokens a batch, share of tokens to predict, share of translation batches, language sampling exponent.

    ``sampled`` tokens of the vocabulary stand for all of it in the loss: the full product took half of the time.
    """

    tokens: int = 6144
    masked_share: float = 0.2
    translation_share: float = 0.7
    temperature: float = 0.5
    sampled: int = 4096


@dataclass(frozen=True)
class ContrastiveSettings:
    """Tokens (both sides) and pairs a batch, language sampling exponent, temperature, weights of the other losses.

    ``pair_weight``: of finding a linked word within its own pair; ``sentence_weight``: of finding the translation;
    ``word_tokens``: the word losses take pairs of about so many tokens, as their cost grows with the square.
    """

    tokens: int = 4096
    word_tokens: int = 4096
    pairs: int = 192
    language_exponent: float = 0.4
    temperature: float = 0.05
    pair_weight: float = 0.5
    sentence_weight: float = 0.5


# Long sentences come few to a batch, so that the first contrastive stage shows them few others to be told apart from:
# three times the tokens for the sentence loss, with more of its weight and of the languages with little text.
SHARPENED = ContrastiveSettings(tokens=12_288, pairs=384, language_exponent=0.3, sentence_weight=1.5)
