"""The kernel as machine code: made once by a process beside, kept on the disk, loaded without numba.

Numba takes half a second to import and this kernel some ten to compile, which is more than a command that aligns one sentence should
wait for. So who solves never imports numba: a process of low priority compiles, and leaves what it made where the next one finds it,
under a name that holds all that it depends on. Until then there is no kernel, and `ready` says so.
"""

import ctypes
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from functools import cache
from importlib.metadata import version
from pathlib import Path

from otcore.base.places import cache_folder

_HERE = Path(__file__).resolve().parent
_SOURCES = ("lanes.py", "kernel.py")
# what numba's code calls when something is raised, which nothing here is
_ENDS = (
    *("NRT_Free", "NRT_MemInfo_call_dtor", "numba_do_raise", "numba_gil_ensure", "numba_gil_release"),
    *("numba_unpickle", "numba_runtime_build_excinfo_struct"),
)
# of costs, masses, where, ε, tolerance, most, plan, f, g, found, first, last, space, start, places: see `kernel.compiled`
_ARGUMENTS = [ctypes.c_void_p] * 5 + [ctypes.c_double, ctypes.c_int64] + [ctypes.c_void_p] * 4 + [ctypes.c_int64] * 2
_FUNCTION = ctypes.CFUNCTYPE(None, *_ARGUMENTS, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p)

_lock = threading.Lock()
_loaded: dict[str, ctypes._CFuncPtr] = {}
_engines: list = []  # what holds the code's memory
_builders: list[subprocess.Popen] = []


def ready(wait: bool = False) -> dict | None:
    """Float type → function, or None where there is no kernel (yet): then one is on its way, unless it cannot be.

    wait: until it is there or has failed
    """
    if _loaded:
        return _loaded
    with _lock:
        if not _loaded and (path := _path()):
            if not path.exists():
                _build(path)
                if wait:
                    _builders[0].wait()
            if path.exists():
                _loaded.update(_load(path.read_bytes()))
    return _loaded or None


@cache
def _path() -> Path | None:
    """Where the code of this source, this numba and this processor is kept; None where nothing can be written."""
    import llvmlite.binding as llvm

    made_of = [(_HERE / name).read_bytes() for name in _SOURCES]
    made_of += [version(name).encode() for name in ("numba", "llvmlite")]
    made_of += [llvm.get_host_cpu_name().encode(), llvm.get_host_cpu_features().flatten().encode(), sys.version.encode()]
    name = f"kernel-{hashlib.sha256(b' '.join(made_of)).hexdigest()[:24]}.o"
    for folder in (_HERE / "__pycache__", cache_folder()):
        if (folder / name).exists() or _writable(folder):
            return folder / name
    return None


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _build(path: Path) -> None:
    """One try a process; it goes on when this process ends."""
    if not _builders:
        root = str(_HERE.parents[2])
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}
        command = [sys.executable, "-m", "otcore.transport.compiled.build", str(path)]
        nowhere = subprocess.DEVNULL
        _builders.append(subprocess.Popen(command, env=environment, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True))


def _load(kept: bytes) -> dict:
    """The functions of a file that `build` made."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for name in _ENDS:
        if not llvm.address_of_symbol(name):  # where numba is loaded these are its own
            llvm.add_symbol(name, ctypes.cast(ctypes.CDLL(None).abort, ctypes.c_void_p).value)
    functions = {}
    for number, (name, code) in unpacked(kept).items():
        target = llvm.Target.from_default_triple().create_target_machine(jit=True)
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target)
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        engine.finalize_object()
        _engines.append(engine)
        functions[number] = _FUNCTION(engine.get_function_address(name))
    return functions


def packed(functions: dict[str, tuple[str, bytes]]) -> bytes:
    """Float type → name and object file, as one file: a line of JSON that says what follows."""
    head = [[number, name, len(code)] for number, (name, code) in functions.items()]
    return json.dumps(head).encode() + b"\n" + b"".join(code for _, code in functions.values())


def unpacked(kept: bytes) -> dict[str, tuple[str, bytes]]:
    head, _, rest = kept.partition(b"\n")
    functions, start = {}, 0
    for number, name, length in json.loads(head):
        functions[number], start = (name, rest[start : start + length]), start + length
    return functions
