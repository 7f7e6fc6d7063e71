"""The folders of runs: made whole and by one alone, replaced whole, and tidied of what killed processes left."""

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

from otcore.base.errors import InputError
from otcore.base.leftovers import is_temporary, temporary
from otcore.base.names import shown
from otcore.base.places import runs_folder
from otcore.runs.settings import FinetuneSettings
from otcore.text.writing import write_bytes, write_new

_MOST_NAMED = 16  # languages that fit into a name
_OLD = ".old"


def given_folder(settings: FinetuneSettings, folder: Path) -> Path:
    """The folder that was asked for, which may be there, empty."""
    folder.mkdir(parents=True, exist_ok=True)
    snapshots = folder / "snapshots"
    held = [path for path in folder.iterdir() if not is_temporary(path.name) and not (path == snapshots and _empty(snapshots))]
    if held:
        what = "a run; go on with that one, or choose" if (folder / "settings.json").is_file() else "other files; choose"
        raise InputError(f"The folder {shown(folder)} already holds {what} another folder.")
    snapshots.mkdir(exist_ok=True)
    try:
        write_new(folder / "settings.json", settings.to_json().encode())
    except FileExistsError:  # another process came first
        raise InputError(f"The folder {shown(folder)} already holds a run; go on with that one, or choose another folder.") from None
    return folder


def own_folder(settings: FinetuneSettings) -> Path:
    """A folder that was not there, filled under a name that nobody reads: of two that would have the same name, one is told that it is
    taken."""
    codes = settings.languages
    named = "-".join(codes) if len(codes) <= _MOST_NAMED else f"{len(codes)}-languages"
    name = f"{settings.objective.name}-{named}"
    runs_folder().mkdir(parents=True, exist_ok=True)
    with temporary(runs_folder() / name, folder=True) as made:
        (made / "snapshots").mkdir()
        write_bytes(made / "settings.json", settings.to_json().encode())
        number = 0
        while True:
            number += 1
            folder = runs_folder() / f"{name}-{number}"
            try:
                if not folder.exists():
                    made.rename(folder)
                    return folder
            except OSError as error:
                if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
                    raise


def _empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


@contextlib.contextmanager
def replacing_folder(target: Path) -> Iterator[Path]:
    """An empty folder that at the end takes the place of `target`, which is whole until then."""
    target.parent.mkdir(parents=True, exist_ok=True)
    put_back(target)
    with temporary(target, folder=True) as made:
        yield made
        if target.exists():
            target.rename(_old(target))
        made.rename(target)
        shutil.rmtree(_old(target), ignore_errors=True)


def put_back(target: Path) -> None:
    """Where a folder was about to be replaced and its process killed, it is itself again."""
    if _old(target).is_dir() and not target.exists():
        _old(target).rename(target)
    elif _old(target).is_dir():
        shutil.rmtree(_old(target), ignore_errors=True)


def _old(target: Path) -> Path:
    return target.with_name(target.name + _OLD)
