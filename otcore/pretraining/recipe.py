"""How much of everything a run does, fixed by the minutes asked for and never by a clock."""

from dataclasses import dataclass, field
from typing import Self

from otcore.base.errors import InputError

DEFAULT_MINUTES = 90.0
# Nominal speed: steps a minute on two quiet cores with native bfloat16 (AMD EPYC of 2023), 6,144 and 4,096
# tokens a step.
MASKED_STEPS_PER_MINUTE = 105.0
ALIGNED_STEPS_PER_MINUTE = 150.0
SHARPENED_STEPS_PER_MINUTE = 50.0
# The rest of the time goes to reading, the vocabulary, the vectors and the links.
MASKED_SHARE = 0.17
ALIGNED_SHARE = 0.417
SHARPENED_SHARE = 0.28


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


@dataclass(frozen=True)
class Recipe:
    """All settings of a run; ``for_minutes`` derives those that depend on the time."""

    seed: int = 0
    minutes: float = DEFAULT_MINUTES
    vocabulary: int = 29_000
    vocabulary_sentences: int = 40_000
    pairs: int = 200_000
    vector_pairs: int = 60_000
    link_pairs: int = 200_000
    layers: int = 4
    hidden: int = 256
    masked_steps: int = 1606
    aligned_steps: int = 5630
    sharpened_steps: int = 1260
    tuned_steps: int = 200
    masked_rate: float = 1e-3
    aligned_rate: float = 5e-4
    sharpened_rate: float = 3e-4
    checkpoint_every: int = 250
    presentation: Presentation = field(default_factory=Presentation)
    masked: MaskedSettings = field(default_factory=MaskedSettings)
    contrastive: ContrastiveSettings = field(default_factory=ContrastiveSettings)
    sharpened: ContrastiveSettings = SHARPENED

    @classmethod
    def for_minutes(cls, minutes: float, seed: int = 0) -> Self:
        """Return the recipe of a run of about ``minutes`` minutes on two quiet cores.

        Steps are proportional to the minutes; vocabulary, vectors and links shrink in runs of less than
        40 minutes. Raises ``InputError`` below one minute.
        """
        if not 1 <= minutes <= 100_000:
            raise InputError(f"The minutes must be between 1 and 100000, not {minutes:g}; give at least one.")
        share = min(1.0, minutes / 40)
        return cls(
            seed=seed,
            minutes=minutes,
            vocabulary=round(8_000 + 21_000 * share),
            vocabulary_sentences=round(40_000 * share),
            pairs=round(200_000 * share),
            vector_pairs=round(60_000 * share),
            link_pairs=round(200_000 * share),
            masked_steps=round(minutes * MASKED_SHARE * MASKED_STEPS_PER_MINUTE),
            aligned_steps=round(minutes * ALIGNED_SHARE * ALIGNED_STEPS_PER_MINUTE),
            sharpened_steps=round(minutes * SHARPENED_SHARE * SHARPENED_STEPS_PER_MINUTE),
            tuned_steps=max(1, round(200 * share)),
        )

    @property
    def base_steps(self) -> int:
        """Masked steps after which the edition ``base`` is taken: half of them, so that fine-tuning has something to do."""
        return max(1, self.masked_steps // 2)
