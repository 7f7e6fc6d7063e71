"""The choices of a person: a key, a default and a check for each. The keys are those of the widgets and of the URL."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from otcore.choices import COSTS, MASSES, POOLINGS, RULES, SOLVERS, UNITS
from otcore.evaluation.measures import FIRST, MEASURES
from otcore.finetuning.settings import LINK_SOURCES, PRESETS, SCHEDULES
from otcore.languages import LANGUAGES
from otcore.objectives.settings import OBJECTIVES, SCOPES

OWN_TEXT = "own"
LAYER_DEFAULT = -1
MAX_CHARACTERS = 20_000
MOST_COMPARED = 6  # encoders in one comparison: as many as a figure can hold apart
VIEWS = ("plan", "cost", "similarity")
SWEEPS = ("layers", "epsilon")
# ε on a logarithmic slider, three steps a factor of about two
EPSILONS = tuple(float(f"{10 ** (k / 10):.2g}") for k in range(-30, 11))


@dataclass(frozen=True)
class Field:
    """One choice: its default, and how its text in a URL becomes a value (raises ValueError where it cannot)."""

    default: object
    parse: Callable[[str], object]


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return parse


def _number(low: float, high: float, kind: type = float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = kind(text)
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(text)
        return value

    return parse


def _text(limit: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if len(text) > limit:
            raise ValueError("too long")
        return text

    return parse


def _place(text: str) -> str:
    if not re.fullmatch(r"[0-9]{0,5}-[0-9]{0,5}", text):
        raise ValueError(text)
    return text


def _name(text: str) -> str:
    if not text.strip() or len(text) > 200:
        raise ValueError(text)
    return text


def _or_default(parse: Callable[[str], object]) -> Callable[[str], object]:
    """None, which leaves the choice to the engine, where the text is empty."""
    return lambda text: parse(text) if text else None


def _flag(text: str) -> bool:
    return {"1": True, "0": False}[text]


def _nearest_epsilon(text: str) -> float:
    value = _number(1e-6, 1e6)(text)
    return min(EPSILONS, key=lambda epsilon: abs(math.log(epsilon / value)))


def _tags(text: str) -> list[str]:
    return [tag for tag in _text(500)(text).split(",") if tag]


def _list_of(most: int, *choices: str) -> Callable[[str], list[str]]:
    """Different names divided by commas, at least one; of the choices, where there are any."""

    def parse(text: str) -> list[str]:
        names = list(dict.fromkeys(_name(name) for name in text.split(",")))
        if len(names) > most or (choices and not set(names) <= set(choices)):
            raise ValueError(text)
        return names

    return parse


def _system_fields(suffix: str, **changes) -> dict[str, Field]:
    """The fields of one system: an encoder and everything between it and the links."""
    fields = {
        "encoder": Field("aligned", _name),
        "layer": Field(LAYER_DEFAULT, _number(LAYER_DEFAULT, 1000, int)),
        "unit": Field("word", _one_of(*UNITS)),
        "pooling": Field("mean", _one_of(*POOLINGS)),
        "cost": Field("cosine", _one_of(*COSTS)),
        "masses": Field("inverse-frequency", _one_of(*MASSES)),
        "solver": Field("entropic", _one_of(*SOLVERS)),
        "epsilon": Field(0.1, _nearest_epsilon),
        "relative": Field(True, _flag),
        "penalty": Field(0.5, _number(0.01, 10)),
        "mass": Field(0.8, _number(0.05, 1)),
        "links": Field("mutual", _one_of(*RULES)),
        "threshold": Field(0.5, _number(0, 1)),
    }
    return {name + suffix: Field(changes.get(name, field.default), field.parse) for name, field in fields.items()}


def _training_fields() -> dict[str, Field]:
    """The settings of the next fine-tuning run; None is what the preset or the objective takes."""
    whole = {"pairs": (2, 10**7), "steps": (1, 10**7), "layer": (1, 1000), "top": (1, 1000), "every": (1, 10**6)}
    real = {"minutes": (0.05, 10_000), "rate": (1e-8, 1), "anchor": (0, 1e6), "epsilon": (1e-6, 1e6), "temperature": (1e-6, 1e6)}
    fields = {
        "languages": Field(["de", "fr", "es"], _list_of(len(LANGUAGES), *(code for code in LANGUAGES if code != "en"))),
        "objective": Field("contrastive-ot", _one_of(*OBJECTIVES)),
        "encoder": Field("base", _name),
        "budget": Field("five-minutes", _one_of(*PRESETS)),
        "batch": Field(24, _number(1, 4096, int)),
        "seed": Field(0, _number(0, 2**31, int)),
        "cost": Field("cosine", _one_of(*COSTS)),
        "masses": Field("uniform", _one_of(*MASSES)),
        "scope": Field("sentence", _one_of(*SCOPES)),
        "word_pairs": Field("mutual", _one_of(*LINK_SOURCES)),
        "schedule": Field("linear", _one_of(*SCHEDULES)),
        "bf16": Field(True, _flag),
        **{name: Field(None, _or_default(_number(*ends, int))) for name, ends in whole.items()},
        **{name: Field(None, _or_default(_number(*ends))) for name, ends in real.items()},
    }
    return {f"ft_{name}": field for name, field in fields.items()}


FIELDS: dict[str, Field] = {
    "source": Field("en", _one_of(*LANGUAGES)),
    "target": Field("de", _one_of(*LANGUAGES)),
    "sentence": Field("g001", _text(20)),
    "tags": Field([], _tags),
    "text1": Field("", _text(MAX_CHARACTERS)),
    "text2": Field("", _text(MAX_CHARACTERS)),
    "presplit": Field(False, _flag),
    "view": Field("plan", _one_of(*VIEWS)),
    "gold": Field(True, _flag),
    "sweep": Field("layers", _one_of(*SWEEPS)),
    "mark": Field("", _place),
    "compare": Field(False, _flag),
    "compared": Field(["base", "aligned"], _list_of(MOST_COMPARED)),
    "over": Field(["de", "fr", "es"], _list_of(len(LANGUAGES), *(code for code in LANGUAGES if code != "en"))),
    "at": Field(LAYER_DEFAULT, _number(LAYER_DEFAULT, 1000, int)),
    "shown": Field(list(FIRST), _list_of(len(MEASURES), *MEASURES)),
    "after": Field("", _text(200)),
    "run": Field("", _text(80)),
    **_training_fields(),
    **_system_fields(""),
    **_system_fields("_b", encoder="base"),
}
