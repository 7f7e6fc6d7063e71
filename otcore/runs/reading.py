"""The files of a run as they are read: whatever stands in one that is damaged, it is an InputError that says why."""

import json
from pathlib import Path
from typing import Any

from otcore.base.errors import InputError
from otcore.base.names import shown
from otcore.runs.settings import FinetuneSettings
from otcore.text.writing import why

_MOST = 2**22  # bytes: these files have a few thousand
_STATES = ("new", "running", "interrupted", "cancelled", "finished", "stopped")


def read_settings(folder: Path) -> FinetuneSettings:
    """raises: InputError   absent or damaged"""
    return FinetuneSettings.from_json(_text(folder / "settings.json"))


def read_state(folder: Path) -> dict[str, Any]:
    """state, reason, step, steps and seconds, as far as they are there; nothing before the first state.

    raises: InputError   damaged
    """
    path = folder / "state.json"
    stored = _object(path)
    sound = {
        "state": stored.get("state", "new") in _STATES,
        "reason": isinstance(stored.get("reason", ""), str),
        "step": _whole(stored.get("step", 0)),
        "steps": stored.get("steps") is None or _whole(stored["steps"]),
        "seconds": _number(stored.get("seconds", 0.0)) and stored.get("seconds", 0.0) >= 0,
    }
    _refuse_odd(path, sound)
    return {name: stored[name] for name in sound if name in stored}


def read_result(folder: Path) -> dict[str, Any] | None:
    """The figures before and after; None before there are any.

    raises: InputError   damaged
    """
    path = folder / "result.json"
    stored = _object(path)
    sides = {side: stored.get(side, {}) for side in ("before", "after")}
    _refuse_odd(path, {name: isinstance(one, dict) and all(map(_figure, one.values())) for name, one in sides.items()})
    return stored or None


def sound_entry(entry: Any) -> bool:
    """Whether a line of a log is one that a run has written."""
    if not (isinstance(entry, dict) and _whole(entry.get("step", 0)) and _whole(entry.get("pairs", 0))):
        return False
    numbers = [entry[name] for name in ("seconds", "loss") if name in entry]
    notes = entry.get("notes", [])
    tables = [entry[name] for name in ("parts", "held_out") if name in entry]
    if not (isinstance(notes, list) and all(isinstance(note, str) for note in notes)):
        return False
    if not all(map(_figure, numbers)) or not all(isinstance(table, dict) and all(map(_figure, table.values())) for table in tables):
        return False
    return "loss" not in entry or {"seconds", "parts"} <= entry.keys()


def _text(path: Path) -> str:
    try:
        with open(path, "rb") as file:
            content = file.read(_MOST + 1)
        if len(content) > _MOST:
            raise InputError(f"{shown(path)} is far too large for what it should be.")
        return content.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{shown(path)} is not UTF-8 (at byte {error.start + 1}).") from error
    except OSError as error:
        raise InputError(f"{shown(path)} cannot be read ({why(error)}).") from error


def _object(path: Path) -> dict[str, Any]:
    if not path.exists() and not path.is_symlink():
        return {}
    try:
        found = json.loads(_text(path))
    except InputError:
        raise
    except (ValueError, RecursionError) as error:
        raise InputError(f"{shown(path)} is no JSON ({why(error)}).") from error
    if not isinstance(found, dict):
        raise InputError(f"{shown(path)} is not an object in JSON.")
    return found


def _refuse_odd(path: Path, sound: dict[str, bool]) -> None:
    if odd := [name for name, fits in sound.items() if not fits]:
        raise InputError(f"{shown(path)} says something impossible of {odd[0]}.")


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53


def _figure(value: Any) -> bool:
    """A number, or what stands for none: a loss that has run away is logged too."""
    return isinstance(value, float) or _number(value)
