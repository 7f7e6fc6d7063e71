"""Fine-tuning runs of this server: each in a process of its own, one at a time, the others in a queue.

The run's folder is the only channel: its log and state tell how far it is, its lock that it is at work, a file STOP in it
asks it to end. So every browser sees the same, and a server that was started anew finds a run still at work.
"""

import atexit
import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from dashboard import background
from dashboard.background import budget, visitors, work
from dashboard.background.kinds import RUN
from otcore.base.errors import InputError
from otcore.base.places import runs_folder
from otcore.base.progress import Teller
from otcore.runs.locks import STOP_FILE, is_running, turn_to_train
from otcore.runs.owners import owner_of, set_owner
from otcore.runs.settings import FinetuneSettings
from otcore.runs.store import Run, create_run, list_runs

_ROOT = Path(__file__).resolve().parents[3]
_COPIES = 8  # of an encoder in single precision: weights with two moments, once more while they are replaced, and the result twice
_POLL = 0.3  # seconds
_WAITS = "waits for a run that another process has at work"


@dataclass(frozen=True)
class Standing:
    """How a run stands on this server.

    state: one of the store's states, or "waiting" with so many runs `ahead`
    error: one sentence, where its process failed
    ending: whether it was asked to end, and has not yet
    """

    state: str
    ahead: int = 0
    error: str = ""
    ending: bool = False

    @property
    def alive(self) -> bool:
        return self.state in ("waiting", "running")


def command(folder: Path) -> list[str]:
    """What trains the run in a folder, new or interrupted; all settings are in the folder."""
    return [sys.executable, "-m", "otcore", "finetune", "--resume", str(folder)]


def begin(settings: FinetuneSettings) -> Run:
    """A new run in the queue; one of the same settings that waits or is at work is not begun twice.

    raises: InputError   the encoder cannot be had or trained, too little space, too many runs in the queue
    """
    runs, mine = list_runs(), visitors.owner()
    alive = [run for run in runs if standing(run).alive]
    for run in alive:
        if run.settings == settings:
            return run
    if mine and sum(owner_of(run.folder) == mine for run in alive) >= RUN.each:
        raise InputError(f"{RUN.each} runs of yours are at work or waiting; wait until one has ended, or cancel one.")
    work.jobs().check_room(RUN)
    encoder = background.encoder(settings.encoder)
    encoder.check_layer(settings.layer)
    needed = encoder.model.num_parameters() * 4 * _COPIES
    free = shutil.disk_usage(next(path for path in (runs_folder(), *runs_folder().parents) if path.is_dir())).free
    if free < needed:
        sizes = f"needs up to {needed / 1e6:,.0f} MB and {free / 1e6:,.0f} MB are free"
        raise InputError(f"A run of this encoder {sizes}; delete old runs or make room.")
    run = create_run(settings)
    set_owner(run.folder, mine)
    start(run)
    return run


def check_owner(run: Run) -> None:
    """raises: InputError   the run is not the visitor's own, so that he may use it and not change it"""
    visitors.check(owner_of(run.folder), f"The run {run.name}")


def start(run: Run) -> None:
    """Queues a run, new or to be resumed; one that is queued or at work stays as it is.

    raises: InputError   it is another visitor's, has ended, or too many are queued
    """
    if standing(run).alive:
        return
    check_owner(run)
    if not run.resumable:
        raise InputError(f"The run {run.name} is {run.state}; start a new one.")
    work.jobs().check_room(RUN)
    (run.folder / STOP_FILE).unlink(missing_ok=True)  # one that an earlier end left
    work.jobs().forget(_key(run.folder))
    work.jobs().submit(_key(run.folder), run.name, lambda tell: _train(run.folder, tell), RUN)


def queued() -> list[Path]:
    """The folders of this server's runs at work and waiting, in their order."""
    return [Path(job.key) for job in work.jobs().alive(RUN)]


def standing(run: Run) -> Standing:
    """How a run stands, as its folder and the queue tell."""
    job = work.jobs().snapshot(_key(run.folder))
    if job is None or not job.alive:
        return Standing(run.state, error=job.error if job else "")
    foreign = any(one.note == _WAITS for one in work.jobs().alive(RUN))
    if job.ahead or foreign:
        return Standing("waiting", job.ahead + foreign)
    return Standing("running", ending=(run.folder / STOP_FILE).exists())


def failure(name: str) -> str:
    """Why the process of a run failed, though its folder may be gone; "" where it did not."""
    job = work.jobs().snapshot(_key(runs_folder() / name))
    return job.error if job else ""


def cancel(run: Run) -> None:
    """A run at work ends after its step and keeps what it learnt; one that waits leaves the queue.

    raises: InputError   it is another visitor's
    """
    check_owner(run)
    work.jobs().cancel(_key(run.folder))
    if is_running(run.folder):
        _ask_to_end(run.folder)


def _train(folder: Path, tell: Teller) -> None:
    """The work of a run's job; its process has the priority of the job's thread."""

    def wait() -> bool:
        tell.progress(0, 0, _WAITS)
        time.sleep(_POLL)
        return not tell.stop()

    with turn_to_train(wait) as ours:
        while (wanted := ours and not tell.stop()) and _at_work_elsewhere():
            wait()
        if wanted:
            tell.progress(0, 0, "")
            _carry_out(folder, tell)


def _carry_out(folder: Path, tell: Teller) -> None:
    with tempfile.TemporaryFile("w+", errors="replace") as told:
        env = budget.heavy_environment()
        process = subprocess.Popen(command(folder), cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=told, env=env)
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
    with contextlib.suppress(OSError):  # the run may just have been removed
        (folder / STOP_FILE).touch()


def _sentence(code: int, text: str) -> str:
    """What a process that failed has told: its own sentence, or its last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if told := [line for line in lines if line.startswith("otcore: ")]:
        return told[-1].removeprefix("otcore: ")
    if code < 0:
        return f"The training process was ended by signal {-code}, perhaps for want of memory; resume the run."
    why = lines[-1][:200] if lines else f"exit code {code}"
    return f"The training process ended unexpectedly ({why}); resume the run or start another."
