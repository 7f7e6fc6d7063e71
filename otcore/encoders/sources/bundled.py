"""The editions that come with the project."""

import functools
import json
from pathlib import Path

from otcore.base.errors import InputError
from otcore.encoders.facts import Facts, local_facts
from otcore.encoders.sources import Group, Source
from otcore.text.languages import LANGUAGES

BUNDLED = Path(__file__).resolve().parents[3] / "data" / "encoder"
EDITIONS = {  # the default first
    "aligned": "small, twelve languages, trained on word links",
    "base": "before alignment, the one to fine-tune",
    "tuned": "base after a run with transport as the loss",
}


class Bundled(Source):
    """Small encoders in data/encoder, so that the app is useful without a hub."""

    name, label, rank, mark, shipped = "bundled", "a bundled edition", 0, "bundled", True

    def claims(self, name: str) -> bool:
        return name in EDITIONS

    def folder(self, name: str) -> Path:
        if not (BUNDLED / name / "config.json").is_file():
            raise InputError(f"The bundled encoder “{name}” is not in this copy of the project (data/encoder/{name}); choose another.")
        return BUNDLED / name

    def names(self) -> list[str]:
        return [name for name in EDITIONS if (BUNDLED / name / "config.json").is_file()]

    def groups(self) -> list[Group]:
        rows = [{"name": name, "bytes": self.facts(name).size, "about": EDITIONS[name]} for name in self.names()]
        return [Group("bundled", "Bundled", rows)]

    def facts(self, name: str) -> Facts:
        return local_facts(name, self.folder(name), card=BUNDLED / "README.md")

    def about(self, name: str) -> tuple[str, ...]:
        figures = edition_figures(name)
        if not figures:
            return (EDITIONS[name],)
        worst, mean = max(figures, key=figures.get), sum(figures.values()) / len(figures)
        measured = f"{mean:.2f} on average, worst in {LANGUAGES[worst].name} ({figures[worst]:.2f})"
        return EDITIONS[name], f"AER on the bundled test sentences: {measured}."


@functools.cache
def edition_figures(name: str) -> dict[str, float]:
    """Language → AER of an edition on the test part of the bundled gold links, in [0, 1]; empty where it was not measured.

    source: data/encoder/figures.json, written by tests/benchmarks/editions.py
    """
    path = BUNDLED / "figures.json"
    return json.loads(path.read_text(encoding="utf-8"))["aer"].get(name, {}) if path.is_file() else {}


SOURCE = Bundled()
