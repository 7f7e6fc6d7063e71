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
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otcore.base.errors import InputError
from otcore.base.places import MAPS_FILE, RUN_PREFIX, runs_folder
from otcore.runs.locks import STOP_FILE, is_running, locked  # noqa: F401  whoever trains finds them here
from otcore.runs.settings import FinetuneSettings
from otcore.text.files import write_bytes

_NAME = re.compile(r"[\w][\w .+-]{0,79}")
_MOST_NAMED = 16  # languages that fit into a name
_MOST_TOLD = 5  # names of runs in a message
_FILES = ("settings.json", "log.jsonl", "state.json", "result.json", MAPS_FILE)
_DELETED = ".deleted"


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

    Folders are made by whoever comes first: two runs never share one, however many are made at once.
    raises: InputError   the folder is not empty, or cannot be made
    """
    held = True
    try:
        folder = _own_folder(settings) if folder is None else Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            (folder / "snapshots").mkdir()
            held = False
    except FileExistsError:
        pass
    except OSError as error:
        raise InputError(f"The folder {folder or runs_folder()} cannot be made ({error.strerror}); choose another place.") from error
    if held:
        what = "a run; go on with that one, or choose" if (folder / "settings.json").is_file() else "other files; choose"
        raise InputError(f"The folder {folder} already holds {what} another folder.")
    write_bytes(folder / "settings.json", settings.to_json().encode())
    return Run(folder, settings)


def _own_folder(settings: FinetuneSettings) -> Path:
    """A folder that was not there: of two that would make it at once, one is told that it exists."""
    codes = settings.languages
    named = "-".join(codes) if len(codes) <= _MOST_NAMED else f"{len(codes)}-languages"
    runs_folder().mkdir(parents=True, exist_ok=True)
    number = 0
    while True:
        number += 1
        with contextlib.suppress(FileExistsError):
            folder = runs_folder() / f"{settings.objective.name}-{named}-{number}"
            folder.mkdir()
            return folder


def open_run(folder: str | Path) -> Run:
    """raises: InputError   there is no run in the folder, or its files are damaged"""
    folder = Path(folder)
    if not (folder / "settings.json").is_file():
        raise InputError(f"{folder} is not a run (no settings.json in it); choose the folder of one.")
    settings = FinetuneSettings.from_json((folder / "settings.json").read_text(encoding="utf-8"))
    stored, result = _read_json(folder / "state.json"), _read_json(folder / "result.json")
    kept = {name: stored[name] for name in ("state", "reason", "step", "steps", "seconds") if name in stored}
    if is_running(folder):
        kept["state"] = "running"
    elif kept.get("state") == "running":
        kept["state"] = "interrupted"
    return Run(folder, settings, result=result or None, **kept)


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
    for path in runs_folder().glob("[!.]*/settings.json"):
        with contextlib.suppress(InputError, FileNotFoundError):
            found.append((path.stat().st_mtime, open_run(path.parent)))
    return [run for _, run in sorted(found, key=lambda entry: (-entry[0], entry[1].name))]


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
    with _moving(run):
        doomed = Path(tempfile.mkdtemp(prefix=f".{run.name}.", suffix=_DELETED, dir=run.folder.parent))
        run.folder.rename(doomed / run.name)  # at once gone from the list, however long the removal takes
    for folder in (doomed, *runs_folder().glob(f".*{_DELETED}")):  # those too whose removal was interrupted
        shutil.rmtree(folder, ignore_errors=True)


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


def trim_log(path: Path, keep: Callable[[dict[str, Any]], bool]) -> None:
    """Drops the entries that are not to be kept."""
    kept = [entry for entry in read_log(path) if keep(entry)]
    write_bytes(path, "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in kept).encode())


@contextlib.contextmanager
def replacing_folder(target: Path) -> Iterator[Path]:
    """An empty folder that at the end takes the place of `target`, which is whole until then."""
    made, old = (target.with_name(target.name + ending) for ending in (".tmp", ".old"))
    for left in (made, old):
        shutil.rmtree(left, ignore_errors=True)
    made.mkdir(parents=True)
    yield made
    if target.exists():
        target.rename(old)
    made.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}); delete the run.") from error
