"""Heavy work of the whole server: one admission, an immutable snapshot of how each job stands, results kept on one shelf.

**Who goes first.** Work is of a kind, by how long it takes, and of each kind one job is at work at a time, the others wait in their
order. What is shorter never waits for what is longer, and the cores are shared by priority: the longer a kind takes, the more its
threads and processes give way to all others, so that a run of hours has the cores while nobody else needs them, and a comparison
beside it has nearly all of them. Pages themselves stand above every kind. A kind has room for so many jobs, and for so many of one
visitor: of what is only looked at, the newest push his older ones out; of what was asked for with a button, he is told to wait.

**Who wants it.** A job has a key made of plain values: submitting the same key again joins the job there is. Each visitor (`who`, any
string) wants it for himself and withdraws for himself; the work stops when nobody wants it. A visitor who is gone for a while wants
nothing, except work that was asked for with a button: that goes on, and is stopped only by a cancel.

A job is a function of a Teller, through which it tells how far it is and asks whether to stop. Nothing here knows of the web
framework, and the workers make no call into it.
"""

import contextlib
import functools
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from dashboard.background import budget
from dashboard.background.kinds import QUICK, Kind
from dashboard.background.pace import Pace
from dashboard.background.shelf import Shelf
from otcore.base.errors import InputError, MemoryFull, is_memory_full
from otcore.base.progress import Teller

AWAY = 120.0  # seconds after which a visitor who left wants nothing any more: a page is loaded anew within them
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Snapshot:
    """How a job stood when it was looked at.

    key    : as submitted; `label` for people
    state  : "waiting", "running", "done", "failed" or "cancelled"
    ahead  : jobs of its kind before it, the one at work included
    done, total: steps, total 0 until the job has told
    note   : what was done last
    latest : the last value the job gave out while at work
    left   : seconds, an estimate, or None while it is not known (any more, where it is `late`)
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
    left: float | None = None
    late: bool = False
    result: Any = None
    error: str = ""

    @property
    def alive(self) -> bool:
        return self.state in ("waiting", "running")

    @property
    def share(self) -> float:
        """Done of the whole, in [0, 1]."""
        return min(self.done / self.total, 1.0) if self.total else 0.0


@dataclass(eq=False)
class _Job:
    """wishes: who wants it → when he was last here; looked: → when his page was last drawn with it; left: who has cancelled."""

    snapshot: Snapshot
    work: Callable[[Teller], Any]
    kind: Kind
    wishes: dict[str, float]
    looked: dict[str, float] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    pace: Pace = field(default_factory=Pace)
    asked: float = field(default_factory=time.monotonic)
    begun: float | None = None
    stopping: bool = False
    finished: threading.Event = field(default_factory=threading.Event)


class Jobs:
    """The admission. Safe from any thread.

    shelf  : keeps the results; an evicted one is made anew when it is next asked for
    present: whether a visitor is here
    away   : seconds after which one who is not wants nothing any more
    """

    def __init__(self, shelf: Shelf | None = None, present: Callable[[str], bool] = lambda who: True, away: float = AWAY) -> None:
        self.shelf = shelf or Shelf()
        self._present, self._away = present, away
        self._alive: dict[str, _Job] = {}  # in the order of submission
        self._workers: set[Kind] = set()
        self._lock = threading.RLock()

    def submit(self, key: str, label: str, work: Callable[[Teller], Any], kind: Kind = QUICK, who: str = "") -> Snapshot:
        """Queues work, unless there is a job of that key already, waiting, at work or ended, which is then joined.

        raises: InputError   there is no room for more
        """
        with self._lock:
            known = self.join(key, who)
            if known is None:
                self.check_room(kind, who)
                self._alive[key] = _Job(Snapshot(key, label), work, kind, {who: time.monotonic()})
                if kind not in self._workers:
                    self._workers.add(kind)
                    threading.Thread(target=self._run, args=(kind,), name=f"jobs: {kind.plural}", daemon=True).start()
            return known or self.snapshot(key, who)

    def join(self, key: str, who: str = "") -> Snapshot | None:
        """How a job stands, which this visitor wants from now on, unless he cancelled it; None where there is none."""
        with self._lock:
            job = self._alive.get(key)
            if job is not None and who not in job.left:
                job.wishes[who] = job.looked[who] = time.monotonic()
            return self.snapshot(key, who)

    def snapshot(self, key: str, who: str = "") -> Snapshot | None:
        """How a job stands for a visitor, or None where there is none of that key (any more). What he cancelled is cancelled for him,
        though others may wait for it; what only others cancelled is not."""
        with self._lock:
            job = self._alive.get(key)
            if job is None:
                ended, left = self.shelf.find(("job", key)) or (None, ())
                return None if ended is None or (ended.state == "cancelled" and who not in left) else ended
            if who in job.left and not job.stopping:
                return replace(job.snapshot, state="cancelled")
            before = list(self._alive.values())
            ahead = sum(other.kind is job.kind for other in before[: before.index(job)])
            left = job.pace.left()
            return replace(job.snapshot, ahead=ahead, left=left, late=job.pace.late)

    def alive(self, kind: Kind) -> list[Snapshot]:
        """The jobs of a kind at work and waiting, in their order."""
        with self._lock:
            return [job.snapshot for job in self._alive.values() if job.kind is kind]

    def check_room(self, kind: Kind, who: str = "") -> None:
        """Makes room for one more job of a kind, of a visitor.

        raises: InputError   as many are queued as may be, of all or of his
        """
        with self._lock:
            self._drop_unwanted(kind)
            if who and not kind.stays:
                self._push_out(kind, who)
            alive = [job for job in self._alive.values() if job.kind is kind]
            if who and sum(who in job.wishes for job in alive) >= kind.each:
                raise InputError(f"{kind.each} {kind.plural} of yours are at work or waiting; wait until one has ended, or cancel one.")
            if len(alive) >= kind.most:
                raise InputError(f"{kind.most} {kind.plural} are at work or waiting already; wait until one has ended, then try again.")

    def _push_out(self, kind: Kind, who: str) -> None:
        """Withdraws a visitor's oldest wishes: he has gone on to another choice since, and looks at that."""
        own = [job for job in self._alive.values() if job.kind is kind and who in job.wishes]
        own.sort(key=lambda job: job.looked.get(who, job.asked))
        for job in own[: max(len(own) - kind.each + 1, 0)]:
            del job.wishes[who]
            if self._stopped(job):
                self._stop(job)

    def wait(self, key: str, seconds: float, who: str = "") -> Snapshot | None:
        """How a job stands once it has ended, or after that time."""
        with self._lock:
            job = self._alive.get(key)
        if job is not None:
            job.finished.wait(seconds)
        return self.snapshot(key, who)

    def cancel(self, key: str, who: str = "") -> None:
        """Withdraws one's wish. When nobody who is here wants the job any more, it never starts, or ends at its next step."""
        with self._lock:
            job = self._alive.get(key)
            if job is None:
                return
            job.wishes.pop(who, None)
            job.left.add(who)
            if not any(map(self._present, job.wishes)):
                self._stop(job)

    def forget(self, key: str, who: str = "") -> None:
        """Takes one's cancelling back, and drops a job that has ended, so that it can be submitted anew."""
        with self._lock:
            if key in self._alive:
                self._alive[key].left.discard(who)
                self.join(key, who)
            else:
                self.shelf.drop(("job", key))

    def _run(self, kind: Kind) -> None:
        if kind.nice and sys.platform == "linux":  # there a thread has a priority of its own, and what it starts inherits it
            with contextlib.suppress(OSError):  # a courtesy, not needed
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), budget.priority(kind.nice))
        while (job := self._next(kind)) is not None:
            tell = Teller(functools.partial(self._tell, job), functools.partial(self._stopped, job))
            self._end(job, **_outcome(job, tell))
            del job, tell  # what ended lives on nowhere but on the shelf

    def _next(self, kind: Kind) -> _Job | None:
        with self._lock:
            self._drop_unwanted(kind)
            job = next((job for job in self._alive.values() if job.kind is kind), None)
            if job is None:
                self._workers.remove(kind)
            else:
                job.snapshot, job.begun = replace(job.snapshot, state="running"), time.monotonic()
            return job

    def _tell(self, job: _Job, done: int, total: int, note: str = "", latest: Any = None) -> None:
        """`latest` must not change afterwards."""
        with self._lock:
            if total:
                job.pace.note(done / total)
            latest = job.snapshot.latest if latest is None else latest
            job.snapshot = replace(job.snapshot, done=done, total=total, note=note, latest=latest)

    def _stopped(self, job: _Job) -> bool:
        """Whether nobody wants the job (any more)."""
        with self._lock:
            now = time.monotonic()
            for who, seen in list(job.wishes.items()):
                if self._present(who):
                    job.wishes[who] = now
                elif not job.kind.stays and now - seen >= self._away:
                    del job.wishes[who]
            job.stopping = job.stopping or not job.wishes
            return job.stopping

    def _drop_unwanted(self, kind: Kind) -> None:
        for job in [job for job in self._alive.values() if job.kind is kind and self._stopped(job)]:
            self._stop(job)

    def _stop(self, job: _Job) -> None:
        job.stopping = True
        if job.snapshot.state == "waiting":
            self._end(job, state="cancelled")

    def _end(self, job: _Job, **changes: Any) -> None:
        ended = replace(job.snapshot, latest=None, **changes)
        self.shelf.put(("job", ended.key), (ended, job.left))
        with self._lock:
            del self._alive[ended.key]
        job.finished.set()
        now = time.monotonic()
        waited, worked = (job.begun or now) - job.asked, now - (job.begun or now)
        of = ", ".join(sorted(who[:8] or "all" for who in {*job.wishes, *job.left})) or "nobody who is here"
        _LOG.info("%s: %s, waited %.1f s, worked %.1f s, for %s", job.kind.plural, f"{ended.label} {ended.state}", waited, worked, of)


def _outcome(job: _Job, tell: Teller) -> dict[str, Any]:
    work, job.work = job.work, None  # with all it holds: an encoder may go when the job has ended
    try:
        return {"state": "done", "result": work(tell)}
    except Exception as error:  # the worker must live on; what a person can put right is told as it is
        if job.stopping:
            return {"state": "cancelled"}
        if isinstance(error, InputError):
            return {"state": "failed", "error": str(error)}
        if is_memory_full(error):
            return {"state": "failed", "error": str(MemoryFull())}
        _LOG.exception("job %s failed", job.snapshot.label)
        return {"state": "failed", "error": f"The work ended unexpectedly ({type(error).__name__}); the log has the details, try again."}
