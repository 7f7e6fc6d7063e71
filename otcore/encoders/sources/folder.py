"""Folders on this machine, saved by Transformers' save_pretrained."""

import os
from pathlib import Path

from otcore.base.errors import InputError
from otcore.base.places import RUN_PREFIX, expanded
from otcore.encoders.sources import Group, Source

EXTRA_VARIABLE = "OTCORE_ENCODERS"


class Folder(Source):
    """A path; those in OTCORE_ENCODERS, which may hold names of other sources too, are offered."""

    name, label, rank, listed_only = "folder", "a folder", 10, True

    def claims(self, name: str) -> bool:
        try:
            return not name.startswith(RUN_PREFIX) and Path(name).expanduser().is_dir()
        except (OSError, ValueError, RuntimeError):  # too long, a NUL in it, no such user: not a path at all
            return False

    def folder(self, name: str) -> Path:
        folder = expanded(name)
        if not (folder / "config.json").is_file():
            raise InputError(f"The folder {name} has no config.json; give a folder saved by Transformers' save_pretrained.")
        return folder

    def groups(self) -> list[Group]:
        named = (name.strip() for name in os.environ.get(EXTRA_VARIABLE, "").split(","))
        return [Group("added", f"Added by {EXTRA_VARIABLE}", [{"name": name} for name in named if name])]

    def lasting(self, name: str) -> str:
        return str(expanded(name).absolute())


SOURCE = Folder()
