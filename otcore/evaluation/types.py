"""What a comparison is made of and what comes out of it: plain values, so that it can be cached, sent and written to files."""

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from otcore.base.choices import Flag, Maybe, Number, OneOf, Several, check, choice
from otcore.base.errors import InputError
from otcore.evaluation.measures import MEASURES
from otcore.text.languages import language

PIVOT = "en"
MEAN = "mean"
SPLITS = ("test", "dev")
_MOST_LANGUAGES = 200


@dataclass(frozen=True)
class CompareSettings:
    """What is compared on which sentences.

    split : of the bundled collection: "test", which no run sees, or "dev", which runs are watched on
    layer : of words and sentences alike, or None: words at each encoder's default layer, sentences at its last
    sweep : AER at every layer too
    pairs : most sentence pairs used of each language; `draws` of the bootstrap
    raises: InputError   a value out of range, a language twice or English

    >>> from otcore import CompareSettings
    >>> CompareSettings(languages=("de", "cs"), pairs=100).split
    'test'
    """

    languages: tuple[str, ...] = choice(
        ["de", "fr", "es"],
        Several(_MOST_LANGUAGES, missing="A comparison needs at least one language besides English; choose one."),
        "Languages",
        "Each is compared with English.",
    )
    split: str = choice("test", OneOf(SPLITS), flag=None)
    layer: int | None = choice(
        None,
        Maybe(Number(0, 1000, whole=True), blank=-1, label="each its own"),
        "Layer",
        "Whose vectors are compared. Each its own: words at the layer where the encoder aligns best, sentences at its last.",
    )
    sweep: bool = choice(True, Flag(), flag=None)
    pairs: int = choice(500, Number(2, whole=True), flag=None)
    draws: int = choice(1000, Number(100, whole=True), flag=None)
    seed: int = choice(0, Number(0, whole=True), "Seed", "Of the bootstrap and of the shuffled pairs.")

    def __post_init__(self) -> None:
        object.__setattr__(self, "languages", tuple(language(code).code for code in self.languages))
        if PIVOT in self.languages:
            raise InputError("English is the other side of every pair; choose other languages.")
        if len(set(self.languages)) != len(self.languages):
            raise InputError(f"A language is named twice in {', '.join(self.languages)}; name each once.")
        check(self)


@dataclass(frozen=True)
class Compared:
    """An encoder of a comparison: the layer of its words, of its sentences, its number of layers, its dimension, and whether its links are
    read with a lexicon beside."""

    name: str
    layer: int
    sentence_layer: int
    layers: int
    dimension: int
    has_lexicon: bool = False


@dataclass(frozen=True)
class Estimate:
    """A figure with the 95% percentile interval of its bootstrap over sentences.

    language: a code, or "mean" over all languages of the comparison
    measure : name of one of MEASURES
    chance  : what no knowledge at all would give, where that is known
    """

    encoder: str
    language: str
    measure: str
    value: float
    low: float
    high: float
    chance: float | None = None


@dataclass(frozen=True)
class Change:
    """after − before of a figure, paired by sentence.

    p      : two-sided, from the bootstrap, in (0, 1]
    verdict: "better", "worse", "higher" or "lower" (where neither is good in itself), or "within noise": the interval holds 0
    """

    before: str
    after: str
    language: str
    measure: str
    value: float
    low: float
    high: float
    p: float
    verdict: str


@dataclass(frozen=True)
class LayerError:
    """AER of an encoder at one layer; language as in Estimate."""

    encoder: str
    language: str
    layer: int
    aer: float


@dataclass(frozen=True)
class SentenceScores:
    """A figure for each sentence pair alone, in the order of `Evaluation.sentences`; None where it has none."""

    encoder: str
    language: str
    measure: str
    scores: tuple[float | None, ...]


@dataclass(frozen=True)
class Evaluation:
    """A finished comparison.

    encoders : the first is the one that the others are compared with
    sentences: language → ids of its sentence pairs
    own_text : whether the pairs came from files, not from the collection
    seconds  : of work
    """

    settings: CompareSettings
    encoders: tuple[Compared, ...]
    sentences: Mapping[str, tuple[str, ...]]
    estimates: tuple[Estimate, ...]
    changes: tuple[Change, ...]
    layers: tuple[LayerError, ...]
    scores: tuple[SentenceScores, ...]
    own_text: bool = False
    seconds: float = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(encoder.name for encoder in self.encoders)

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of the measures that were taken, in their usual order."""
        taken = {estimate.measure for estimate in self.estimates}
        return tuple(key for key in MEASURES if key in taken)

    def estimate(self, encoder: str, language: str, measure: str) -> Estimate | None:
        """One figure, or None where it was not taken."""
        return self._estimates.get((encoder, language, measure))

    def change(self, after: str, language: str, measure: str) -> Change | None:
        """One change from the first encoder, or None where it was not taken."""
        return self._changes.get((after, language, measure))

    def __post_init__(self) -> None:
        object.__setattr__(self, "_estimates", {(one.encoder, one.language, one.measure): one for one in self.estimates})
        object.__setattr__(self, "_changes", {(one.after, one.language, one.measure): one for one in self.changes})

    def to_json(self) -> str:
        """One JSON object; numbers without a value are null."""
        return json.dumps(_plain(dataclasses.asdict(self)), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    @staticmethod
    def from_json(text: str) -> "Evaluation":
        """raises: InputError   not what `to_json` writes"""
        try:
            values: dict[str, Any] = json.loads(text)
            kinds = {"encoders": Compared, "estimates": Estimate, "changes": Change, "layers": LayerError}
            parts = {name: tuple(kind(**_numbers(entry)) for entry in values.pop(name)) for name, kind in kinds.items()}
            scores = tuple(SentenceScores(**{**entry, "scores": tuple(entry["scores"])}) for entry in values.pop("scores"))
            sentences = {code: tuple(ids) for code, ids in values.pop("sentences").items()}
            return Evaluation(settings=CompareSettings(**values.pop("settings")), sentences=sentences, scores=scores, **parts, **values)
        except InputError:
            raise
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(f"The comparison cannot be read ({error}); it is damaged or written by another version.") from error

    def rows(self) -> list[dict[str, Any]]:
        """A flat table: one row an encoder, language and measure, with its change from the first encoder where there is one."""
        columns = {"change_value": "value", "change_low": "low", "change_high": "high", "p": "p", "verdict": "verdict"}
        changes = [self.change(one.encoder, one.language, one.measure) for one in self.estimates]
        told = [{column: getattr(change, name, None) for column, name in columns.items()} for change in changes]
        return [dataclasses.asdict(one) | more for one, more in zip(self.estimates, told, strict=True)]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _numbers(entry: dict[str, Any]) -> dict[str, Any]:
    """Numbers without a value come back as NaN, but a chance level that is not known stays None."""
    return {key: math.nan if value is None and key != "chance" else value for key, value in entry.items()}
