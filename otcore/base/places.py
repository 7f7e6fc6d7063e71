"""Where fine-tuning runs are kept, the names under which they are encoders, and where what can be made again is kept."""

import os
from pathlib import Path

import platformdirs

RUNS_VARIABLE, CACHE_VARIABLE = "OTCORE_RUNS", "OTCORE_CACHE"
RUN_PREFIX = "run:"
MAPS_FILE = "maps.safetensors"


def runs_folder() -> Path:
    """OTCORE_RUNS, else `runs` in the project."""
    named = os.environ.get(RUNS_VARIABLE, "").strip()
    return Path(named).expanduser() if named else Path(__file__).resolve().parents[2] / "runs"


def cache_folder() -> Path:
    """OTCORE_CACHE, else the user's folder for what programs can make again."""
    named = os.environ.get(CACHE_VARIABLE, "").strip()
    return Path(named).expanduser() if named else platformdirs.user_cache_path("otcore", appauthor=False)


def run_names() -> list[str]:
    """The encoders that runs have made, as `run:NAME`, sorted."""
    made = {path.parents[1].name for path in runs_folder().glob("[!.]*/encoder/config.json")}
    made |= {path.parent.name for path in runs_folder().glob(f"[!.]*/{MAPS_FILE}")}
    return [RUN_PREFIX + name for name in sorted(made)]


def run_stamp(name: str) -> int:
    """When what a run has learnt was last written, in ns; 0 for every other encoder, or where it is gone. A cache that keys on a
    run's name needs it too: a run may be deleted and made anew."""
    if not name.startswith(RUN_PREFIX):
        return 0
    folder = runs_folder() / name.removeprefix(RUN_PREFIX)
    written = [folder / MAPS_FILE, *sorted((folder / "encoder").glob("*.safetensors"))]
    return max((path.stat().st_mtime_ns for path in written if path.is_file()), default=0)
