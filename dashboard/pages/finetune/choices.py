"""The choices of the Fine-tune page: the settings of the next run, what it is trained on, and the run that is looked at."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.pages.finetune.own_pairs import Corpus
from dashboard.state import Choices
from otcore.base.choices import Flag, OneOf, Several, Text, choice, nested
from otcore.base.errors import InputError
from otcore.corpora.pair_files import PairFile
from otcore.encoders import parameters_of
from otcore.runs.settings import PRESETS, FinetuneSettings
from otcore.text.languages import LANGUAGES, language

_OWN = "own"
_EVALUATIONS = 5  # at least so many held-out figures where the person gives the number of steps


@dataclass(frozen=True)
class FinetuneView:
    """One view of the page.

    run     : the name of the run that is looked at; "" for one that is at work, or the newest
    training: the settings of the next run but for its files
    budget  : what decides where the settings leave it open
    data    : "bundled", or "own" with a corpus for each language in `own`, written as `Corpus` does
    clean   : whether flagged pairs of them are left out
    """

    run: str = choice("", Text(80))
    training: FinetuneSettings = nested(FinetuneSettings, prefix="ft_", placed=True, objective="contrastive-ot")
    budget: str = choice("five-minutes", OneOf(PRESETS, style="row"), "Budget", key="ft_budget")
    data: str = choice(
        "bundled", OneOf({"bundled": "Bundled translations", _OWN: "Your own sentence pairs"}, style="row"), "Trained on", key="ft_data"
    )
    own: tuple[str, ...] = choice([], Several(1000, least=0, each=lambda text: str(Corpus.parse(text))), key="ft_own")
    clean: bool = choice(
        True,
        Flag(),
        "Leave out flagged pairs",
        "Repeated, untranslated, shifted, foreign and overlong pairs are not trained on. Pairs with an empty side never are.",
        key="ft_clean",
        when=lambda values: values["data"] == _OWN,
    )


CHOICES = Choices(FinetuneView)


def own_corpora() -> dict[str, Corpus]:
    """Language → a person's own pairs."""
    return {corpus.language: corpus for corpus in map(Corpus.parse, CHOICES.values()["own"])}


class NotYet(InputError):
    """Nothing is wrong, only something is still to come."""


def next_settings() -> FinetuneSettings:
    """Those of the next run, as they stand.

    raises: NotYet       sentence pairs that are still to be given or checked
            InputError   no language, or a combination the engine refuses
    """
    chosen = CHOICES.values()
    budget, steps = PRESETS[chosen["budget"]], chosen["ft_steps"]
    codes = [language(code).code for code in chosen["ft_languages"]]
    ordered = [*(code for code in LANGUAGES if code in codes), *sorted(set(codes) - LANGUAGES.keys())]  # one order, one name
    lexicon = chosen["ft_lexicon"] and CHOICES.applies("ft_lexicon")  # a map has none, and it is not asked about there
    view = CHOICES.current(ft_languages=ordered, ft_minutes=chosen["ft_minutes"] or budget.minutes, ft_lexicon=lexicon)
    every = chosen["ft_evaluate_every"] or (min(budget.every, max(steps // _EVALUATIONS, 1)) if steps else budget.every)
    given = dict.fromkeys(budget.values, every) | {"minutes": view.training.minutes}
    if chosen["ft_batch"] is None:
        fitting = budget.fitting(parameters_of(view.training.encoder), len(ordered))
        given["batch"] = fitting.get("batch", view.training.batch)
    return dataclasses.replace(view.training, **given, files=_files(view, ordered))


def _files(view: FinetuneView, languages: Sequence[str]) -> tuple[PairFile, ...]:
    """The checked pairs of each language, or none for the bundled collection."""
    if view.data != _OWN:
        if foreign := [code for code in languages if code not in LANGUAGES]:
            raise InputError(f"The bundled translations have no {foreign[0]}; give your own sentence pairs, or leave it out.")
        return ()
    given = own_corpora()
    if absent := [code for code in languages if code not in given]:
        raise NotYet(f"Give sentence pairs for {language(absent[0]).name}, or train on the bundled translations.")
    paths = [given[code].training_path(clean=view.clean) for code in languages]
    if not all(path.is_file() for path in paths):
        raise NotYet("The run can start when the sentence pairs have been checked.")
    return tuple(PairFile(code, str(path)) for code, path in zip(languages, paths, strict=True))
