"""A process for heavy work: `python -m dashboard.background.worker NICE`, started by `apart`, which says what comes in and goes out.

In: a Task, or "stop" for the one at work; at the end of the input the process ends. Out: ("progress", done, total, note, latest …), and
then ("done", result), ("input", sentence), ("stopped",) or ("failed", name of the error).
"""

import contextlib
import importlib
import logging
import os
import pickle
import queue
import sys
import threading
from collections import OrderedDict

from dashboard.background.shelf import Shelf
from otcore.base.errors import InputError, MemoryFull, is_memory_full
from otcore.base.progress import Stopped, Teller

_ENCODERS = 4  # kept loaded
_BYTES = 600_000_000  # of what the shelf keeps


class Work:
    """The tasks of one process, one after the other."""

    def __init__(self, source, sink) -> None:
        self._source, self._sink = source, sink
        self._stop = threading.Event()
        self._tasks: queue.SimpleQueue = queue.SimpleQueue()
        self._encoders: OrderedDict = OrderedDict()

    def go_on(self) -> None:
        """Does tasks until the input ends."""
        from dashboard.background.apart import Desk

        threading.Thread(target=self._listen, daemon=True).start()
        importlib.import_module("otcore.encoders.encoder")  # torch, before there is a task
        desk, tell = Desk(self._encoder, Shelf(most_bytes=_BYTES)), Teller(self._progress, self._stop.is_set)
        while True:
            self._tell(*_outcome(self._tasks.get(), tell, desk))

    def _listen(self) -> None:
        try:
            while True:
                message = pickle.load(self._source)
                if message == "stop":
                    self._stop.set()
                else:
                    self._stop.clear()
                    self._tasks.put(message)
        except EOFError:  # the server is gone: nobody would see the result
            os._exit(0)
        except Exception:
            logging.getLogger(__name__).exception("what the server sent cannot be read")
            os._exit(1)

    def _progress(self, done: int, total: int, note: str = "", *latest) -> None:
        self._tell("progress", done, total, note, *latest)

    def _tell(self, *message) -> None:
        try:
            data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # a result that cannot travel
            logging.getLogger(__name__).exception("a result cannot be sent")
            data = pickle.dumps(("failed", type(error).__name__))
        self._sink.write(data)
        self._sink.flush()

    def _encoder(self, name: str):
        from otcore.encoders import encoder_stamp, load_encoder

        key = name, encoder_stamp(name)
        if key not in self._encoders:
            self._encoders[key] = load_encoder(name)
        self._encoders.move_to_end(key)
        while len(self._encoders) > _ENCODERS:
            self._encoders.popitem(last=False)
        return self._encoders[key]


def _outcome(task, tell: Teller, desk) -> tuple:
    try:
        return "done", task.here(tell, desk)
    except Stopped:
        return ("stopped",)
    except InputError as error:
        return "input", str(error)
    except Exception as error:  # the process must live on
        if is_memory_full(error):
            return "input", str(MemoryFull())
        logging.getLogger(__name__).exception("%s failed", task.function.__qualname__)
        return "failed", type(error).__name__


def main() -> None:
    """Serves the process that started this one."""
    with contextlib.suppress(AttributeError, OSError):  # a courtesy, not needed
        os.setpriority(os.PRIO_PROCESS, 0, max(os.getpriority(os.PRIO_PROCESS, 0), int(sys.argv[1])))
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no message
    Work(source, sink).go_on()


if __name__ == "__main__":
    main()
