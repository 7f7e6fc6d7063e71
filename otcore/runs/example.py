"""The runs that come with the project: settings, course and film, so that the pages about runs open on a finished one.

They have no weights, so they are no encoders, and they cannot be changed.
"""

import contextlib
import functools
from pathlib import Path

from otcore.base.errors import InputError
from otcore.runs.store import Run, find_run, open_run

EXAMPLES = Path(__file__).resolve().parents[2] / "data" / "results" / "runs"
_FIRST = "example"


def is_example(run: Run) -> bool:
    """Whether a run is a bundled one."""
    return run.folder.parent == EXAMPLES


def find_or_example(name: str) -> Run:
    """A run of the runs folder by its name, or the bundled one of that name.

    raises: InputError   there is no run of that name
    """
    try:
        return find_run(name)
    except InputError:
        if found := [one for one in example_runs() if one.name == name]:
            return found[0]
        raise


@functools.cache
def example_runs() -> tuple[Run, ...]:
    """The bundled runs, the one that pages open on first; without those that a copy of the project lacks or that are damaged in it."""
    found = []
    for folder in sorted(EXAMPLES.glob("*"), key=lambda folder: (folder.name != _FIRST, folder.name)):
        with contextlib.suppress(InputError):
            found.append(open_run(folder))
    return tuple(found)
