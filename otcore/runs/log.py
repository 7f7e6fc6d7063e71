"""The log of a run: a JSON object a line, whole ones only."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from otcore.runs.reading import sound_entry
from otcore.text.writing import write_bytes


def append_log(path: Path, entry: dict[str, Any]) -> None:
    """One more line, there at once for readers."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def read_log(path: Path) -> list[dict[str, Any]]:
    """All whole lines of a log; none where there is no log yet."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:  # none yet, or not ours to read
        return []
    entries = []
    for line in lines[:-1]:  # what follows the last line end is not whole
        with contextlib.suppress(ValueError, RecursionError):
            entry = json.loads(line)
            if sound_entry(entry):
                entries.append(entry)
    return entries


def trim_log(path: Path, keep: Callable[[dict[str, Any]], bool]) -> None:
    """Drops the entries that are not to be kept."""
    kept = [entry for entry in read_log(path) if keep(entry)]
    write_bytes(path, "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in kept).encode())
