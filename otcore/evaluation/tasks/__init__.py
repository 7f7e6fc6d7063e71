"""Zero-shot transfer: tasks that are learnt in English, or not learnt at all, and measured in other languages.

One task a file, each with `chance` and `prepare` (see `types.Task`); `transfer` runs one for encoders and seeds.
"""

from otcore.evaluation.tasks.catalogue import TASKS, TaskKind, read_task
from otcore.evaluation.tasks.files import language_files
from otcore.evaluation.tasks.results import ALL, SEEN, UNSEEN, Average, Fit, Score, Transfer
from otcore.evaluation.tasks.settings import TransferSettings
from otcore.evaluation.tasks.sources import Sources
from otcore.evaluation.tasks.transfer import transfer
from otcore.evaluation.tasks.types import Outcome, Task

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
