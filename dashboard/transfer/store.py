"""Files of a transfer task: a person's own, kept as copies under a name made of their content, or files that the owner of this
installation opened, kept by where they are. Knows nothing of the web framework."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from otcore.corpora.text import write_bytes
from otcore.errors import InputError
from otcore.evaluation.tasks import TASKS, Sources, language_files
from otcore.runs import runs_folder

Given = tuple[str, bytes | Path]  # a name, and what is in the file or where it is
LARGEST = 150 * 2**20  # bytes of one file
ROLES = {"train": "English training data", "dev": "English dev data", "english": "English side", "tests": "Test files"}
_OPTIONAL = ("dev",)
_ID = re.compile(r"own-[0-9a-f]{16}")
_FOLDER = "tasks"


def roles_of(task: str) -> tuple[str, ...]:
    """Which files a task takes; the dev file may be left out."""
    if task == "sentences":
        return ("english", "tests")
    return ("train", "dev", "tests") if TASKS[task].trained else ()


def keep_files(task: str, files: Mapping[str, Sequence[Given]]) -> str:
    """Stores the files of a task; the same ones get the same id. What is in them is read when the task is run.

    files : role → files; those of "tests" tell their language by their names ("xquad.de.json")
    raises: InputError   one that is needed is missing, one is too large, a name without a language, a language twice
    """
    for role in roles_of(task):
        if not files.get(role) and role not in _OPTIONAL:
            raise InputError(f"{ROLES[role]} {'are' if role == 'tests' else 'is'} missing; choose a file.")
    given = {role: [(_plain(name), content) for name, content in files.get(role, ())] for role in roles_of(task)}
    language_files([name for name, _ in given["tests"]])
    digest = hashlib.sha256(task.encode())
    for role, some in given.items():
        for name, content in some:
            if isinstance(content, bytes) and len(content) > LARGEST:
                raise InputError(f"{name} has {len(content) / 2**20:.0f} MiB; files up to {LARGEST // 2**20} MiB are taken.")
            digest.update(repr((role, name, _stamp(content))).encode())
    id = f"own-{digest.hexdigest()[:16]}"
    folder = runs_folder() / _FOLDER / id
    if not (folder / "about.json").is_file():
        about = {role: [_put(folder / role, name, content) for name, content in some] for role, some in given.items()}
        folder.mkdir(parents=True, exist_ok=True)
        write_bytes(folder / "about.json", json.dumps({"task": task, "files": about}, ensure_ascii=False).encode())
    return id


def is_kept(id: str, task: str) -> bool:
    """Whether files are stored under that id, for that task."""
    path = runs_folder() / _FOLDER / id / "about.json"
    return bool(_ID.fullmatch(id)) and path.is_file() and json.loads(path.read_text(encoding="utf-8"))["task"] == task


def kept_sources(id: str) -> Sources:
    """The stored files as a task takes them.

    raises: InputError   there are none of that id (any more), or a name tells no language
    """
    folder = runs_folder() / _FOLDER / id
    if not _ID.fullmatch(id) or not (folder / "about.json").is_file():
        raise InputError("The files of this view are not on this machine; give them again.")
    paths = json.loads((folder / "about.json").read_text(encoding="utf-8"))["files"]
    # what was uploaded lies in the folder, wherever that has been moved to; Path leaves whole paths as they are
    whole = {role: [str(folder / path) for path in some] for role, some in paths.items()}
    english = whole.get("english") or [None]
    return Sources(tuple(whole.get("train", ())), tuple(whole.get("dev", ())), language_files(whole["tests"]), english[0])


def kept_names(id: str) -> dict[str, list[str]]:
    """Role → names of the stored files, for people."""
    paths = json.loads((runs_folder() / _FOLDER / id / "about.json").read_text(encoding="utf-8"))["files"]
    return {role: [Path(path).name for path in some] for role, some in paths.items() if some}


def open_files(folder: Path | None, most: int = 500) -> list[str]:
    """Files below a folder that was opened, by their paths in it, two folders deep at most."""
    if folder is None or not folder.is_dir():
        return []
    found = [path for depth in ("*", "*/*", "*/*/*") for path in folder.glob(depth)]
    shown = [path.relative_to(folder).as_posix() for path in found if path.is_file() and not path.name.startswith(".")]
    return sorted(shown)[:most]


def _put(folder: Path, name: str, content: bytes | Path) -> str:
    """Where a file is to be found, from the folder of its id."""
    if isinstance(content, Path):
        return str(content.resolve())
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(folder / name, content)
    return f"{folder.name}/{name}"


def _stamp(content: bytes | Path) -> object:
    if isinstance(content, bytes):
        return hashlib.sha256(content).digest()
    found = content.stat()
    return str(content.resolve()), found.st_size, found.st_mtime_ns


def _plain(name: str) -> str:
    """A file name that is only that; what tells its language stays."""
    return re.sub(r"[^\w.-]", "_", Path(name).name)[-80:].lstrip(".") or "file"
