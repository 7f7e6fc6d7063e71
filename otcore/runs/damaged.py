"""Runs that cannot be read: which there are, why, and their removal."""

import os
from dataclasses import dataclass
from pathlib import Path

from otcore.base.errors import InputError
from otcore.base.leftovers import temporary
from otcore.base.names import shown
from otcore.runs.store import folders, is_named, open_run
from otcore.text.writing import why

_MARKS = ("settings.json", "state.json", "log.jsonl", "checkpoint.safetensors")  # a folder with one of these is, or was, a run


@dataclass(frozen=True)
class Damaged:
    """A folder whose run cannot be read, and why, without a full stop."""

    folder: Path
    reason: str

    @property
    def name(self) -> str:
        return self.folder.name


def damaged_runs() -> list[Damaged]:
    """The folders of the runs folder that hold a run which cannot be read, by name."""
    found = []
    for folder in folders():
        try:
            if any(os.path.lexists(folder / name) for name in _MARKS):
                open_run(folder)
                if not is_named(folder):
                    raise InputError("its name is not UTF-8")
        except (InputError, OSError) as error:
            reason = shown(str(error).replace(f"{folder}{os.sep}", "").rstrip("."))
            found.append(Damaged(folder, reason))
    return sorted(found, key=lambda entry: entry.name)


def remove_damaged(name: str) -> None:
    """Removes a run that cannot be read.

    raises: InputError   there is no such damaged run, or its folder may not be changed
    """
    one = next((one for one in damaged_runs() if one.name == name), None)
    if one is None:
        raise InputError(f"There is no damaged run {shown(name)} (any more).")
    try:
        with temporary(one.folder, folder=True) as doomed:
            one.folder.rename(doomed / "run")
    except OSError as error:
        raise InputError(f"{shown(one.folder)} cannot be removed ({why(error)}); check whether it is yours.") from error
