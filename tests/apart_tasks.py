"""Work that tests send to a process: it finds them here by their names."""

import os
import threading
import time

from otcore.base.errors import InputError


def told(tell, desk, begun: int, total: int):
    """Tells its steps, the last with what it has by then."""
    for done in range(begun, total):
        tell.progress(done, total, f"step {done}", *([("half",)] if done == total - 1 else []))
    return os.getpid(), os.getpriority(os.PRIO_PROCESS, 0), os.environ["OMP_NUM_THREADS"]


def kept(tell, desk, value):
    """What the first call with a key has made."""
    return desk.shelf.get("value", lambda: value)


def layers(tell, desk, name):
    return desk.encoder(name).layers, id(desk.encoder(name)) == id(desk.encoder(name))


def until_stopped(tell, desk):
    while True:
        tell(0.5, "half")
        time.sleep(0.01)


def deaf(tell, desk):
    tell.progress(1, 2, "begun")
    threading.Event().wait()


def refused(tell, desk):
    raise InputError("Choose another encoder.")


def broken(tell, desk):
    raise RuntimeError("secret path")


def too_large(tell, desk, library: str):
    import numpy
    import torch

    return numpy.ones(2**50) if library == "numpy" else torch.ones(2**46)


def dying(tell, desk):
    os._exit(3)


def not_to_be_sent(tell, desk):
    return threading.Lock()
