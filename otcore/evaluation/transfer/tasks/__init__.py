"""The tasks, one a file; `TASKS` finds them. An instance of a task is the task with its data read."""

from otcore.base.errors import InputError
from otcore.base.registry import Registry
from otcore.evaluation.transfer.sources import ROLES, FilesError, Sources
from otcore.evaluation.transfer.task import Task

TASKS = Registry(__name__, "TASK")


def read_task(name: str, sources: Sources) -> Task:
    """The task with its data.

    raises: InputError   no such task, what its reader raises; FilesError   files it needs and does not have, or has and does not take
    """
    if name not in TASKS:
        raise InputError(f"The task must be one of {', '.join(TASKS)}, not {name!r}.")
    kind = TASKS[name]
    if kind.needs_files:
        for role in ("train", "tests"):
            if role in kind.roles and not getattr(sources, role):
                raise FilesError(role, f"{name} needs files, and one kind is missing: {ROLES[role].label}.")
    if not kind.trained and (sources.train or sources.dev):
        raise FilesError("train", f"Nothing is trained in {name}; leave out the training and dev files.")
    if sources.tests and "tests" not in kind.roles:
        raise FilesError("tests", f"{name} is measured on the bundled collection; leave out the test files.")
    if sources.dev and not sources.train:
        raise FilesError("train", f"{name} has a dev file but no training file; give one.")
    return kind.read(sources)
