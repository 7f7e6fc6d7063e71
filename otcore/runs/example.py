"""The run that comes with the project: its settings, course and film, so that the pages about runs open on a finished one.

It has no weights, so it is no encoder, and it cannot be changed.
"""

import functools
from pathlib import Path

from otcore.base.errors import InputError
from otcore.runs.store import Run, find_run, open_run

EXAMPLE_FOLDER = Path(__file__).resolve().parents[2] / "data" / "results" / "example"


def is_example(run: Run) -> bool:
    """Whether a run is the bundled one."""
    return run.folder == EXAMPLE_FOLDER


def find_or_example(name: str) -> Run:
    """A run of the runs folder by its name, or the bundled one where the name is its.

    raises: InputError   there is no run of that name
    """
    try:
        return find_run(name)
    except InputError:
        example = example_run()
        if example is None or example.name != name:
            raise
        return example


@functools.cache
def example_run() -> Run | None:
    """The bundled run, or None in a copy of the project without it."""
    try:
        return open_run(EXAMPLE_FOLDER)
    except InputError:
        return None
