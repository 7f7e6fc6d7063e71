"""What the person wants trained, as the settings of a run."""

import dataclasses

from dashboard import selection
from otcore.errors import InputError
from otcore.finetuning import FinetuneSettings, preset, recommended
from otcore.languages import LANGUAGES
from otcore.objectives.settings import ObjectiveSettings

_EVALUATIONS = 5  # at least so many held-out figures where the person gives the number of steps


def current() -> FinetuneSettings:
    """The choices as they stand.

    raises: InputError   no language, or a combination the engine refuses
    """
    get = lambda name: selection.get(f"ft_{name}")  # noqa: E731
    languages = tuple(code for code in LANGUAGES if code in get("languages"))  # one order, one name for the same run
    if not languages:
        raise InputError("Choose at least one language; each is aligned with English.")
    kind = get("objective")
    base = preset(get("budget"), kind, languages)
    anchor = get("anchor") if get("anchor") is not None else recommended(kind).anchor
    objective = ObjectiveSettings(
        kind, cost=get("cost"), epsilon=get("epsilon"), masses=get("masses"), scope=get("scope"), anchor=float(anchor),
        temperature=get("temperature"),
    )  # fmt: skip
    every = get("every") or (min(base.evaluate_every, max(get("steps") // _EVALUATIONS, 1)) if get("steps") else base.evaluate_every)
    return dataclasses.replace(
        base, encoder=get("encoder"), objective=objective, pairs=get("pairs"), steps=get("steps"),
        minutes=get("minutes") or base.minutes, batch=get("batch"), learning_rate=get("rate") or base.learning_rate, layer=get("layer"),
        top_layers=get("top"), seed=get("seed"), bf16=get("bf16"), schedule=get("schedule"), word_pairs=get("word_pairs"),
        evaluate_every=every, checkpoint_every=every, snapshot_every=every,
    )  # fmt: skip
