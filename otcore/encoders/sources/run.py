"""What fine-tuning runs have learnt, as `run:NAME`."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from otcore.base.errors import InputError
from otcore.base.places import MAPS_FILE, RUN_PREFIX, run_names, run_stamp
from otcore.corpora.pair_files import PIVOT
from otcore.encoders import load_encoder, source_of
from otcore.encoders.facts import Facts
from otcore.encoders.sources import Group, Source

if TYPE_CHECKING:
    from otcore.encoders.encoder import Encoder
    from otcore.runs.store import Run


class FineTuned(Source):
    """The encoder that a run has trained, or its frozen encoder with the maps that it has fitted."""

    name, label, rank = "run", f"a fine-tuning run ({RUN_PREFIX}NAME)", 20

    def claims(self, name: str) -> bool:
        return name.startswith(RUN_PREFIX)

    def folder(self, name: str) -> Path:
        return _run(name).folder / "encoder"

    def groups(self) -> list[Group]:
        return [Group("runs", "Fine-tuning runs", [{"name": name} for name in run_names()])]

    def facts(self, name: str) -> Facts:
        """Those of what was trained; its languages are those of the encoder that it started from, where these are named, and those that it
        was tuned on, English among them."""
        run = _run(name)
        if run.settings.objective.is_map:
            return dataclasses.replace(source_of(run.settings.encoder).facts(run.settings.encoder), name=name)
        found = super().facts(name)
        try:
            start = source_of(run.settings.encoder).facts(run.settings.encoder).languages
        except InputError:  # it may be gone since
            start = ()
        named = any(one != "multilingual" for one in start)
        return dataclasses.replace(found, languages=tuple(dict.fromkeys([*start, *run.settings.languages, PIVOT])) if named else start)

    def load(self, name: str) -> "Encoder":
        run = _run(name)
        if not run.settings.objective.is_map:
            return super().load(name)
        from otcore.encoders.maps import load_maps

        encoder = load_encoder(run.settings.encoder)
        encoder.name, encoder.maps = name, load_maps(run.folder / MAPS_FILE)
        encoder.default_layer = encoder.check_layer(encoder.maps.layer)
        return encoder

    def stamp(self, name: str) -> int:
        return run_stamp(name)


def _run(name: str) -> "Run":
    from otcore.runs.store import find_run

    run = find_run(name.removeprefix(RUN_PREFIX))
    if not run.usable:
        raise InputError(f"The run {run.name} has no encoder yet ({run.state}); wait until it has ended, or resume it.")
    return run


SOURCE = FineTuned()
