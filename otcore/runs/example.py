"""The run that comes with the project: its settings, course and film, so that the pages about runs open on a finished one.

It has no weights, so it is no encoder, and it cannot be changed.
"""

import functools
from pathlib import Path

from otcore.base.errors import InputError
from otcore.runs.store import Run, open_run

EXAMPLE_FOLDER = Path(__file__).resolve().parents[2] / "data" / "results" / "example"


def is_example(run: Run) -> bool:
    """Whether a run is the bundled one."""
    return run.folder == EXAMPLE_FOLDER


@functools.cache
def example_run() -> Run | None:
    """The bundled run, or None in a copy of the project without it."""
    try:
        return open_run(EXAMPLE_FOLDER)
    except InputError:
        return None
