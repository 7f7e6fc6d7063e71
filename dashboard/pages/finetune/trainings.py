"""Fine-tuning runs of this server: each in a process of its own, one at a time, the others in a queue.

The run's folder is the only channel: its log and state tell how far it is, its lock that it is at work, a file STOP in it
asks it to end. So every browser sees the same, and a server that was started anew finds a run still at work. Nothing here
knows of the web framework.
"""

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from dashboard.background.jobs import Handle, Jobs
from otcore.base.errors import InputError
from otcore.base.places import runs_folder
from otcore.finetuning import Run
from otcore.runs.store import is_running

MOST_QUEUED = 12  # runs at work and waiting; more would wait for hours
_ROOT = Path(__file__).resolve().parents[3]
_POLL = 0.3  # seconds
_NICER = 10  # than the server, so that pages answer while a run computes
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


class Trainings:
    """The queue of runs. Safe from any thread."""

    def __init__(self) -> None:
        self._jobs = Jobs()
        self._folders: dict[str, Path] = {}
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None
        atexit.register(self.close)

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
        with self._lock:
            key = _key(run.folder)
            self._folders[key] = run.folder
            self._jobs.forget(key)
            self._jobs.submit(key, run.name, lambda handle: self._work(run.folder, handle))
        return self.standing(run)

    def make_room(self) -> None:
        """raises: InputError   as many runs are queued as may be"""
        if len(self.queued()) >= MOST_QUEUED:
            raise InputError(f"{MOST_QUEUED} runs are at work or waiting already; wait until one has ended, or cancel one.")

    def queued(self) -> list[Path]:
        """The folders of this server's runs at work and waiting, in their order."""
        with self._lock:
            folders = dict(self._folders)
        alive = [(found.ahead, key) for key in folders if (found := self._jobs.snapshot(key)) and found.alive]
        return [folders[key] for _, key in sorted(alive)]

    def standing(self, run: Run) -> Standing:
        """How a run stands, as its folder and the queue tell."""
        job = self._jobs.snapshot(_key(run.folder))
        if job is None or not job.alive:
            return Standing(run.state, error=job.error if job else "")
        if job.state == "waiting" and job.ahead:
            return Standing("waiting", job.ahead + int(self._head_waits()))
        return Standing("waiting", 1) if job.note == _WAITS else Standing("running")

    def failure(self, name: str) -> str:
        """Why the process of a run failed, though its folder may be gone; "" where it did not."""
        job = self._jobs.snapshot(_key(runs_folder() / name))
        return job.error if job else ""

    def cancel(self, run: Run) -> None:
        """A run at work ends after its step and keeps what it learnt; one that waits leaves the queue."""
        self._jobs.cancel(_key(run.folder))
        if is_running(run.folder):
            _ask_to_end(run.folder)

    def check_at_rest(self, run: Run) -> None:
        """raises: InputError   the run waits or is at work, perhaps since another browser started it"""
        if self.standing(run).alive:
            raise InputError(f"The run {run.name} waits or is at work; cancel it first.")

    def close(self) -> None:
        """Asks the run at work to end and keep what it learnt: the server ends, and nobody would be there to see it."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def _head_waits(self) -> bool:
        with self._lock:
            keys = list(self._folders)
        return any((found := self._jobs.snapshot(key)) and found.state == "running" and found.note == _WAITS for key in keys)

    def _work(self, folder: Path, handle: Handle) -> None:
        while _at_work_elsewhere():
            if handle.stopped():
                return
            handle.progress(0, 0, _WAITS)
            time.sleep(_POLL)
        handle.progress(0, 0, "")
        with tempfile.TemporaryFile("w+", errors="replace") as told:
            quiet = subprocess.DEVNULL
            self._process = process = subprocess.Popen(command(folder), cwd=_ROOT, stdin=quiet, stdout=quiet, stderr=told)
            with contextlib.suppress(OSError):  # a courtesy, not needed
                os.setpriority(os.PRIO_PROCESS, process.pid, min(os.getpriority(os.PRIO_PROCESS, 0) + _NICER, 19))
            while process.poll() is None:
                if handle.stopped():  # again and again: a run that still loads its encoder drops older requests
                    _ask_to_end(folder)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_POLL)
            if process.returncode and not handle.stopped():
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
