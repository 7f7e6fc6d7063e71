"""Zero-shot transfer: tasks that are learnt in English, or not learnt at all, and measured in other languages.

One task a file, each with `chance` and `prepare` (see `types.Task`); `transfer` runs one for encoders and seeds.
"""

from otcore.evaluation.transfer.catalogue import TASKS, TaskKind, read_task
from otcore.evaluation.transfer.files import language_files
from otcore.evaluation.transfer.results import ALL, SEEN, UNSEEN, Average, Fit, Score, Transfer
from otcore.evaluation.transfer.running import transfer
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import Sources
from otcore.evaluation.transfer.types import Outcome, Task

__all__ = [
    "ALL",
    "SEEN",
    "TASKS",
    "UNSEEN",
    "Average",
    "Fit",
    "Outcome",
    "Score",
    "Sources",
    "Task",
    "TaskKind",
    "Transfer",
    "TransferSettings",
    "language_files",
    "read_task",
    "transfer",
]
