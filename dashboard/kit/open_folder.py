"""Files of the folder that the owner of this installation opened to its visitors, so that large ones need no upload."""

import os
from pathlib import Path

from otcore.base.names import is_text
from otcore.base.places import expanded

_VARIABLE = "OTCORE_CORPORA"
_MOST = 500  # names


def open_folder() -> Path | None:
    """The folder, or None where none was opened."""
    named = os.environ.get(_VARIABLE, "").strip()
    return expanded(named) if named else None


def open_files(folder: Path | None, depth: int = 0) -> list[str]:
    """Files in a folder by their paths in it, and in its subfolders so many levels down."""
    if folder is None or not folder.is_dir():
        return []
    found = [path for levels in range(depth + 1) for path in folder.glob("*/" * levels + "*")]
    shown = [path.relative_to(folder).as_posix() for path in found if path.is_file() and not path.name.startswith(".")]
    return sorted(filter(is_text, shown))[:_MOST]
