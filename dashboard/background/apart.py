"""Heavy work in processes of its own: of low priority, one for each kind, which keep torch and their encoders loaded from job to job.

A `Task` is what such work is: a function of a module and plain arguments, which travels to the process and its result back, both pickled,
over the process's standard input and output. The function is called with the Teller, a `Desk` and the arguments. Where the server has no
such processes (OTCORE_WORKERS=0) it is called in the server, by the thread of the kind.

A process that is asked to stop and does not, dies and is started anew for the next job, and so is one that died by itself. One that had
nothing to do for a while ends.
"""

import atexit
import contextlib
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.background import budget
from dashboard.background.kinds import Kind
from dashboard.background.shelf import Shelf
from otcore.base.errors import InputError
from otcore.base.progress import Stopped, Teller

if TYPE_CHECKING:
    from otcore.encoders.encoder import Encoder

ROOT = Path(__file__).resolve().parents[2]
_POLL = 0.2  # seconds between two looks whether to stop
_GRACE = 3.0  # seconds in which a process may stop by itself
_IDLE = 600.0  # seconds without work after which it ends


@dataclass(frozen=True)
class Desk:
    """What work finds where it is done.

    encoder: a loaded encoder by its name; raises InputError
    shelf  : keeps what several jobs are made of
    """

    encoder: "Callable[[str], Encoder]"
    shelf: Shelf


@dataclass(frozen=True)
class Task:
    """Work that can be done anywhere.

    function: of a module, called as function(tell, desk, *arguments)
    encoders: names of those it asks for
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    encoders: tuple[str, ...] = ()

    def here(self, tell: Teller, desk: Desk) -> Any:
        """Does it in this process."""
        return self.function(tell, desk, *self.arguments)


class Worker:
    """One process. Used by one thread at a time; `idle` may come from another."""

    def __init__(self, nice: int) -> None:
        command = [sys.executable, "-m", "dashboard.background.worker", str(budget.priority(nice))]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=budget.heavy_environment())
        self._told: queue.SimpleQueue[tuple] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="reads a worker", daemon=True).start()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def run(self, task: Task, tell: Teller) -> Any:
        """The result of a task.

        raises: InputError   what the work raises, or the process died
                Stopped      the teller said so
        """
        try:
            self._send(task)
            return _result(*self._end_of(tell))
        except (InputError, Stopped):
            raise
        except BaseException:  # what it is at would be taken for the next one's
            self.end()
            raise

    def _end_of(self, tell: Teller) -> tuple:
        """What the process says at the end of its work."""
        asked: float | None = None
        while True:
            with contextlib.suppress(queue.Empty):
                kind, *content = self._told.get(timeout=_POLL)
                if kind != "progress":
                    return kind, *content
                tell.progress(*content)
            if asked is None and tell.stop():
                asked = time.monotonic()
                self._send("stop")
            if asked is not None and time.monotonic() - asked > _GRACE:
                self.end()
                return ("stopped",)

    def end(self) -> None:
        """Ends the process at once."""
        self._process.kill()
        self._process.wait()

    def _send(self, message: Any) -> None:
        with contextlib.suppress(OSError):  # it died: the reader tells
            pickle.dump(message, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()

    def _read(self) -> None:
        try:
            while True:
                self._told.put(pickle.load(self._process.stdout))
        except Exception as error:  # its end, in the middle of a result perhaps
            self._told.put(("died", self._process.wait(), error))


class Workers:
    """The processes of the server, each started when its kind is first asked for. Safe from any thread."""

    def __init__(self, idle: float = _IDLE) -> None:
        self._idle = idle
        self._at_rest: dict[Kind, Worker] = {}
        self._timers: dict[Kind, threading.Timer] = {}
        self._all: set[Worker] = set()
        self._lock = threading.Lock()
        atexit.register(self.end)

    def run(self, kind: Kind, task: Task, tell: Teller) -> Any:
        """The result of a task; raises as `Worker.run`."""
        worker = self._take(kind)
        try:
            return worker.run(task, tell)
        finally:
            self._give_back(kind, worker)

    def warm(self, kind: Kind) -> None:
        """Starts the process of a kind, so that its first job does not wait for that."""
        self._give_back(kind, self._take(kind))

    def end(self) -> None:
        """Ends all of them."""
        with self._lock:
            for worker in self._all:
                worker.end()

    def _take(self, kind: Kind) -> Worker:
        with self._lock:
            if timer := self._timers.pop(kind, None):
                timer.cancel()
            worker = self._at_rest.pop(kind, None)
            if worker is None or not worker.alive:
                self._all.discard(worker)
                worker = Worker(kind.nice)
                self._all.add(worker)
            return worker

    def _give_back(self, kind: Kind, worker: Worker) -> None:
        with self._lock:
            if worker.alive and kind not in self._at_rest:
                self._at_rest[kind] = worker
                self._timers[kind] = threading.Timer(self._idle, self._retire, (kind, worker))
                self._timers[kind].daemon = True
                self._timers[kind].start()
            else:
                self._all.discard(worker)
                worker.end()

    def _retire(self, kind: Kind, worker: Worker) -> None:
        with self._lock:
            if self._at_rest.get(kind) is worker:
                del self._at_rest[kind]
                self._all.discard(worker)
                worker.end()


def wanted() -> bool:
    """Whether this server has such processes; the owner of a small machine may do without."""
    return os.environ.get("OTCORE_WORKERS", "").strip() != "0"


def _result(kind: str, *content: Any) -> Any:
    if kind == "done":
        return content[0]
    if kind == "stopped":
        raise Stopped
    if kind == "input":
        raise InputError(content[0])
    if kind == "failed":
        raise InputError(f"The work ended unexpectedly ({content[0]}); the log has the details, try again.")
    code = content[0]
    why = "perhaps for want of memory" if code < 0 else f"exit code {code}"
    raise InputError(f"The process that did the work ended ({why}); try again, with less at once.")
