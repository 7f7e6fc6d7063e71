"""How much of everything a run does, fixed by the minutes asked for and never by a clock."""

from dataclasses import dataclass, replace
from typing import Self

from otcore.base.errors import InputError

DEFAULT_MINUTES = 90.0
# Each stage's share of the time (the rest goes to reading, the vocabulary, the vectors and the links), and its nominal speed: steps a
# minute on two quiet cores with native bfloat16 (AMD EPYC of 2023), 6,144 and 4,096 tokens a step.
_STAGES = {"masked_steps": (0.17, 105.0), "aligned_steps": (0.417, 150.0), "sharpened_steps": (0.28, 50.0)}
_TEACHER_STEPS = 40  # a minute, of 32 pairs through eight layers of 384
_DISTILLED_STEPS = 60  # a minute, of a student of 4 × 256 and a teacher of 12 × 384, whole in every other step, else half of it
_LEXICON = 0.15  # of the minutes, where there is a teacher
_TEACHING = 0.25  # of the rest, where the teacher is made first
_DISTILLED = {"whole": 0.5, "alone": 0.85}  # of the minutes that are left: after the other stages, and where they are had already
# What shrinks in runs of less than 40 minutes.
_SIZES = {"vocabulary_sentences": 40_000, "pairs": 200_000, "vector_pairs": 60_000, "link_pairs": 200_000, "tuned_steps": 1000}
_SIZES |= {"distilled_pairs": 40_000}


@dataclass(frozen=True)
class Size:
    """Of the encoder that is made.

    vocabulary: pieces of it, in runs of 40 minutes or more
    most_bytes: of an edition's folder
    slower    : how many times as long a step takes as one of the small size
    """

    layers: int
    hidden: int
    vocabulary: int
    most_bytes: int
    slower: float


SIZES = {"small": Size(4, 256, 29_000, 25_000_000, 1.0), "large": Size(6, 384, 32_000, 50_000_000, 3.1)}


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


@dataclass(frozen=True)
class DistillingSettings:
    """How the edition ``aligned`` imitates a teacher: similarities, not vectors, as the two differ in dimensions.

    tokens, pairs  : most of both sides in a batch; the first pairs, of about ``word_tokens``, take part in the word losses
    sentences_every: so many steps the teacher's last layer is read, and sentences and short texts imitate it
    word_teacher, sentence_teacher: temperatures of the teacher's similarities; its sentences all lie close together
    temperature    : of the student's
    soft_weight    : of imitated similarities of words, in the batch and, ``pair_weight`` times that, within pairs
    hard_weight    : of finding linked words, in the batch and, ``pair_weight`` times that, within pairs
    relation_weight: of imitated similarities of sentences; sentence_weight: of finding translations
    short_weight   : of imitated similarities of short texts, at most ``short_texts`` a step, to sentences
    evaluated      : held-out pairs a language that the teacher reads
    """

    tokens: int = 4096
    word_tokens: int = 2048
    pairs: int = 128
    language_exponent: float = 0.35
    sentences_every: int = 2
    word_teacher: float = 0.05
    sentence_teacher: float = 0.02
    temperature: float = 0.05
    soft_weight: float = 1.0
    hard_weight: float = 0.5
    pair_weight: float = 0.5
    relation_weight: float = 1.0
    sentence_weight: float = 0.5
    short_weight: float = 0.5
    short_texts: int = 96
    evaluated: int = 32


# Long sentences come few to a batch, so that the first contrastive stage shows them few others to be told apart from:
# three times the tokens for the sentence loss, with more of its weight and of the languages with little text.
SHARPENED = ContrastiveSettings(tokens=12_288, pairs=384, language_exponent=0.3, sentence_weight=1.5)


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
        _check_minutes(minutes)
        pairs = round(40_000 * min(1.0, minutes / 60))
        return cls(encoder, seed, steps=round(minutes * _TEACHER_STEPS), pairs=pairs, link_pairs=pairs)


@dataclass(frozen=True)
class LexiconRecipe:
    """How a lexicon is made for an edition: static vectors whose sums come near a teacher's vectors of words, sentences and short texts.

    pairs    : of each language that are read and linked
    texts    : of them the teacher reads the English side, short texts cut from it and, half as many, short texts in the other language
    words    : of each language in the lexicon, english_words of English
    taught   : English words that the teacher reads alone
    dimension: of the vectors; share: length beside the encoder's own vector, chosen by retrieval among the collection's training sentences
    pairs_a_step, texts_a_step, words_a_step: what a step looks at
    smoothing: a word of share p of the text weighs smoothing / (smoothing + p) in what a sentence is about (Arora et al. 2017)
    """

    teacher: str = "e5-small"
    seed: int = 0
    pairs: int = 60_000
    texts: int = 3_000
    words: int = 10_000
    english_words: int = 25_000
    taught: int = 40_000
    dimension: int = 256
    share: float = 0.8
    steps: int = 1_500
    rate: float = 1e-3
    pairs_a_step: int = 1024
    texts_a_step: int = 768
    words_a_step: int = 512
    temperature: float = 0.05
    smoothing: float = 1e-3
    checkpoint_every: int = 500

    @classmethod
    def for_minutes(cls, minutes: float, seed: int = 0, teacher: str = "e5-small") -> Self:
        """Return the recipe of a run of about so many minutes on two quiet cores, the teacher's, the links' and the steps'.

        Raises ``InputError`` below one minute.
        """
        _check_minutes(minutes)
        part = min(1.0, minutes / 40)
        sizes = {name: max(1, round(getattr(cls, name) * part)) for name in ("pairs", "texts", "words", "english_words", "taught")}
        return cls(teacher, seed, **sizes, steps=round(cls.steps * minutes / 40))


@dataclass(frozen=True)
class Recipe:
    """All settings of a run; ``for_minutes`` derives those that depend on the time.

    teacher: the encoder that ``aligned`` learns from at last, or how one is made first; None: from none
    lexicon: how its lexicon is made; None: it gets none
    start  : folder of an edition to go on from, with its tokenizer, in place of all that comes before the teacher
    """

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
    distilled_steps: int = 0
    distilled_pairs: int = _SIZES["distilled_pairs"]
    masked_rate: float = 1e-3
    aligned_rate: float = 5e-4
    sharpened_rate: float = 3e-4
    distilled_rate: float = 3e-4
    checkpoint_every: int = 250
    presentation: Presentation = Presentation()
    masked: MaskedSettings = MaskedSettings()
    contrastive: ContrastiveSettings = ContrastiveSettings()
    sharpened: ContrastiveSettings = SHARPENED
    distilling: DistillingSettings = DistillingSettings()
    teacher: str | TeacherRecipe | None = None
    lexicon: LexiconRecipe | None = None
    start: str | None = None

    @classmethod
    def for_minutes(cls, minutes: float, seed: int = 0, size: str = "small") -> Self:
        """Return the recipe of a run of about ``minutes`` minutes on two quiet cores.

        Steps are proportional to the minutes; vocabulary, vectors and links shrink in runs of less than
        40 minutes. ``size`` is one of ``SIZES``. Raises ``InputError`` below one minute.
        """
        _check_minutes(minutes)
        chosen, part = SIZES[size], min(1.0, minutes / 40)
        sizes = {name: round(most * part) for name, most in _SIZES.items()}
        steps = {name: round(minutes * share * speed / chosen.slower) for name, (share, speed) in _STAGES.items()}
        pieces = round(8_000 + (chosen.vocabulary - 8_000) * part)
        return cls(seed, minutes, pieces, layers=chosen.layers, hidden=chosen.hidden, **sizes, **steps)

    @classmethod
    def taught(cls, minutes: float, seed: int, teacher: str | None, encoder: str = "e5-small", size: str = "small") -> Self:
        """Return the recipe of a run of about so many minutes that learns from a teacher at last.

        ``teacher`` is an encoder's name or folder; None: ``encoder`` is made the teacher first. Raises ``InputError`` below one minute.
        """
        _check_minutes(minutes)
        lexicon = LexiconRecipe.for_minutes(max(1.0, minutes * _LEXICON), seed, teacher or encoder)
        rest = minutes * (1 - _LEXICON)
        left = rest if teacher else rest * (1 - _TEACHING)
        made = teacher or TeacherRecipe.for_minutes(max(1.0, rest * _TEACHING), seed, encoder)
        own = cls.for_minutes(minutes, seed, size)
        steps = {name: round(getattr(own, name) * left / minutes * (1 - _DISTILLED["whole"])) for name in _STAGES}
        distilled = left * _DISTILLED["whole"] * _DISTILLED_STEPS * 2 / (1 + SIZES[size].slower)  # half of a step is the teacher's
        return replace(own, **steps, distilled_steps=round(distilled), teacher=made, lexicon=lexicon)

    @classmethod
    def going_on(cls, minutes: float, seed: int, teacher: str | None, start: str, encoder: str = "e5-small") -> Self:
        """Return the recipe of a run of about so many minutes in which an edition that is there learns from a teacher, as in ``taught``.

        Only the text that it learns from is read and linked.
        """
        whole = cls.taught(minutes, seed, teacher, encoder)
        pairs = round(_SIZES["distilled_pairs"] * min(1.0, minutes / 40))
        text = {"pairs": pairs, "link_pairs": pairs, "distilled_pairs": pairs}
        return replace(whole, start=start, distilled_steps=round(whole.distilled_steps * _DISTILLED["alone"] / _DISTILLED["whole"]), **text)


def _check_minutes(minutes: float) -> None:
    if not 1 <= minutes <= 100_000:
        raise InputError(f"The minutes must be between 1 and 100000, not {minutes:g}; give at least one.")
