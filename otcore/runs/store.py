"""Runs on disk: one folder each, written so that a killed run shows as interrupted and can go on.

settings.json           FinetuneSettings
log.jsonl               one JSON object a line: steps, held-out figures, what was saved
state.json              how it stands: state, reason, step, steps, seconds
result.json             held-out figures before and after, once it has ended
checkpoint.safetensors  weights, optimiser's state, step
snapshots/              probes.json and one <step>.safetensors a snapshot
encoder/ or maps.safetensors  what was learnt, for use as the encoder `run:NAME`
lock                    held by the process that trains: the system lets go of it however that process ends
"""

import contextlib
import dataclasses
import fcntl
import json
import re
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from otcore.text.files import write_bytes
from otcore.base.errors import InputError
from otcore.runs.settings import FinetuneSettings
from otcore.base.places import MAPS_FILE, runs_folder

STATES = ("new", "running", "interrupted", "cancelled", "stopped", "finished")
_NAME = re.compile(r"[\w][\w .+-]{0,79}")
_ATTEMPTS = 10
_FILES = ("settings.json", "log.jsonl", "state.json", "result.json", MAPS_FILE)


@dataclass(frozen=True)
class Run:
    """A run as it stood when it was looked at.

    folder  : where it is
    settings: what it was started with
    state   : one of STATES; "stopped" with a `reason` is for a run that ended itself because it went wrong
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

    raises: InputError   the folder is not empty, or cannot be made
    """
    folder = Path(folder) if folder is not None else runs_folder() / _free_name(settings)
    if folder.is_dir() and any(folder.iterdir()):
        held = "a run; continue it with --resume or choose" if (folder / "settings.json").is_file() else "other files; choose"
        raise InputError(f"The folder {folder} already holds {held} another folder.")
    try:
        (folder / "snapshots").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be made ({error.strerror}); choose another place.") from error
    write_bytes(folder / "settings.json", settings.to_json().encode())
    return Run(folder, settings)


def _free_name(settings: FinetuneSettings) -> str:
    stem = f"{settings.objective.kind}-{'-'.join(settings.languages)}"
    taken = {path.name for path in runs_folder().glob(f"{glob_escape(stem)}*")}
    return next(name for number in range(1, 10**6) if (name := f"{stem}-{number}") not in taken)


def glob_escape(text: str) -> str:
    """`text` as itself in a glob pattern."""
    return re.sub(r"([*?[])", r"[\1]", text)


def open_run(folder: str | Path) -> Run:
    """The run in a folder, as it stands.

    raises: InputError   there is none, or its files are damaged
    """
    folder = Path(folder)
    if not (folder / "settings.json").is_file():
        raise InputError(f"{folder} is not a run (no settings.json in it); `python -m otcore runs` lists those there are.")
    settings = FinetuneSettings.from_json((folder / "settings.json").read_text(encoding="utf-8"))
    stored, result = _read_json(folder / "state.json"), _read_json(folder / "result.json")
    kept = {name: stored[name] for name in ("state", "reason", "step", "steps", "seconds") if name in stored}
    run = Run(folder, settings, result=result or None, **kept)
    if is_running(folder):
        return dataclasses.replace(run, state="running")
    return dataclasses.replace(run, state="interrupted") if run.state == "running" else run


def find_run(name: str) -> Run:
    """The run of a name in the runs folder.

    raises: InputError   there is none of that name
    """
    folder = runs_folder() / check_name(name)
    if not (folder / "settings.json").is_file():
        raise InputError(f"There is no run {name} in {runs_folder()}; `python -m otcore runs` lists those there are.")
    return open_run(folder)


def list_runs() -> list[Run]:
    """The runs of the runs folder, the newest first; folders that cannot be read are left out."""
    found = []
    for path in runs_folder().glob("*/settings.json"):
        with contextlib.suppress(InputError):
            found.append((path.stat().st_mtime, open_run(path.parent)))
    return [run for _, run in sorted(found, key=lambda entry: (-entry[0], entry[1].name))]


def rename_run(run: Run, name: str) -> Run:
    """The same run under a new name.

    raises: InputError   the name is taken or no name for a folder, or the run is at work
    """
    target = run.folder.with_name(check_name(name))
    _at_rest(run)
    if target.exists():
        raise InputError(f"There is already a run {name}; choose another name.")
    run.folder.rename(target)
    return open_run(target)


def delete_run(run: Run) -> None:
    """Removes a run and all it learnt.

    raises: InputError   it is at work
    """
    _at_rest(run)
    doomed = run.folder.with_name(f".{run.name}.deleted")
    run.folder.rename(doomed)  # at once gone from the list, however long the removal takes
    shutil.rmtree(doomed)


def zip_run(run: Run, target: Path | None = None) -> Path:
    """A zip of the run without its checkpoint, in `target` or a temporary file; returns where."""
    if target is None:
        handle, name = tempfile.mkstemp(prefix=f"{run.name}-", suffix=".zip")
        open(handle, "wb").close()
        target = Path(name)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(run.folder.rglob("*")):
            inside = path.relative_to(run.folder)
            if path.is_file() and (str(inside) in _FILES or inside.parts[0] in ("encoder", "snapshots")):
                archive.write(path, Path(run.name) / inside)
    return target


def check_name(name: str) -> str:
    """raises: InputError   no name for a folder"""
    if not _NAME.fullmatch(name) or name.strip() != name:
        raise InputError(
            f"“{name[:80]}” is no name for a run; use up to 80 letters, digits, spaces and . _ + -, with a letter or digit first."
        )
    return name


def is_running(folder: Path) -> bool:
    """Whether a process is training in this folder."""
    try:
        with open(folder / "lock", "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@contextlib.contextmanager
def locked(run: Run) -> Iterator[None]:
    """Holds the run for this process.

    raises: InputError   another process trains it
    """
    with open(run.folder / "lock", "ab") as file:
        if not any(_lock(file) for _ in range(_ATTEMPTS)):
            raise InputError(f"The run {run.name} is already being trained; wait for it or stop it first.")
        yield


def _lock(file: BinaryIO) -> bool:
    """Whether the lock was to be had; a look at the run by `is_running` may hold it for a moment."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(0.05)
        return False
    return True


def write_state(folder: Path, **state: Any) -> None:
    """Replaces state.json."""
    write_bytes(folder / "state.json", (json.dumps(state) + "\n").encode())


def append_log(path: Path, entry: dict[str, Any]) -> None:
    """One more line, there at once for readers."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def read_log(path: Path) -> list[dict[str, Any]]:
    """All whole lines of a log; none where there is no log yet."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return []
    entries = []
    for line in lines[:-1]:  # what follows the last line end is not whole
        with contextlib.suppress(ValueError):
            entries.append(json.loads(line))
    return entries


def trim_log(path: Path, step: int) -> None:
    """Drops the entries of steps after `step`, which a resumed run takes again."""
    kept = [entry for entry in read_log(path) if entry.get("step", 0) <= step]
    write_bytes(path, "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in kept).encode())


def replace_folder(source: Path, target: Path) -> None:
    """Puts a finished folder in the place of another, which is whole until then."""
    old = target.with_name(target.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    source.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _at_rest(run: Run) -> None:
    if is_running(run.folder):
        raise InputError(f"The run {run.name} is at work; stop it first.")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}); delete the run.") from error
