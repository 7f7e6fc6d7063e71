"""Comparisons and transfer tasks in the background."""

from dashboard.background import work
from dashboard.background.encoders import encoder
from dashboard.background.jobs import HEAVY, MEDIUM, QUICK, Snapshot
from dashboard.pages.compare import task_files
from dashboard.pages.compare.choices import CompareView, TransferView
from otcore.encoders import encoder_stamp
from otcore.evaluation.comparison import compare
from otcore.evaluation.transfer.running import transfer
from otcore.evaluation.transfer.sources import Sources
from otcore.evaluation.transfer.tasks import read_task


def comparison(view: CompareView) -> Snapshot:
    """How the job of a comparison stands; its result is an Evaluation.

    raises: InputError   an encoder cannot be had
    """
    settings = view.settings

    def prepare():
        encoders = [encoder(name) for name in view.encoders]
        return lambda tell: compare(encoders, settings, progress=tell.progress, stop=tell.stop)

    return work.asked(repr(("comparison", _stamped(view), settings)), "comparison of " + ", ".join(view.encoders), prepare, MEDIUM)


def transfer_of(view: TransferView, *, started: bool = False) -> Snapshot | None:
    """How the job of a transfer stands; its result is a Transfer. None where it takes minutes and nobody has `started` it yet.

    raises: InputError   an encoder cannot be had; at work what the reader of the task's files raises
    """
    key = repr(("transfer", view.task, _stamped(view), view.codes, view.files, view.settings, view.seeds))

    def prepare():
        encoders = [encoder(name) for name in view.encoders]
        sources = (lambda: task_files.kept_sources(view.files)) if view.files else (lambda: Sources(languages=view.codes))
        return lambda tell: transfer(read_task(view.task, sources()), encoders, view.settings, view.seeds, tell=tell)

    if started or not view.heavy:
        return work.asked(key, f"{view.task} with {', '.join(view.encoders)}", prepare, HEAVY if view.heavy else QUICK)
    known = work.known(key)
    if known is None:
        prepare()  # what cannot be had is told before anybody starts it
    return known


def _stamped(view: CompareView | TransferView) -> list[tuple[str, int]]:
    """The encoders, and of a run when its encoder was written: a run may be made anew under an old name."""
    return [(name, encoder_stamp(name)) for name in view.encoders]
