"""Fine-tuning an encoder: settings, data, the loop, and the runs it leaves on disk.

Only what is light is imported here; training itself is `otcore.finetuning.run.carry_out`.
"""

from otcore.runs.settings import LINK_SOURCES, PRESETS, FinetuneSettings, PairFile, preset, recommended
from otcore.runs.store import (
    Run,
    create_run,
    delete_run,
    find_run,
    list_runs,
    open_run,
    rename_run,
    zip_run,
)

__all__ = [
    "LINK_SOURCES",
    "PRESETS",
    "FinetuneSettings",
    "PairFile",
    "Run",
    "create_run",
    "delete_run",
    "find_run",
    "list_runs",
    "open_run",
    "preset",
    "recommended",
    "rename_run",
    "zip_run",
]
