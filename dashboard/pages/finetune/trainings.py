"""Fine-tuning runs of this server: each in a process of its own, one at a time, the others in a queue.

The run's folder is the only channel: its log and state tell how far it is, its lock that it is at work, a file STOP in it
asks it to end. So every browser sees the same, and a server that was started anew finds a run still at work. Nothing here
knows of the web framework.
"""

import atexit
import contextlib
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from dashboard.background.jobs import RUN, Jobs
from otcore.base.errors import InputError
from otcore.base.places import runs_folder
from otcore.base.progress import Teller
from otcore.runs.store import Run, is_running

_ROOT = Path(__file__).resolve().parents[3]
_POLL = 0.3  # seconds
_WAITS = "waits for a run that another process has at work"


@dataclass(frozen=True)
class Standing:
    """How a run stands on this server.

    state: one of the store's states, or "waiting"
    ahead: runs before it, where it waits
    error: one sentence, where its process failed
    """

    state: str
    ahead: int = 0
    error: str = ""

    @property
    def alive(self) -> bool:
        return self.state in ("waiting", "running")


def command(folder: Path) -> list[str]:
    """What trains the run in a folder, new or interrupted; all settings are in the folder."""
    return [sys.executable, "-m", "otcore", "finetune", "--resume", str(folder)]


@dataclass(frozen=True)
class Trainings:
    """The runs among a server's jobs. They are everybody's: who cancels one cancels it for all. Safe from any thread."""

    jobs: Jobs

    def start(self, run: Run) -> Standing:
        """Queues a run, new or to be resumed; one that is queued or at work stays as it is.

        raises: InputError   it has ended, or too many are queued
        """
        standing = self.standing(run)
        if standing.alive:
            return standing
        if not run.resumable:
            raise InputError(f"The run {run.name} is {run.state}; start a new one.")
        self.make_room()
        self.jobs.forget(_key(run.folder))
        self.jobs.submit(_key(run.folder), run.name, lambda tell: _train(run.folder, tell), RUN)
        return self.standing(run)

    def make_room(self) -> None:
        """raises: InputError   as many runs are queued as may be"""
        self.jobs.check_room(RUN)

    def queued(self) -> list[Path]:
        """The folders of this server's runs at work and waiting, in their order."""
        return [Path(job.key) for job in self.jobs.alive(RUN)]

    def standing(self, run: Run) -> Standing:
        """How a run stands, as its folder and the queue tell."""
        job = self.jobs.snapshot(_key(run.folder))
        if job is None or not job.alive:
            return Standing(run.state, error=job.error if job else "")
        foreign = any(one.note == _WAITS for one in self.jobs.alive(RUN))
        return Standing("waiting", job.ahead + foreign) if job.ahead or foreign else Standing("running")

    def failure(self, name: str) -> str:
        """Why the process of a run failed, though its folder may be gone; "" where it did not."""
        job = self.jobs.snapshot(_key(runs_folder() / name))
        return job.error if job else ""

    def cancel(self, run: Run) -> None:
        """A run at work ends after its step and keeps what it learnt; one that waits leaves the queue."""
        self.jobs.cancel(_key(run.folder))
        if is_running(run.folder):
            _ask_to_end(run.folder)

    def check_at_rest(self, run: Run) -> None:
        """raises: InputError   the run waits or is at work, perhaps since another browser started it"""
        if self.standing(run).alive:
            raise InputError(f"The run {run.name} waits or is at work; cancel it first.")


def _train(folder: Path, tell: Teller) -> None:
    """The work of a run's job; its process has the priority of the job's thread."""
    while _at_work_elsewhere():
        if tell.stop():
            return
        tell.progress(0, 0, _WAITS)
        time.sleep(_POLL)
    tell.progress(0, 0, "")
    with tempfile.TemporaryFile("w+", errors="replace") as told:
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command(folder), cwd=_ROOT, stdin=quiet, stdout=quiet, stderr=told)
        atexit.register(process.terminate)  # the server ends: the run keeps what it learnt, and nobody would be there to see it
        while process.poll() is None:
            if tell.stop():  # again and again: a run that still loads its encoder drops older requests
                _ask_to_end(folder)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_POLL)
        atexit.unregister(process.terminate)
        if process.returncode and not tell.stop():
            told.seek(0)
            raise InputError(_sentence(process.returncode, told.read()))


def _key(folder: Path) -> str:
    return str(folder.resolve())


def _at_work_elsewhere() -> bool:
    """Whether a process that is not ours trains a run of the runs folder: ours are one at a time."""
    return any(is_running(lock.parent) for lock in runs_folder().glob("*/lock"))


def _ask_to_end(folder: Path) -> None:
    from otcore.finetuning.run import STOP_FILE  # brings torch

    with contextlib.suppress(OSError):  # the run may just have been removed
        (folder / STOP_FILE).touch()


def _sentence(code: int, text: str) -> str:
    """What a process that failed has told: its own sentence, or its last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line.removeprefix("otcore: ") for line in lines if line.startswith("otcore: ")]
    if told:
        return told[-1]
    if code < 0:
        return f"The training process was ended by signal {-code}, perhaps for want of memory; resume the run."
    why = lines[-1][:200] if lines else f"exit code {code}"
    return f"The training process ended unexpectedly ({why}); resume the run or start another."
