"""The settings of a fine-tuning run; free of heavy imports, so that the command line and the pages start fast."""

import dataclasses
import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from otcore.base.errors import InputError
from otcore.text.languages import language
from otcore.objectives.settings import ObjectiveSettings

PIVOT = "en"
LINK_SOURCES = ("mutual", "eflomal")
SCHEDULES = ("linear", "constant")


@dataclass(frozen=True)
class PairFile:
    """Where the sentence pairs of one language are.

    language: code of the side that is not English
    path    : a TMX or TSV file, one with lines `source ||| target`, or with `english` the source side of line-parallel text
    english : the English side of line-parallel text, or None
    columns : of a TSV file, counted from 1: that of the language and that of English
    """

    language: str
    path: str
    english: str | None = None
    columns: tuple[int, int] = (1, 2)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        if len(self.columns) != 2 or not all(isinstance(column, int) and column >= 1 for column in self.columns):
            raise InputError(f"The columns of {self.path} must be two numbers from 1 up, not {list(self.columns)}.")
        for name in ("path", "english"):
            if getattr(self, name) is not None:  # a resumed run may be started from another folder
                object.__setattr__(self, name, str(Path(getattr(self, name)).expanduser().absolute()))


@dataclass(frozen=True)
class FinetuneSettings:
    """Everything that decides what a run learns, saved with it.

    encoder       : a bundled edition, a folder, a hub name, or `run:NAME`
    languages     : codes; each is aligned with English
    objective     : what is trained
    pairs         : most sentence pairs used of each language, ≥ 2, or None for all
    steps, epochs, minutes: where the run ends, whichever comes first; epochs count the language with most pairs
    batch         : pairs of each language a step and process, ≥ 1
    accumulation  : batches whose gradients make one step, ≥ 1
    learning_rate : highest rate of AdamW, > 0, or None for the one recommended for the objective
    warmup        : share of the run in which the rate rises, in [0, 1)
    schedule      : then it falls linearly to 0 ("linear") or stays ("constant")
    weight_decay  : of AdamW, on matrices only, ≥ 0
    clip          : longest gradient (L2 norm), > 0
    layer         : whose vectors are aligned, or None for the encoder's alignment layer; layers above it are not trained
    top_layers    : train so many layers below and at `layer`, embeddings frozen; None trains all and the embeddings
    seed          : of the batches and the adversarial map
    bf16          : bfloat16 forward passes where the processor has them natively
    evaluate_every, checkpoint_every, snapshot_every: steps; 0 only at the start and the end
    word_pairs    : links for the objectives that need them: the encoder's own "mutual" ones, or of "eflomal" (optional extra)
    files         : one a language, or empty for the training part of the bundled collection
    held_out      : share of the pairs of files that is only evaluated on, in (0, 0.5]
    longest       : pairs with more words than this on a side are left out, ≥ 1
    raises        : InputError   a value out of range, a language twice or English, files that do not fit the languages

    >>> from otcore import FinetuneSettings
    >>> settings = FinetuneSettings(("de", "fr"), encoder="base", minutes=5)
    >>> FinetuneSettings.from_json(settings.to_json()) == settings
    True
    """

    languages: tuple[str, ...] = ("de", "fr", "es")
    encoder: str = "base"
    objective: ObjectiveSettings = field(default_factory=ObjectiveSettings)
    pairs: int | None = None
    steps: int | None = None
    epochs: float | None = None
    minutes: float | None = None
    batch: int = 24
    accumulation: int = 1
    learning_rate: float | None = None
    warmup: float = 0.1
    schedule: str = "linear"
    weight_decay: float = 0.0
    clip: float = 1.0
    layer: int | None = None
    top_layers: int | None = None
    seed: int = 0
    bf16: bool = True
    evaluate_every: int = 25
    checkpoint_every: int = 50
    snapshot_every: int = 25
    word_pairs: str = "mutual"
    files: tuple[PairFile, ...] = ()
    held_out: float = 0.05
    longest: int = 80

    def __post_init__(self) -> None:
        object.__setattr__(self, "languages", tuple(language(code).code for code in self.languages))
        object.__setattr__(self, "files", tuple(self.files))
        if self.learning_rate is None:
            object.__setattr__(self, "learning_rate", recommended(self.objective.kind).learning_rate)
        self._check_languages()
        self._check_numbers()
        for name, choices in (("word_pairs", LINK_SOURCES), ("schedule", SCHEDULES)):
            if getattr(self, name) not in choices:
                raise InputError(f"{name} must be one of {', '.join(choices)}, not {getattr(self, name)!r}.")
        if not self.objective.is_map and self.steps is None and self.epochs is None and self.minutes is None:
            raise InputError("A run needs an end; give steps, epochs or minutes.")

    def _check_languages(self) -> None:
        if not self.languages:
            raise InputError("Fine-tuning needs at least one language besides English; give codes such as de,fr.")
        if PIVOT in self.languages:
            raise InputError("English is the target side of every pair; give only the other languages.")
        if len(set(self.languages)) != len(self.languages):
            raise InputError(f"A language is named twice in {', '.join(self.languages)}; name each once.")
        if self.files and sorted(file.language for file in self.files) != sorted(self.languages):
            named = ", ".join(file.language for file in self.files)
            raise InputError(f"Pair files are needed for {', '.join(self.languages)}, one each; they were given for {named}.")

    def _check_numbers(self) -> None:
        whole = {"pairs": 2, "steps": 1, "batch": 1, "accumulation": 1, "top_layers": 1, "layer": 1, "longest": 1, "seed": 0}
        for name in ("evaluate_every", "checkpoint_every", "snapshot_every"):
            whole[name] = 0
        for name, least in whole.items():
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
                raise InputError(f"{name} must be a whole number from {least} up, not {value!r}.")
        ranges = {
            "epochs": (0, math.inf), "minutes": (0, math.inf), "learning_rate": (0, math.inf), "clip": (0, math.inf),
            "warmup": (-1e-9, 0.999), "weight_decay": (-1e-9, math.inf), "held_out": (0, 0.5),
        }  # fmt: skip
        for name, (above, most) in ranges.items():
            value = getattr(self, name)
            if value is not None and not (isinstance(value, int | float) and math.isfinite(value) and above < value <= most):
                limit = "a number above 0" if above == 0 else "a number from 0 up"
                raise InputError(f"{name} must be {limit}{'' if most == math.inf else f', at most {most}'}, not {value!r}.")

    def to_json(self) -> str:
        """One JSON object, the objective and files nested."""
        return json.dumps(dataclasses.asdict(self), indent=1, ensure_ascii=False) + "\n"

    @staticmethod
    def from_json(text: str) -> "FinetuneSettings":
        """raises: InputError   not JSON, a name that is no setting, or a value out of range"""
        try:
            values: dict[str, Any] = json.loads(text)
            objective = ObjectiveSettings(**values.pop("objective", {}))
            files = tuple(PairFile(**entry) for entry in values.pop("files", ()))
            return FinetuneSettings(objective=objective, files=files, **values)
        except InputError:
            raise
        except (ValueError, TypeError, AttributeError) as error:
            raise InputError(f"The settings cannot be read ({error}); they are written by another version or damaged.") from error


@dataclass(frozen=True)
class Recommended:
    """Where to start from with an objective: highest rate and anchor λ."""

    learning_rate: float
    anchor: float


# λ counts squared lengths, and words of the bundled base encoder are about 15 long: at λ = 5 a cosine cost did not fall in
# 100 steps. At 0.02 moving all English words by a tenth of their length costs about as much as the whole transport.
_RECOMMENDED = {
    "word-ot": Recommended(2e-4, 0.1),
    "sub-ot": Recommended(2e-4, 0.1),
    "contrastive-ot": Recommended(1e-4, 0.01),  # at five times the rate links gain a little more, retrieval of other text loses half
    "l2": Recommended(5e-5, 1.0),  # a squared length itself
    "contrastive-weak": Recommended(2e-4, 0.01),
    "contrastive-strong": Recommended(2e-4, 0.01),
}


def recommended(kind: str) -> Recommended:
    """The rate and the anchor to start from; maps have neither."""
    return _RECOMMENDED.get(kind, Recommended(5e-5, 0.0))


PRESETS = {
    "minute": "one minute, for a first look",
    "five-minutes": "five minutes, for a fair comparison",
    "thorough": "thirty minutes, until little changes any more",
}
_MINUTES = {"minute": 1.0, "five-minutes": 5.0, "thorough": 30.0}
_EVERY = {"minute": 20, "five-minutes": 50, "thorough": 200}


def preset(name: str, kind: str = "contrastive-ot", languages: tuple[str, ...] = ("de", "fr", "es")) -> FinetuneSettings:
    """The settings of a preset for an objective, on the bundled base encoder and collection.

    raises: InputError   no such preset, objective or language
    """
    if name not in PRESETS:
        raise InputError(f"The preset must be one of {', '.join(PRESETS)}, not {name!r}.")
    every = _EVERY[name]
    objective = ObjectiveSettings(kind, anchor=recommended(kind).anchor)
    return FinetuneSettings(
        languages, objective=objective, minutes=_MINUTES[name], evaluate_every=every, checkpoint_every=every, snapshot_every=every
    )
