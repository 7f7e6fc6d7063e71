"""Where fine-tuning runs are kept, the names under which they are encoders, and where what can be made again is kept."""

import os
from pathlib import Path

import platformdirs

from otcore.base.errors import InputError
from otcore.base.names import is_text, shown

RUNS_VARIABLE, CACHE_VARIABLE, STUDIES_VARIABLE = "OTCORE_RUNS", "OTCORE_CACHE", "OTCORE_STUDIES"
RUN_PREFIX = "run:"
MAPS_FILE = "maps.safetensors"


def runs_folder() -> Path:
    """OTCORE_RUNS, else `runs` in the project."""
    named = os.environ.get(RUNS_VARIABLE, "").strip()
    return expanded(named) if named else Path(__file__).resolve().parents[2] / "runs"


def expanded(named: str) -> Path:
    """A path as people write it, with ~ for a home.

    raises: InputError   of a user that there is not
    """
    try:
        return Path(named).expanduser()
    except RuntimeError as error:
        raise InputError(f"{shown(named)} is in the home of a user that this machine does not have; write the whole path.") from error


def studies_folder() -> Path:
    """OTCORE_STUDIES, else `studies` in the project."""
    named = os.environ.get(STUDIES_VARIABLE, "").strip()
    return expanded(named) if named else Path(__file__).resolve().parents[2] / "studies"


def cache_folder() -> Path:
    """OTCORE_CACHE, else the user's folder for what programs can make again."""
    named = os.environ.get(CACHE_VARIABLE, "").strip()
    return expanded(named) if named else platformdirs.user_cache_path("otcore", appauthor=False)


def run_names() -> list[str]:
    """The encoders that runs have made, as `run:NAME`, sorted."""
    made = {path.parents[1].name for path in runs_folder().glob("[!.]*/encoder/config.json")}
    made |= {path.parent.name for path in runs_folder().glob(f"[!.]*/{MAPS_FILE}")}
    return [RUN_PREFIX + name for name in sorted(filter(is_text, made))]


def run_stamp(name: str) -> int:
    """When what a run has learnt was last written, in ns; 0 for every other encoder, or where it is gone. A cache that keys on a
    run's name needs it too: a run may be deleted and made anew."""
    if not name.startswith(RUN_PREFIX):
        return 0
    folder = runs_folder() / name.removeprefix(RUN_PREFIX)
    written = [folder / MAPS_FILE, *sorted((folder / "encoder").glob("*.safetensors"))]
    return max((path.stat().st_mtime_ns for path in written if path.is_file()), default=0)
