"""The one budget of the machine: who may use how many threads, and how memory is taken. Nothing here knows of the web framework.

Libraries take all cores for every call, and the threads of two calls wait for each other in each small product. So the server, which has
many visitors at once, computes on one thread a request (two where there are many cores), and heavy work has processes of its own
(`apart`), which leave a core to the server and give way to it.
"""

import contextlib
import ctypes
import os

from dashboard.background import lean

_NAMES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS")
_UNUSED = ("PYTORCH", "TENSORFLOW", "JAX", "CUPY")  # POT would load each that is installed, and is given arrays only
_ARENAS = -8  # M_ARENA_MAX of malloc.h
_GIVEN = {name: os.environ[name] for name in _NAMES if name in os.environ}  # what the owner of the machine has set stays


def cores() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def interactive_threads() -> int:
    """Of one request: what a page asks for is small, and the others' requests are beside it."""
    return 1 if cores() <= 4 else 2


def heavy_threads() -> int:
    """Of one process with heavy work: one core is left to the server."""
    return max(cores() - 1, 1)


def settle() -> None:
    """Holds this process to the threads of a request. Libraries read it when they are loaded, so it comes before them."""
    os.environ.update(_limits(interactive_threads()))
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for library in _UNUSED:
        os.environ.setdefault(f"POT_BACKEND_DISABLE_{library}", "1")
    lean.leave_out()
    _share_one_heap()


def _share_one_heap() -> None:
    """All threads of this process take their memory from one place, where it is the GNU library that gives it. It has up to eight a core,
    and a run of a page is a thread of its own: what one thread keeps and another one drops leaves holes in all of them, which grow for
    hours. Whoever sets MALLOC_ARENA_MAX decides himself."""
    if "MALLOC_ARENA_MAX" in os.environ or "arena_max" in os.environ.get("GLIBC_TUNABLES", ""):
        return
    with contextlib.suppress(AttributeError, OSError):  # another library gives it
        ctypes.CDLL(None).gnu_get_libc_version()
        ctypes.CDLL(None).mallopt(_ARENAS, 1)


def heavy_environment() -> dict[str, str]:
    """Of a process with heavy work. Its threads sleep while they wait for each other: they share their cores with many."""
    return os.environ | _limits(heavy_threads()) | {"OMP_WAIT_POLICY": "PASSIVE"}


def priority(nice: int) -> int:
    """Of heavy work that gives way by so much, as the system counts it. `OTCORE_NICE=0` has it give way to nothing: on a machine that is
    busy with something else for long, it would wait for that too."""
    if not hasattr(os, "getpriority"):
        return 0
    own = os.getpriority(os.PRIO_PROCESS, os.getpid())
    return own if os.environ.get("OTCORE_NICE", "").strip() == "0" else min(own + nice, 19)


def _limits(threads: int) -> dict[str, str]:
    return dict.fromkeys(_NAMES, str(threads)) | _GIVEN
