"""Comparisons and transfer tasks in the background."""

from dashboard.background import work
from dashboard.background.apart import Desk, Task
from dashboard.background.encoders import encoder
from dashboard.background.jobs import Snapshot
from dashboard.background.kinds import HEAVY, MEDIUM, QUICK
from dashboard.pages.compare import task_files
from dashboard.pages.compare.choices import CompareView, TransferView
from otcore.base.progress import Teller
from otcore.encoders import encoder_stamp
from otcore.evaluation.comparison import compare
from otcore.evaluation.transfer.results import Transfer
from otcore.evaluation.transfer.running import transfer
from otcore.evaluation.transfer.sources import Sources
from otcore.evaluation.transfer.tasks import read_task
from otcore.evaluation.types import CompareSettings, Evaluation
from otcore.results.kind import KINDS
from otcore.results.kinds.transfers import TransferOf


def comparison(view: CompareView) -> Snapshot:
    """How the job of a comparison stands; its result is an Evaluation.

    raises: InputError   an encoder cannot be had
    """
    settings, names = view.settings, tuple(view.encoders)
    key, label = repr(("comparison", _stamped(view), settings)), "comparison of " + ", ".join(names)
    if ready := _stored("comparisons", view, settings, key):
        return Snapshot(key, label, "done", result=ready)
    return work.asked(key, label, lambda: Task(_compared, (names, settings), names), MEDIUM)


def transfer_of(view: TransferView, *, started: bool = False) -> Snapshot | None:
    """How the job of a transfer stands; its result is a Transfer. None where it takes minutes and nobody has `started` it yet.

    raises: InputError   an encoder cannot be had; at work what the reader of the task's files raises
    """
    key = repr(("transfer", view.task, _stamped(view), view.codes, view.files, view.settings, view.seeds))
    label = f"{view.task} with {', '.join(view.encoders)}"
    settings = TransferOf(view.task, view.codes, view.settings, view.seeds)
    if not view.files and (ready := _stored("transfers", view, settings, key)):
        return Snapshot(key, label, "done", result=ready)

    if started or not view.heavy:
        task = Task(_transferred, (view,), tuple(view.encoders))
        return work.asked(key, label, lambda: task, HEAVY if view.heavy else QUICK)
    known = work.known(key)
    if known is None:
        for name in view.encoders:
            encoder(name)  # what cannot be had is told before anybody starts it
    return known


def _compared(tell: Teller, desk: Desk, names: tuple[str, ...], settings: CompareSettings) -> Evaluation:
    return compare([desk.encoder(name) for name in names], settings, progress=tell.progress, stop=tell.stop)


def _transferred(tell: Teller, desk: Desk, view: TransferView) -> Transfer:
    sources = task_files.kept_sources(view.files) if view.files else Sources(languages=view.codes)
    encoders = [desk.encoder(name) for name in view.encoders]
    return transfer(read_task(view.task, sources), encoders, view.settings, view.seeds, tell=tell)


def _stored(kind: str, view: CompareView | TransferView, settings: object, key: str):
    """The result that comes with the project, or None; looked for once."""
    return work.kept(("stored", key), lambda: KINDS[kind].find(view.encoders, settings))


def _stamped(view: CompareView | TransferView) -> list[tuple[str, int]]:
    """The encoders, and of a run when its encoder was written: a run may be made anew under an old name."""
    return [(name, encoder_stamp(name)) for name in view.encoders]
