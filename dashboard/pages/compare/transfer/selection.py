"""What the person wants measured by which task, as plain values."""

from dataclasses import dataclass

from dashboard import state
from dashboard.pages.compare.transfer import store
from dashboard.pages.compare.transfer.choices import OWN_CHOICE
from otcore.base.errors import InputError
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.tasks import TASKS

_SEEDS = {"quick": (0,), "usual": (0, 1, 2), "full": (0, 1, 2)}
_EXAMPLES = {"quick": (1_000, 300, 200), "usual": (5_000, 1_000, 500), "full": (None, None, None)}


@dataclass(frozen=True)
class TransferView:
    """One view of the tab, complete.

    encoders : the first is “before”
    languages: of a task on the bundled collection; with files those of the files
    files    : id of kept files, or "" for the collection
    settings, seeds: as `transfer` takes them
    """

    task: str
    encoders: tuple[str, ...]
    languages: tuple[str, ...]
    files: str
    settings: TransferSettings
    seeds: tuple[int, ...]

    @property
    def heavy(self) -> bool:
        """Whether it takes minutes, so that somebody should ask for it."""
        return TASKS[self.task].trained and (bool(self.files) or not self.settings.frozen)


def asks_for_files() -> bool:
    """Whether the task needs files and none were given yet."""
    return TASKS[state.get("tr_task")].needs_files and not state.get("tr_files")


def current() -> TransferView:
    """The choices as they stand.

    raises: InputError   no encoder, files that the task needs and that are not there
    """
    get = state.get
    task, encoders = get("tr_task"), tuple(get("compared"))
    if not encoders:
        raise InputError("Choose one encoder or more: the first is “before”, the others are compared with it.")
    files = get("tr_files") if store.is_kept(get("tr_files"), task) else ""
    if not files and TASKS[task].needs_files:
        raise InputError("The files of this view are not on this machine, or are another task's; give this task's files above.")
    train, dev, tests = _EXAMPLES[get("tr_budget")]
    trained = None if get("tr_train") == OWN_CHOICE else get("tr_train")
    settings = TransferSettings(train=trained, train_examples=train, dev_examples=dev, test_examples=tests)
    # English beside the others where a task is learnt or can be asked in it
    languages = ("en", *get("tr_over")) if TASKS[task].in_english else tuple(get("tr_over"))
    seeds = _SEEDS[get("tr_budget")] if TASKS[task].trained else (0,)
    return TransferView(task, encoders, () if files else languages, files, settings, seeds)
