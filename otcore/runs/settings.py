"""The settings of a fine-tuning run; free of heavy imports, so that the command line and the pages start fast."""

import dataclasses
import json
from dataclasses import dataclass
from functools import partial
from typing import Any

from otcore.base.choices import Flag, Maybe, Number, OneOf, Several, Text, check, choice, variant
from otcore.base.errors import InputError
from otcore.base.names import shown
from otcore.corpora.pair_files import PIVOT, PairFile
from otcore.objectives import OBJECTIVES, read_objective, write_objective
from otcore.objectives.objective import Objective
from otcore.objectives.transport import WordOT
from otcore.text.languages import language

_EVERY = {"evaluate_every": 25, "checkpoint_every": 50, "snapshot_every": 25}
_main, _training = partial(choice, place="main"), partial(choice, place="training")


def _open(label: str, low: float = 1, *dial: float, **more: bool) -> Maybe:
    """A number from `low`, with a dial for pages, or None, which is called `label`."""
    return Maybe(Number(low, dial=dial or None, **more), label=label)


_whole = partial(_open, whole=True)
_STEPS = _whole("by budget", 0, 1, 10**6, 10)
_PAIRS = _whole("all", 2, 2, 10**7, 100)
_TOP = _whole("all", 1, 1, 1000, 1)
_MINUTES = _open("as the budget", 0, 0.05, 10_000.0, 1.0, above=True)
_BATCH = _whole("fits the encoder", 1, 1, 4096, 8)
_USUAL_BATCH = 24
# A step of more pairs takes seconds where an encoder has more numbers than these: five minutes are then few steps, and curves few points.
_LARGE, _MOST_PAIRS, _LEAST_BATCH = 32_000_000, 96, 4
_SCHEDULES = {"linear": "falls to 0", "constant": "stays"}


def _code(text: str) -> str:
    code = language(text).code
    if code == PIVOT:
        raise ValueError(text)
    return code


@dataclass(frozen=True)
class FinetuneSettings:
    """Everything that decides what a run learns, saved with it. Where None may stand, a preset or the objective decides, or nothing.

    files : one a language, or empty for the training part of the bundled collection
    raises: InputError   a value out of range, a language twice or English, files that do not fit the languages

    >>> from otcore import FinetuneSettings
    >>> settings = FinetuneSettings(("de", "fr"), encoder="base", minutes=5)
    >>> FinetuneSettings.from_json(settings.to_json()) == settings
    True
    """

    languages: tuple[str, ...] = _main(
        ["de", "fr", "es"],
        Several(1000, missing="Choose at least one language; each is aligned with English.", each=_code),
        "Languages",
        "Each is aligned with English. For your own sentence pairs the code of any other language can be typed, such as pt or el.",
        flag=None,
    )
    encoder: str = _main(
        "base",
        Text(4096, filled=True),
        "Encoder",
        "Where training starts: a bundled edition, an earlier run, or a name on the model hub (type it).",
        flag=None,
    )
    objective: Objective = variant(WordOT(), OBJECTIVES, "Objective", "What is trained, or fitted.", place="main")
    pairs: int | None = _training(
        None, _PAIRS, "Pairs a language", "Most training pairs used of each: to see how far few go.", flag="pairs-per-language"
    )
    steps: int | None = _training(None, _whole("no limit", 1, 1, 10**7, 50), "Steps at most", "The run also ends after so many steps.")
    epochs: float | None = choice(
        None, _open("", 0, above=True), "Epochs", "The run also ends after so many passes over the language with most pairs."
    )
    minutes: float | None = _training(None, _MINUTES, "Minutes", "How long the run works at most, in place of the budget.")
    batch: int | None = _training(
        None, _BATCH, "Batch", "Sentence pairs of each language a step and process: more make steadier steps, but fewer of them."
    )
    accumulation: int = choice(1, Number(1, whole=True), "Accumulation", "Batches whose gradients make one step.")
    learning_rate: float | None = _training(
        None,
        _open("", 0, 1e-8, 1.0, 1e-5, above=True),
        "Learning rate",
        "Highest rate of the optimiser. Too high: the loss jumps and the run stops itself. Too low: nothing moves.",
        key="rate",
        own=lambda values: OBJECTIVES[values["objective"]].learning_rate,
    )
    warmup: float = choice(0.1, Number(0, 0.999), "Warm-up", "Share of the run in which the learning rate rises.")
    schedule: str = _training("linear", OneOf(_SCHEDULES), "Schedule", "What the learning rate does after its rise in the first tenth.")
    weight_decay: float = choice(0.0, Number(0), "Weight decay", "Of AdamW, on matrices only.")
    clip: float = choice(1.0, Number(0, above=True), "Clipping", "Longest gradient (L2 norm).")
    layer: int | None = _training(
        None, _whole("the encoder's own", 1, 1, 1000, 1), "Layer", "Whose vectors are aligned; layers above it are not trained."
    )
    top_layers: int | None = _training(
        None, _TOP, "Top layers only", "Train only so many layers below it: faster, and less can be lost.", key="top", flag=None
    )
    word_vectors: str = _training(
        "few",
        OneOf({"few": "learn where they are few", "learn": "learn", "keep": "stay"}),
        "Word vectors",
        "Whether the vocabulary's vectors learn too. Those of a hundred languages are most of an encoder, and most of a step's time.",
        key="words",
    )
    seed: int = _training(
        0, Number(0, whole=True, dial=(0, 2**31, 1)), "Seed", "Of the order of batches. Other seeds show what chance does."
    )
    bf16: bool = _training(True, Flag(), "Half precision", "Computes in bfloat16 where the processor has it: faster, a little less exact.")
    evaluate_every: int | None = _training(
        None, _STEPS, "Look every … steps", "Steps between held-out figures; 0 only at both ends. Looking costs time.", key="every"
    )
    checkpoint_every: int | None = choice(None, _STEPS, "Checkpoint every", "Steps between checkpoints.")
    snapshot_every: int | None = choice(None, _STEPS, "Snapshot every", "Steps between snapshots of the probe sentences.")
    word_pairs: str = choice(
        "mutual",
        OneOf(
            {
                "mutual": "the encoder's mutual links",
                "transport": "read from fused transport",
                "eflomal": "eflomal",
                "joined": "fused transport joined with eflomal",
            }
        ),
        "Word pairs",
        "Where linked words come from, for the objectives that need them: from the encoder before the run, by mutual maxima or as Align "
        "reads links, which is better where the encoder is strong; from eflomal, a statistical aligner that is an optional package and "
        "learns from up to 40,000 pairs whatever is trained on; or from these two, where they agree or one is silent.",
        place="objective",
        when=lambda values: OBJECTIVES[values["objective"]].needs_links or values["lexicon"],
    )
    lexicon: bool = choice(
        False,
        Flag(),
        "Lexicon of the text",
        "Keeps what the word pairs of the whole text say of words by themselves, beside the encoder's vectors: links are then read with "
        "both, as with a dictionary at hand. It gains most with pairs by eflomal, or joined with them.",
        place="objective",
        when=lambda values: not OBJECTIVES[values["objective"]].is_map,
    )
    files: tuple[PairFile, ...] = ()
    held_out: float = choice(0.05, Number(0, 0.5, above=True), "Held out", "Share of pairs from files that is only evaluated on.")
    longest: int = choice(80, Number(1, whole=True), "Longest", "Pairs with more words on a side are left out.")

    def __post_init__(self) -> None:
        filled = {"learning_rate": self.objective.learning_rate, "batch": _USUAL_BATCH, **_EVERY}
        settled: dict[str, Any] = {name: value for name, value in filled.items() if getattr(self, name) is None}
        settled |= {"languages": tuple(language(code).code for code in self.languages), "files": tuple(self.files)}
        for name, value in settled.items():
            object.__setattr__(self, name, value)
        check(self)
        if PIVOT in self.languages:
            raise InputError("English is the target side of every pair; give only the other languages.")
        given = [file.language for file in self.files]
        if given and sorted(given) != sorted(self.languages):
            raise InputError(f"Pair files are needed for {', '.join(self.languages)}, one each; they were given for {', '.join(given)}.")
        if self.objective.is_map and self.lexicon:
            raise InputError(f"{self.objective.label} leaves the encoder as it is, and so without a lexicon; take another objective.")
        if not self.objective.is_map and self.steps is None and self.epochs is None and self.minutes is None:
            raise InputError("A run needs an end; give steps, epochs or minutes.")

    def to_json(self) -> str:
        """One JSON object, the objective and files nested."""
        values = dataclasses.asdict(self) | {"objective": write_objective(self.objective)}
        return json.dumps(values, indent=1, ensure_ascii=False) + "\n"

    @staticmethod
    def from_json(text: str) -> "FinetuneSettings":
        """raises: InputError   not JSON, a name that is no setting, or a value out of range"""
        try:
            values: dict[str, Any] = json.loads(text)
            objective = read_objective(values.pop("objective", {}))
            files = tuple(PairFile(**entry) for entry in values.pop("files", ()))
            values.setdefault("word_vectors", "learn")  # as in runs from before there was a choice
            return FinetuneSettings(objective=objective, files=files, **values)
        except InputError:
            raise
        except (ValueError, TypeError, AttributeError, KeyError, OverflowError, RecursionError) as error:
            reason = f"The settings cannot be read ({shown(error)})"
            raise InputError(f"{reason}; they are written by another version or damaged.") from error


@dataclass(frozen=True)
class Preset:
    """How long a run works, and after how many steps it is looked at and saved."""

    label: str
    about: str
    minutes: float
    every: int

    @property
    def values(self) -> dict[str, Any]:
        """By the names of the settings."""
        return {"minutes": self.minutes} | dict.fromkeys(_EVERY, self.every)

    def fitting(self, parameters: int | None, languages: int) -> dict[str, Any]:
        """The same with the batch that fits an encoder of so many numbers, where that is known, and so many languages a step.

        Measured on e5-small with contrastive transport over eleven languages, one seed, every fourth public pair: 160 steps of 8 pairs a
        language lower AER as much as 60 of 24 (from .3017 to .2851 and .2841). How long each takes is known from a busy machine only.
        """
        if parameters is None or parameters <= _LARGE:
            return self.values
        return self.values | {"batch": max(min(_USUAL_BATCH, _MOST_PAIRS // max(languages, 1)), _LEAST_BATCH)}


PRESETS = {
    "minute": Preset("A minute", "Enough to see the curves move.", 1.0, 20),
    "five-minutes": Preset("Five minutes", "A gain that shows on held-out sentences.", 5.0, 50),
    "thorough": Preset("Thorough", "Thirty minutes: more of the same, for a result to keep.", 30.0, 200),
}
