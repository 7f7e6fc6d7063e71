"""How much of everything a run does, fixed by the minutes asked for and never by a clock."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from otcore.base.errors import InputError
from otcore.pretraining.settings import SHARPENED, ContrastiveSettings, MaskedSettings, Presentation

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
    def for_minutes(cls, minutes: float, seed: int = 0) -> Recipe:
        """Return the recipe of a run of about ``minutes`` minutes on two quiet cores.

        Steps are proportional to the minutes; vocabulary, vectors and links shrink in runs of less than
        40 minutes. Raises ``InputError`` below one minute.
        """
        if not 1 <= minutes <= 100_000:
            raise InputError(f"--minutes {minutes:g} is not between 1 and 100000; give at least one minute.")
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

    def as_dict(self) -> dict[str, object]:
        """Return the settings as plain values, for the log and the check on resuming."""
        return asdict(self)
