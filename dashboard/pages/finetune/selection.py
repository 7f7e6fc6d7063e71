"""What the person wants trained, as the settings of a run."""

import dataclasses

from dashboard import state
from dashboard.pages.finetune.own_pairs import Corpus, pair_file
from otcore.base.errors import InputError
from otcore.corpora.pair_files import PairFile
from otcore.objectives import read_objective
from otcore.runs.settings import FinetuneSettings, preset
from otcore.text.languages import LANGUAGES, language

_EVALUATIONS = 5  # at least so many held-out figures where the person gives the number of steps


class NotYet(InputError):
    """Nothing is wrong, only something is still to come."""


def current() -> FinetuneSettings:
    """The choices as they stand.

    raises: NotYet       sentence pairs that are still to be given or checked
            InputError   no language, or a combination the engine refuses
    """
    get = lambda name: state.get(f"ft_{name}")  # noqa: E731
    chosen = [language(code).code for code in get("languages")]
    languages = (*(code for code in LANGUAGES if code in chosen), *sorted(set(chosen) - LANGUAGES.keys()))  # one order, one name
    if not languages:
        raise InputError("Choose at least one language; each is aligned with English.")
    kind = get("objective")
    base = preset(get("budget"), kind, languages)
    names = ("cost", "epsilon", "masses", "scope", "anchor", "temperature")
    objective = read_objective({"kind": kind} | {name: get(name) for name in names})
    every = get("every") or (min(base.evaluate_every, max(get("steps") // _EVALUATIONS, 1)) if get("steps") else base.evaluate_every)
    return dataclasses.replace(
        base, encoder=get("encoder"), objective=objective, pairs=get("pairs"), steps=get("steps"),
        minutes=get("minutes") or base.minutes, batch=get("batch"), learning_rate=get("rate") or base.learning_rate, layer=get("layer"),
        top_layers=get("top"), seed=get("seed"), bf16=get("bf16"), schedule=get("schedule"), word_pairs=get("word_pairs"),
        evaluate_every=every, checkpoint_every=every, snapshot_every=every, files=_files(languages),
    )  # fmt: skip


def _files(languages: tuple[str, ...]) -> tuple[PairFile, ...]:
    """The checked pairs of each language, or none for the bundled collection."""
    if state.get("ft_data") == "bundled":
        if foreign := [code for code in languages if code not in LANGUAGES]:
            raise InputError(f"The bundled translations have no {foreign[0]}; give your own sentence pairs, or leave it out.")
        return ()
    given = {corpus.language: corpus for corpus in map(Corpus.parse, state.get("ft_own"))}
    if absent := [code for code in languages if code not in given]:
        raise NotYet(f"Give sentence pairs for {language(absent[0]).name}, or train on the bundled translations.")
    files = tuple(pair_file(given[code], clean=state.get("ft_clean")) for code in languages)
    if None in files:
        raise NotYet("The run can start when the sentence pairs have been checked.")
    return files
