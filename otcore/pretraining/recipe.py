"""How much of everything a run does, fixed by the minutes asked for and never by a clock."""

from dataclasses import dataclass
from typing import Self

from otcore.base.errors import InputError

DEFAULT_MINUTES = 90.0
# Each stage's share of the time (the rest goes to reading, the vocabulary, the vectors and the links), and its nominal speed: steps a
# minute on two quiet cores with native bfloat16 (AMD EPYC of 2023), 6,144 and 4,096 tokens a step.
_STAGES = {"masked_steps": (0.17, 105.0), "aligned_steps": (0.417, 150.0), "sharpened_steps": (0.28, 50.0)}
_TEACHER_STEPS = 40  # a minute, of 32 pairs through eight layers of 384
# What shrinks in runs of less than 40 minutes.
_SIZES = {"vocabulary_sentences": 40_000, "pairs": 200_000, "vector_pairs": 60_000, "link_pairs": 200_000, "tuned_steps": 200}


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
    vocabulary_sentences: int = _SIZES["vocabulary_sentences"]
    pairs: int = _SIZES["pairs"]
    vector_pairs: int = _SIZES["vector_pairs"]
    link_pairs: int = _SIZES["link_pairs"]
    layers: int = 4
    hidden: int = 256
    masked_steps: int = 1606
    aligned_steps: int = 5630
    sharpened_steps: int = 1260
    tuned_steps: int = _SIZES["tuned_steps"]
    masked_rate: float = 1e-3
    aligned_rate: float = 5e-4
    sharpened_rate: float = 3e-4
    checkpoint_every: int = 250
    presentation: Presentation = Presentation()
    masked: MaskedSettings = MaskedSettings()
    contrastive: ContrastiveSettings = ContrastiveSettings()
    sharpened: ContrastiveSettings = SHARPENED

    @classmethod
    def for_minutes(cls, minutes: float, seed: int = 0) -> Self:
        """Return the recipe of a run of about ``minutes`` minutes on two quiet cores.

        Steps are proportional to the minutes; vocabulary, vectors and links shrink in runs of less than
        40 minutes. Raises ``InputError`` below one minute.
        """
        if not 1 <= minutes <= 100_000:
            raise InputError(f"The minutes must be between 1 and 100000, not {minutes:g}; give at least one.")
        size = min(1.0, minutes / 40)
        sizes = {name: round(most * size) for name, most in _SIZES.items()}
        steps = {name: round(minutes * share * speed) for name, (share, speed) in _STAGES.items()}
        return cls(seed, minutes, round(8_000 + 21_000 * size), **sizes, **steps)


@dataclass(frozen=True)
class TeacherRecipe:
    """How an encoder is made the teacher.

    layer    : trained up to it, and the losses are taken there; the layers above, and the vectors of the vocabulary, stay
    sentences_every: so many steps sentences are compared by the last layer in place of that one
    pairs    : of each language; link_pairs of them get statistical links
    evaluated: held-out pairs a language
    """

    encoder: str = "e5-small"
    seed: int = 0
    layer: int = 8
    sentences_every: int = 3
    steps: int = 2400
    rate: float = 1e-4
    pairs: int = 40_000
    link_pairs: int = 40_000
    evaluated: int = 60
    checkpoint_every: int = 50
    presentation: Presentation = Presentation(segmented_share=0.75, held_out=200)
    contrastive: ContrastiveSettings = ContrastiveSettings(tokens=2048, word_tokens=2048, pairs=32, sentence_weight=0.5)

    @classmethod
    def for_minutes(cls, minutes: float, seed: int = 0, encoder: str = "e5-small") -> Self:
        """Return the recipe of a run of about ``minutes`` minutes on two quiet cores, a sixth of them for the links.

        Raises ``InputError`` below one minute.
        """
        if not 1 <= minutes <= 100_000:
            raise InputError(f"The minutes must be between 1 and 100000, not {minutes:g}; give at least one.")
        pairs = round(40_000 * min(1.0, minutes / 60))
        return cls(encoder, seed, steps=round(minutes * _TEACHER_STEPS), pairs=pairs, link_pairs=pairs)
