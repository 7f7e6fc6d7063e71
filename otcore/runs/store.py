"""Runs on disk: one folder each, written so that a killed run shows as interrupted and can go on.

settings.json           FinetuneSettings
log.jsonl               one JSON object a line: steps, held-out figures, what was saved
state.json              how it stands: state, reason, step, steps, seconds
result.json             held-out figures before and after, once it has ended
checkpoint.safetensors  weights, optimiser's state, step
snapshots/              probes.json and one <step>.safetensors a snapshot
encoder/ or maps.safetensors  what was learnt, for use as the encoder `run:NAME`
STOP                    asks the process that trains to end and keep what was learnt
lock                    held by the process that trains: the system lets go of it however that process ends
owner                   who began it; see `owners`
"""

import contextlib
import dataclasses
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otcore.base.errors import InputError
from otcore.base.leftovers import first_time, sweep, temporary
from otcore.base.names import is_text, shown
from otcore.base.places import MAPS_FILE, RUN_PREFIX, runs_folder
from otcore.runs.folders import given_folder, own_folder, put_back
from otcore.runs.locks import is_running
from otcore.runs.log import read_log
from otcore.runs.reading import read_result, read_settings, read_state
from otcore.runs.settings import FinetuneSettings
from otcore.text.writing import why, write_bytes

_NAME = re.compile(r"[\w][\w .+-]{0,79}")
_MOST_TOLD = 5  # names of runs in a message
_FILES = ("settings.json", "log.jsonl", "state.json", "result.json", MAPS_FILE)


@dataclass(frozen=True)
class Run:
    """A run as it stood when it was looked at.

    state   : "new", "running", "interrupted", "cancelled", "finished", or "stopped" with a `reason`: it ended itself as it went wrong
    step    : last step whose result is kept; `steps` their number, or None where the clock decides
    seconds : of work, over all its parts
    result  : {"before": figures, "after": figures}, empty before it has ended
    """

    folder: Path
    settings: FinetuneSettings
    state: str = "new"
    reason: str = ""
    step: int = 0
    steps: int | None = None
    seconds: float = 0.0
    result: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def usable(self) -> bool:
        """Whether it can be used as an encoder."""
        return (self.folder / "encoder" / "config.json").is_file() or (self.folder / MAPS_FILE).is_file()

    @property
    def resumable(self) -> bool:
        return self.state in ("new", "interrupted", "cancelled")

    def log(self) -> list[dict[str, Any]]:
        """The entries of the log; a last line that was cut off when the process was killed is left out."""
        return read_log(self.folder / "log.jsonl")


def create_run(settings: FinetuneSettings, folder: Path | None = None) -> Run:
    """A new run in a folder of its own, by default under the runs folder with a name from its settings.

    A folder that gets a name is whole, and is had by whoever comes first: two runs never share one, however many are made at once.
    raises: InputError   the folder is not empty, or cannot be made
    """
    try:
        if folder is not None:
            return Run(given_folder(settings, Path(folder)), settings)
        return Run(own_folder(settings), settings)
    except InputError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        place = shown(folder or runs_folder())
        raise InputError(f"The folder {place} cannot be made ({why(error)}); choose another place.") from error


def tidy_once() -> None:
    """Removes what processes that were killed left in the runs folder, and puts back what they were about to replace; once a process."""
    root = runs_folder()
    if first_time(root, "runs"):
        _sweep_removed(root)
        for folder in folders():
            if not is_running(folder):
                for place in (folder, folder / "snapshots"):
                    sweep(place)
                with contextlib.suppress(OSError):
                    put_back(folder / "encoder")


def _sweep_removed(root: Path) -> None:
    sweep(root)
    for folder in root.glob(".*.deleted"):  # as an earlier edition left it
        shutil.rmtree(folder, ignore_errors=True)


def open_run(folder: str | Path) -> Run:
    """raises: InputError   there is no run in the folder, or its files are damaged"""
    folder = Path(folder)
    if not _is_file(folder / "settings.json"):
        raise InputError(f"{shown(folder)} is not a run (no settings.json in it); choose the folder of one.")
    settings, kept, result = read_settings(folder), read_state(folder), read_result(folder)
    if is_running(folder):
        kept["state"] = "running"
    elif kept.get("state") == "running":
        kept["state"] = "interrupted"
    return Run(folder, settings, result=result, **kept)


def find_run(name: str) -> Run:
    """raises: InputError   there is no run of that name in the runs folder"""
    folder = runs_folder() / check_name(name)
    if not (folder / "settings.json").is_file():
        others = ", ".join(run.name for run in list_runs()[:_MOST_TOLD])
        raise InputError(f"There is no run {name} in {runs_folder()}; {f'the newest are {others}' if others else 'there is none yet'}.")
    return open_run(folder)


def list_runs() -> list[Run]:
    """The runs of the runs folder, the newest first; folders that cannot be read, or are about to go, are left out."""
    found = []
    for folder in filter(is_named, folders()):
        with contextlib.suppress(InputError, OSError):
            found.append(((folder / "settings.json").stat().st_mtime, open_run(folder)))
    return [run for _, run in sorted(found, key=lambda entry: (-entry[0], entry[1].name))]


def folders() -> list[Path]:
    """What may be runs; tidied when this process looks for the first time."""
    tidy_once()
    try:
        return [Path(entry.path) for entry in os.scandir(runs_folder()) if not entry.name.startswith(".") and entry.is_dir()]
    except OSError:  # none yet, or not ours to read
        return []


def is_named(folder: Path) -> bool:
    """Whether its name can be shown."""
    return is_text(folder.name)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # unreadable, too long, a NUL in it
        return False


def rename_run(run: Run, name: str) -> Run:
    """The same run under a new name, which runs that start from it are told.

    raises: InputError   the name is taken or no name for a folder, or the run is at work or gone
    """
    target = run.folder.with_name(check_name(name))
    if target.exists():
        raise InputError(f"There is already a run {name}; choose another name.")
    built_on = _built_on(run)
    with _moving(run):
        run.folder.rename(target)
    for other in built_on:
        settings = dataclasses.replace(other.settings, encoder=RUN_PREFIX + name)
        write_bytes(other.folder / "settings.json", settings.to_json().encode())
    return open_run(target)


def delete_run(run: Run) -> None:
    """Removes a run and all it learnt.

    raises: InputError   it is at work or gone, or the encoder under the maps of another run
    """
    if maps := [other.name for other in _built_on(run) if other.settings.objective.is_map and other.usable]:
        raise InputError(f"The run {run.name} is the encoder under the maps of {', '.join(maps)}; delete those first.")
    with _moving(run), temporary(run.folder, folder=True) as doomed:
        run.folder.rename(doomed / run.name)  # at once gone from the list, however long the removal takes
    _sweep_removed(run.folder.parent)  # those too whose removal was interrupted


def _built_on(run: Run) -> list[Run]:
    """The runs that start from what a run has learnt; only one in the runs folder has a name for that."""
    if run.folder.parent.resolve() != runs_folder().resolve():
        return []
    return [other for other in list_runs() if other.settings.encoder == RUN_PREFIX + run.name]


@contextlib.contextmanager
def _moving(run: Run) -> Iterator[None]:
    if is_running(run.folder):
        raise InputError(f"The run {run.name} is at work; stop it first.")
    try:
        yield
    except OSError as error:
        raise InputError(f"The run {run.name} cannot be moved ({error.strerror}); look whether it is still there, and yours.") from error


def zip_run(run: Run) -> bytes:
    """A zip of the run without its checkpoint."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(run.folder.rglob("*")):
            inside = path.relative_to(run.folder)
            if path.is_file() and (str(inside) in _FILES or inside.parts[0] in ("encoder", "snapshots")):
                archive.write(path, Path(run.name) / inside)
    return made.getvalue()


def check_name(name: str) -> str:
    """raises: InputError   no name for a folder"""
    if not _NAME.fullmatch(name) or name.strip() != name:
        allowed = "up to 80 letters, digits, spaces and . _ + -, with a letter or digit first"
        raise InputError(f"“{name[:80]}” is no name for a run; use {allowed}.")
    return name


def write_state(folder: Path, **state: Any) -> None:
    """Replaces state.json."""
    write_bytes(folder / "state.json", (json.dumps(state) + "\n").encode())
