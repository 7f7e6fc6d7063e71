"""Figures of one kind, one a step, packed so that a browser can show each without asking for it."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Film:
    """What is shown at each of K steps; what several steps share is held once.

    traces, layouts: different ones, as plotly's JSON; of layouts only what changes from step to step
    frames : K lists, an entry a figure: {"traces": places in `traces`, "layout": place in `layouts`}
    numbers: K lists of (value, meaning)
    stops  : steps at which playing pauses, because there is something to read
    """

    traces: Sequence[dict]
    layouts: Sequence[dict]
    frames: Sequence[Sequence[dict]]
    numbers: Sequence[Sequence[tuple[str, str]]]
    stops: Sequence[int] = ()


def film_of(steps: Sequence[Sequence[dict]], numbers: Sequence[Sequence[tuple[str, str]]], halts: Sequence[bool]) -> Film:
    """The steps' figures as one film.

    steps  : K lists of figures, each as plotly's JSON, equally many at every step
    numbers: K lists of (value, meaning)
    halts  : K times whether there is something to read that was not there a step before
    """
    traces, layouts = _Pool(), _Pool()
    changing = [_changing([figures[place]["layout"] for figures in steps]) for place in range(len(steps[0]))]
    frames = [
        [
            {"traces": [traces.place(trace) for trace in figure["data"]], "layout": layouts.place(_part(figure["layout"], keys))}
            for figure, keys in zip(figures, changing, strict=True)
        ]
        for figures in steps
    ]
    stops = [k for k in range(1, len(halts)) if halts[k] and not halts[k - 1]]
    return Film(traces.held, layouts.held, frames, numbers, stops)


class _Pool:
    """Different values, each at the place where it was first seen."""

    def __init__(self) -> None:
        self.held: list[dict] = []
        self._places: dict[str, int] = {}

    def place(self, value: Mapping[str, Any]) -> int:
        value = _plain(value)
        place = self._places.setdefault(json.dumps(value, sort_keys=True), len(self.held))
        if place == len(self.held):
            self.held.append(value)
        return place


def _changing(layouts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Keys that differ between layouts → what stands for a missing one."""
    keys = dict.fromkeys(key for layout in layouts for key in layout if key != "template")
    found = {key: [layout.get(key) for layout in layouts] for key in keys}
    differing = {key: values for key, values in found.items() if any(value != values[0] for value in values)}
    return {key: [] if any(isinstance(value, list | tuple) for value in values) else None for key, values in differing.items()}


def _part(layout: Mapping[str, Any], keys: Mapping[str, Any]) -> dict[str, Any]:
    return {key: layout.get(key, missing) for key, missing in keys.items()}


def _plain(value: Any) -> Any:
    """The value as JSON has it: no NaN, no numbers of other libraries."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value
