"""Compiles the kernel into a file: `python -m otcore.transport.compiled.build FILE`, one process at a time and of low priority."""

import os
import sys
from pathlib import Path


def main(path: Path) -> None:
    from filelock import FileLock

    if hasattr(os, "nice"):
        os.nice(10)
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            _write(path)


def _write(path: Path) -> None:
    from numba import types

    from otcore.base.leftovers import temporary
    from otcore.transport.compiled.code import packed
    from otcore.transport.compiled.kernel import compiled

    made = packed({str(number): compiled(number) for number in (types.float32, types.float64)})
    with temporary(path) as file:
        file.write_bytes(made)
        file.replace(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
