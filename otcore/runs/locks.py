"""Who trains: one process a run, one server at a time in a folder of runs.

lock       in a run's folder, held by the process that trains: the system lets go of it however that process ends
STOP       in a run's folder, asks that process to end
.training  in the folder of runs, held by the server whose turn it is

Nothing here needs torch, so that a lock is taken before anything slow.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from otcore.base.errors import InputError
from otcore.base.places import runs_folder

if TYPE_CHECKING:
    from otcore.runs.store import Run

STOP_FILE = "STOP"
_LOOK = {"timeout": 0.01, "poll_interval": 0.002}  # a look of another process holds the lock for much less, training for much longer
_looking = threading.Lock()  # one look at a time in this process


def is_running(folder: Path) -> bool:
    """Whether a process is training in this folder."""
    if not (folder / "lock").is_file():
        return False
    try:
        with _looking, FileLock(folder / "lock", **_LOOK):
            return False
    except Timeout:
        return True
    except OSError:  # gone meanwhile, or not ours to write in: then no process of ours trains there
        return False


@contextlib.contextmanager
def locked(run: "Run") -> Iterator[None]:
    """Holds the run for this process, and drops a request to end that an earlier one left: what is asked for from here on counts.

    raises: InputError   another process trains it
    """
    try:
        held = FileLock(run.folder / "lock").acquire(timeout=0.5)  # a look at the run by `is_running` may hold it for a moment
    except Timeout:
        raise InputError(f"The run {run.name} is already being trained; wait for it or stop it first.") from None
    with held:
        (run.folder / STOP_FILE).unlink(missing_ok=True)
        yield


@contextlib.contextmanager
def turn_to_train(wait: Callable[[], bool]) -> Iterator[bool]:
    """One server after the other trains in a runs folder.

    wait : called again and again while it is another's turn; false gives up
    gives: whether it is this one's turn, until the end of the block
    """
    runs_folder().mkdir(parents=True, exist_ok=True)
    lock, ours = FileLock(runs_folder() / ".training"), False
    while not ours:
        try:
            lock.acquire(blocking=False)
            ours = True
        except Timeout:
            if not wait():
                break
    try:
        yield ours
    finally:
        lock.release()
