"""Long work in the background: one worker thread, a queue, an immutable snapshot of how each job stands.

A job has a key made of plain values: submitting the same key again joins the job there is, waiting, at work or done. A job is a
function of a Handle, through which it tells how far it is and asks whether to stop. Nothing here knows of the web framework, so
the worker makes no call into it.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from otcore.base.errors import InputError

KEPT = 40  # finished jobs whose results are kept, the last used


@dataclass(frozen=True)
class Snapshot:
    """How a job stood when it was looked at.

    key    : as submitted; `label` for people
    state  : "waiting", "running", "done", "failed" or "cancelled"
    ahead  : jobs before it in the queue, the one at work included
    done, total: steps, total 0 until the job has told
    note   : what was done last
    latest : the last value the job gave out while at work
    elapsed: seconds since it began, left: an estimate, or None
    result : what the job returned; error: one sentence where it failed
    """

    key: str
    label: str
    state: str = "waiting"
    ahead: int = 0
    done: int = 0
    total: int = 0
    note: str = ""
    latest: Any = None
    elapsed: float = 0.0
    left: float | None = None
    result: Any = None
    error: str = ""

    @property
    def alive(self) -> bool:
        return self.state in ("waiting", "running")

    @property
    def share(self) -> float:
        """Done of the whole, in [0, 1]."""
        return min(self.done / self.total, 1.0) if self.total else 0.0


class Handle:
    """A job's side of the conversation; all of it may be called from the worker thread."""

    def __init__(self, jobs: "Jobs", key: str, cancelled: threading.Event) -> None:
        self._jobs, self._key, self._cancelled = jobs, key, cancelled

    def progress(self, done: int, total: int, note: str = "", latest: Any = None) -> None:
        """Tells how far the job is; `latest` must not change afterwards."""
        self._jobs._tell(self._key, done, total, note, latest)

    def stopped(self) -> bool:
        """Whether somebody asked the job to end."""
        return self._cancelled.is_set()


@dataclass
class _Job:
    snapshot: Snapshot
    work: Callable[[Handle], Any]
    cancelled: threading.Event
    finished: threading.Event
    began: float = 0.0


class Jobs:
    """The queue and its one worker, a daemon that starts with the first job. Safe from any thread."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._jobs: OrderedDict[str, _Job] = OrderedDict()
        self._queue: list[str] = []
        self._lock = threading.Condition()
        self._worker: threading.Thread | None = None

    def submit(self, key: str, label: str, work: Callable[[Handle], Any]) -> Snapshot:
        """Queues work, unless there is a job of that key already, waiting, at work or ended."""
        with self._lock:
            if key not in self._jobs:
                self._jobs[key] = _Job(Snapshot(key, label), work, threading.Event(), threading.Event())
                self._queue.append(key)
                if self._worker is None or not self._worker.is_alive():
                    self._worker = threading.Thread(target=self._run, name="jobs", daemon=True)
                    self._worker.start()
                self._lock.notify_all()
            self._jobs.move_to_end(key)
        return self.snapshot(key)

    def snapshot(self, key: str) -> Snapshot | None:
        """How a job stands, or None where there is none of that key (any more)."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                return None
            found = job.snapshot
            if found.state == "waiting":
                running = any(other.snapshot.state == "running" for other in self._jobs.values())
                return replace(found, ahead=self._queue.index(key) + running)
            if found.state == "running":
                elapsed = time.monotonic() - job.began
                left = elapsed / found.done * (found.total - found.done) if found.done and found.total else None
                return replace(found, elapsed=elapsed, left=left)
            return found

    def wait(self, key: str, seconds: float) -> Snapshot | None:
        """How a job stands once it has ended, or after that time."""
        with self._lock:
            job = self._jobs.get(key)
        if job is not None:
            job.finished.wait(seconds)
        return self.snapshot(key)

    def cancel(self, key: str) -> None:
        """Asks a job to end: one that waits never starts, one at work ends at its next step."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None or not job.snapshot.alive:
                return
            job.cancelled.set()
            if key in self._queue:
                self._queue.remove(key)
                self._end(job, state="cancelled")

    def forget(self, key: str) -> None:
        """Drops a job that has ended, so that it can be submitted anew."""
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and not job.snapshot.alive:
                del self._jobs[key]

    def _run(self) -> None:
        while True:
            with self._lock:
                while not self._queue:
                    self._lock.wait()
                job = self._jobs[self._queue.pop(0)]
                job.began = time.monotonic()
                job.snapshot = replace(job.snapshot, state="running")
            outcome = self._outcome(job)
            with self._lock:
                self._end(job, elapsed=time.monotonic() - job.began, **outcome)
                self._trim()

    def _outcome(self, job: _Job) -> dict[str, Any]:
        try:
            return {"state": "done", "result": job.work(Handle(self, job.snapshot.key, job.cancelled))}
        except Exception as error:  # the worker must live on; what a person can put right is told as it is
            if job.cancelled.is_set():
                return {"state": "cancelled"}
            if isinstance(error, InputError):
                return {"state": "failed", "error": str(error)}
            logging.getLogger(__name__).exception("job %s failed", job.snapshot.label)
            return {
                "state": "failed",
                "error": f"The work ended unexpectedly ({type(error).__name__}); the log has the details, try again.",
            }

    def _tell(self, key: str, done: int, total: int, note: str, latest: Any) -> None:
        with self._lock:
            job = self._jobs[key]
            latest = job.snapshot.latest if latest is None else latest
            job.snapshot = replace(job.snapshot, done=done, total=total, note=note, latest=latest)

    def _end(self, job: _Job, **changes: Any) -> None:
        job.snapshot = replace(job.snapshot, **changes)
        job.finished.set()

    def _trim(self) -> None:
        ended = [key for key, job in self._jobs.items() if not job.snapshot.alive]
        for key in ended[: max(len(ended) - self._kept, 0)]:
            del self._jobs[key]
