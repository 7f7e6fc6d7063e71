"""The choices of the Compare page: by what is compared, and of each part the encoders, the languages, and what is shown."""

from dataclasses import dataclass, replace

from dashboard.state import Choices
from otcore.base.choices import OneOf, Several, Text, Values, choice, declared, like
from otcore.base.errors import InputError
from otcore.evaluation.measures import MEASURES
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.task import ENGLISH, Task
from otcore.evaluation.transfer.tasks import TASKS
from otcore.evaluation.types import CompareSettings
from otcore.text.languages import LANGUAGES

FIGURES, TRANSFER, STUDY = "figures", "transfer", "study"
_PARTS = {FIGURES: "Alignment and geometry", TRANSFER: "Transfer", STUDY: "Study"}
MORE = "more"  # the place of what needs no widget of its own kind
_FIRST = "the first is “before”, the others are compared with it."
_TOO_FEW = f"Choose two encoders or more: {_FIRST}"
_ENCODERS = Several(6, missing=_TOO_FEW)  # as many as a figure can hold apart
_ENCODERS_HELP = "The first one is “before”; each other is compared with it. Fine-tuning runs are called run:NAME."
_DRAWN_FIRST = [name for name, one in MEASURES.items() if one.first]
_MEASURES = Several(100, MEASURES, missing="Choose at least one figure to show.")
_MEASURES_HELP = "All are computed; choose which ones are drawn and described."
_ENCODER_OR_MORE = replace(_ENCODERS, missing=f"Choose one encoder or more: {_FIRST}")
_OTHERS = {code: entry.name for code, entry in LANGUAGES.items() if code != ENGLISH}
_OVER = replace(declared(CompareSettings)["languages"].kind, options=_OTHERS)


@dataclass(frozen=True)
class CompareView:
    """One view of the comparison by figures, complete.

    measures: what of it is shown
    after   : the encoder whose heatmap stands beside the first one's; the second where none of the others is named
    raises  : InputError   fewer than two encoders
    """

    part: str = choice(FIGURES, OneOf(_PARTS, style="row"), "Compare by", key="cmp_part")
    encoders: tuple[str, ...] = choice(["base", "tuned", "aligned"], _ENCODERS, "Encoders", _ENCODERS_HELP, key="compared")
    languages: tuple[str, ...] = like(CompareSettings, "languages", kind=_OVER, key="over")
    layer: int | None = like(CompareSettings, "layer", key="at")
    measures: tuple[str, ...] = choice(_DRAWN_FIRST, _MEASURES, "Figures", _MEASURES_HELP, key="shown", place=MORE)
    after: str = choice("", Text(200), "After", "Which encoder stands beside the first in table and heatmaps.")

    def __post_init__(self) -> None:
        if len(self.encoders) < 2:
            raise InputError(_TOO_FEW)
        if self.after not in self.encoders[1:]:
            object.__setattr__(self, "after", self.encoders[1])

    @property
    def settings(self) -> CompareSettings:
        return CompareSettings(self.languages, layer=self.layer)


@dataclass(frozen=True)
class Budget:
    """How much of a task's data is used: most examples to learn from, to stop early on, and of each language to be tested on, None for
    all; and the seeds."""

    label: str
    seeds: int
    train: int | None = None
    dev: int | None = None
    tests: int | None = None


BUDGETS = {
    "quick": Budget("quick", 1, 1_000, 300, 200),
    "usual": Budget("usual", 3, 5_000, 1_000, 500),
    "full": Budget("everything", 3),
}


_BUDGET_HELP = (
    "Quick: one seed, at most {quick.train:,} examples to learn from and {quick.tests} of each language to be tested on. Usual: three "
    "seeds, {usual.train:,} and {usual.tests}. Everything: three seeds, all there is; with files this takes long on a small machine."
).format(**BUDGETS)
_ANY = Several(len(_OTHERS), _OTHERS, least=0)
_ANY_HELP = "Besides English, which the task is learnt or asked in."
_SEEN_HELP = "Name those that fine-tuning saw, and the means over seen and unseen languages are given as in the paper; English is seen."


def _trains(values: Values) -> bool:
    return TASKS[values["task"]].trained


@dataclass(frozen=True)
class TransferView:
    """One view of transfer, complete.

    languages: of a task on the bundled collection; with files those of the files
    files    : id of kept files, or "" for the collection
    raises   : InputError   no files where the task needs some
    """

    task: str = choice("topics", OneOf(TASKS), "Task", key="tr_task")
    budget: str = choice("usual", OneOf(BUDGETS, style="row"), "Budget", _BUDGET_HELP, key="tr_budget")
    train: str | None = like(TransferSettings, "train", key="tr_train", when=_trains)
    encoders: tuple[str, ...] = like(CompareView, "encoders", kind=_ENCODER_OR_MORE)
    languages: tuple[str, ...] = choice(["de", "fr", "es", "ar", "ja"], _ANY, "Languages", _ANY_HELP, key="tr_over")
    files: str = choice("", Text(40), key="tr_files")
    measure: str = choice("", Text(40), "Measure", key="tr_measure")
    seen: tuple[str, ...] = choice([], Several(40, least=0), "Aligned languages", _SEEN_HELP, key="tr_seen")

    def __post_init__(self) -> None:
        if self.kind.needs_files and not self.files:
            raise InputError("The files of this view are not on this machine, or belong to another task; give this task's files above.")

    @property
    def kind(self) -> type[Task]:
        return TASKS[self.task]

    @property
    def codes(self) -> tuple[str, ...]:
        """The languages asked of the collection, English beside the others where a task is learnt or can be asked in it."""
        return () if self.files else ((ENGLISH, *self.languages) if self.kind.in_english else self.languages)

    @property
    def settings(self) -> TransferSettings:
        budget = BUDGETS[self.budget]
        return TransferSettings(train=self.train, train_examples=budget.train, dev_examples=budget.dev, test_examples=budget.tests)

    @property
    def seeds(self) -> tuple[int, ...]:
        return tuple(range(BUDGETS[self.budget].seeds)) if self.kind.trained else (0,)

    @property
    def heavy(self) -> bool:
        """Whether it takes minutes, so that somebody should ask for it."""
        return self.kind.trained and (bool(self.files) or not self.settings.frozen)


@dataclass(frozen=True)
class StudyView:
    """One view of a study: its folder's name, and which part, measure and languages are shown; "" stands for the first of each."""

    study: str = choice("", Text(200), "Study", "A grid of objectives and seeds that `python -m otcore study` works through.", key="study")
    part: str = choice("", Text(40), "Measured", key="st_part")
    measure: str = choice("", Text(40), "Measure", key="st_measure")
    over: str = choice("", Text(40), "Languages", "Seen are those of the fine-tuning, and English.", key="st_over")


CHOICES = Choices(CompareView)
STUDY_CHOICES = Choices(StudyView)
TRANSFER_CHOICES = Choices(TransferView)
