"""A corpus aligned block by block, in this process, in several of one machine or on a cluster, with the same lines in the same order."""

import contextlib
import multiprocessing
import os
import signal
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from typing import Any

from otcore.alignment.settings import AlignSettings
from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.cluster.joining import Cluster
from otcore.corpora.types import SentencePair

_AHEAD = 3  # blocks a worker that may be read before the first of them is written: what is slow holds up no other
_SCALING = 8  # pairs of each language
_MANY = 512  # pairs of a block that are worth waiting some ten seconds for the kernel that solves them, where it is not made yet
_DEATHS = 3  # of workers at one block, after which it is not given to another

Blocks = Iterator[Sequence[SentencePair]]


@dataclass(frozen=True)
class Work:
    """What is done with every block: all that a process needs for it.

    encoder : name; device: of `otcore.encoders.devices`, or None
    counts  : word counts of languages that are not bundled
    written : an alignment to its line
    int8    : whether the encoder computes in eight bits
    """

    encoder: str
    device: str | None
    settings: AlignSettings
    counts: Mapping[str, Counter]
    written: Callable[[Any], str]
    int8: bool = False

    def loaded(self, teller: Teller | None = None):
        """The encoder; raises InputError where there is none, or it lacks the layer."""
        from otcore.encoders import load_encoder
        from otcore.encoders.devices import moved

        encoder = moved(load_encoder(self.encoder, teller), self.device)
        encoder.check_layer(self.settings.layer)
        if self.int8:
            encoder.quantise(usual_sentences())
        return encoder

    def lines(self, encoder, pairs: Sequence[SentencePair], tell: Callable[[int], None]) -> tuple[list[str], Any]:
        """The lines of a block, and what the encoder left unread."""
        from otcore.alignment.aligner import align_block

        if len(pairs) >= _MANY:
            _settle()
        found = align_block(encoder, pairs, self.settings, self.counts, tell)
        unread = encoder.unread([side.words for pair in pairs for side in (pair.source, pair.target)])
        return [self.written(one) for one in found], unread

    def begun(self) -> Callable[[Sequence[SentencePair]], tuple[list[str], Any]]:
        """What a worker of a cluster does with every block."""
        encoder = self.loaded()
        _settle()
        return lambda pairs: self.lines(encoder, pairs, lambda done: None)


def _settle() -> None:
    """Wait for the kernel: without it plans are the same but for rounding, and links of a corpus shall not depend on which process came
    first on a machine."""
    from otcore.transport.compiled.code import ready

    ready(wait=True)


def usual_sentences() -> list[tuple[str, ...]]:
    """The words of some sentences of every bundled language, which the scales of eight bits are set by: the same for every corpus, so that
    links do not depend on where it begins."""
    from otcore.corpora.collection import load_collection

    collection = load_collection()
    pairs = [pair for code in collection.languages[1:] for pair in collection.pairs("en", code, "dev")[:_SCALING]]
    return [side.words for pair in pairs for side in (pair.source, pair.target)]


def align_blocks(
    work: Work,
    blocks: Blocks,
    tell: Callable[[int], None],
    *,
    workers: int = 1,
    cluster: Cluster | None = None,
    teller: Teller | None = None,
) -> Iterator[tuple[list[str], Any]]:
    """The lines and the unread of every block, in order.

    tell   : called with the pairs done of those that are not yet yielded
    workers: processes, where there is no cluster; a block whose worker is killed is given to another
    teller : of the encoder's download, where there is one worker
    raises : InputError   as align_pair, as `mapped`, or processes that are killed again and again
    """
    if cluster:
        from otcore.cluster.mapping import mapped
        from otcore.encoders import lasting

        work = replace(work, encoder=lasting(work.encoder))
        yield from mapped(cluster, work.begun, blocks, lambda found: tell(sum(len(lines) for lines, _ in found)))
        return
    if workers == 1:
        encoder = None
        for pairs in blocks:
            encoder = encoder or work.loaded(teller)
            yield work.lines(encoder, pairs, tell)
        return
    pool = _Pool(work, blocks, workers, tell)
    try:
        yield from pool.results()
    finally:
        pool.close()


@dataclass
class _Worker:
    """process, and the pipe to it · number: of the block it has, or None · ready: whether its encoder is loaded · done: pairs of it"""

    process: Any
    pipe: Connection
    number: int | None = None
    ready: bool = False
    done: int = 0


@dataclass
class _Pool:
    work: Work
    blocks: Blocks
    most: int
    tell: Callable[[int], None]
    workers: list[_Worker] = field(default_factory=list)
    open: dict[int, Sequence[SentencePair]] = field(default_factory=dict)  # by number: read, and not yet aligned
    waiting: deque[int] = field(default_factory=deque)
    found: dict[int, tuple] = field(default_factory=dict)  # aligned, and not yet written
    deaths: Counter = field(default_factory=Counter)
    read: int = 0

    def results(self) -> Iterator[tuple[list[str], Any]]:
        written = 0
        while self._fill(written) or self.found:
            if written in self.found:
                yield self.found.pop(written)
                written += 1
            elif self._listen():
                self.tell(sum(len(lines) for lines, _ in self.found.values()) + sum(worker.done for worker in self.workers))

    def close(self) -> None:
        for worker in self.workers:
            worker.pipe.close()
            worker.process.terminate()
        for worker in self.workers:
            worker.process.join()

    def _fill(self, written: int) -> bool:
        """Gives a block to every worker that waits for one; whether there are blocks yet to be aligned."""
        while self.blocks is not None and len(self.waiting) < self.most and self.read - written < _AHEAD * self.most:
            pairs = next(self.blocks, None)
            if pairs is None:
                self.blocks = None
            else:
                self.open[self.read] = pairs
                self.waiting.append(self.read)
                self.read += 1
        while len(self.workers) < min(self.most, len(self.open)):
            self.workers.append(self._started())
        for worker in list(self.workers):
            if worker.ready and worker.number is None and self.waiting:
                worker.number = self.waiting.popleft()
                try:
                    worker.pipe.send(self.open[worker.number])
                except OSError:
                    self._lost(worker)
        return bool(self.open)

    def _listen(self) -> bool:
        """Takes what the workers say; whether one has told how far it is."""
        told = False
        ready = wait([worker.pipe for worker in self.workers])
        for worker in [worker for worker in self.workers if worker.pipe in ready]:
            try:
                kind, value = worker.pipe.recv()
            except (EOFError, OSError):
                self._lost(worker)
                continue
            if kind == "error":
                raise InputError(value)
            if kind == "fault":
                raise RuntimeError(value)
            if kind == "done":
                worker.done, told = value, True
            elif kind == "ready":
                worker.ready = True
            else:
                self.found[worker.number] = value
                del self.open[worker.number]
                worker.number, worker.done = None, 0
        return told

    def _lost(self, worker: _Worker) -> None:
        """A worker ended that was not to: its block is the next to be given away."""
        worker.pipe.close()
        worker.process.join()
        self.workers.remove(worker)
        place = -1 if worker.number is None else worker.number
        self.deaths[place] += 1
        if self.deaths[place] >= _DEATHS:
            code = worker.process.exitcode
            raise InputError(f"{_DEATHS} worker processes ended at the same work (exit code {code}); memory may be short, so use fewer.")
        if worker.number is not None:
            self.waiting.appendleft(worker.number)

    def _started(self) -> _Worker:
        import torch

        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        threads = max(1, torch.get_num_threads() // self.most)
        process = context.Process(target=_serve, args=(there, self.work, threads), daemon=True, name="otcore-align")
        process.start()
        there.close()  # so that the end of the process is the end of the pipe
        return _Worker(process, here)


def _serve(pipe: Connection, work: Work, threads: int) -> None:
    """Aligns what comes through the pipe until it ends, as it does when whoever started this is no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal it goes to all processes; the first of them ends the others
    os.environ["RAYON_NUM_THREADS"] = str(threads)
    with contextlib.suppress(EOFError, OSError):
        try:
            encoder = work.loaded()
            _settle()
            _use(threads)
            pipe.send(("ready", None))
            while True:
                pairs = pipe.recv()
                pipe.send(("lines", work.lines(encoder, pairs, lambda done: pipe.send(("done", done)))))
        except InputError as error:
            pipe.send(("error", str(error)))
        except (EOFError, OSError):
            raise
        except Exception:
            pipe.send(("fault", traceback.format_exc()))


def _use(threads: int) -> None:
    import torch

    torch.set_num_threads(threads)
