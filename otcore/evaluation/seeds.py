"""Runs that differ only by their seed, and what that alone changes."""

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from otcore.base.places import RUN_PREFIX, runs_folder
from otcore.evaluation.types import Evaluation


@dataclass(frozen=True)
class Spread:
    """A figure over the runs of a group.

    group     : its label; `runs` their number, ≥ 2
    mean, low, high, deviation: of the figure over the runs (deviation with n − 1)
    change    : mean change from the first encoder; `agree` whether all runs change it in the same direction
    """

    group: str
    runs: int
    language: str
    measure: str
    mean: float
    low: float
    high: float
    deviation: float
    change: float
    agree: bool


def seed_groups(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Label → encoders `run:NAME` among the names whose settings are the same but for the seed; groups of two or more only."""
    groups: dict[str, list[str]] = {}
    for name in names:
        if (key := _settings_without_seed(name)) is not None:
            groups.setdefault(key, []).append(name)
    found = [tuple(group) for group in groups.values() if len(group) > 1]
    return {f"{group[0]} and {len(group) - 1} more seed{'s' if len(group) > 2 else ''}": group for group in found}


def _settings_without_seed(name: str) -> str | None:
    if not name.startswith(RUN_PREFIX):
        return None
    try:
        settings = json.loads((runs_folder() / name.removeprefix(RUN_PREFIX) / "settings.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):  # deleted or damaged meanwhile: it belongs to no group
        return None
    settings.pop("seed", None)
    return json.dumps(settings, sort_keys=True)


def spreads(evaluation: Evaluation, groups: Mapping[str, Sequence[str]]) -> list[Spread]:
    """The spread of every figure over each group's runs."""
    found, places = [], dict.fromkeys((one.language, one.measure) for one in evaluation.estimates)
    for (label, names), place in itertools.product(groups.items(), places):
        values = np.array([evaluation.estimate(name, *place).value for name in names])
        changes = values - evaluation.estimate(evaluation.names[0], *place).value
        told = (values.mean(), values.min(), values.max(), values.std(ddof=1), changes.mean())
        found.append(Spread(label, len(names), *place, *map(float, told), bool((changes > 0).all() or (changes < 0).all())))
    return found
