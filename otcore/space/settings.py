"""What is looked at and how it becomes a picture, as settings; this loads no encoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otcore.base.choices import Number, OneOf, Several, Values, check, choice, variant
from otcore.base.errors import InputError
from otcore.base.vectors import POOLINGS
from otcore.space.method import Method
from otcore.space.methods import METHODS
from otcore.space.methods.pca import Pca
from otcore.space.metrics import METRICS
from otcore.text.languages import LANGUAGES

if TYPE_CHECKING:
    from otcore.corpora.collection import Collection
    from otcore.corpora.types import Sentence

MOST_POINTS = 25_000  # all words of the bundled collection; more would be no picture
_COUNT = Number(1, 400, whole=True, dial=(1, 400, 1))  # more than there are
_POOLING_HELP = "How a word's vector comes from its subwords; a sentence's is the mean of all, beside the lexicon's if there is one."
_NEIGHBOURS_HELP = "How many nearest points hold a point in place: few show fine grain, many the whole. Trustworthiness looks at as many."
_NAMES = {code: one.name for code, one in LANGUAGES.items()}
KINDS = {"word": "words", "sentence": "sentences"}
PARTS = {"all": "all", "dev": "development", "test": "test"}


def _unnamed(values: Values) -> bool:
    return not values["ids"]


@dataclass(frozen=True)
class PointChoice:
    """What is plotted: words or sentences of the collection.

    ids   : of the sentences; without any it is the first `count` of the part that show any of the tags
    raises: InputError   a value that its choice does not take
    """

    languages: tuple[str, ...] = choice(["en", "de", "ar", "ja"], Several(len(_NAMES), _NAMES, least=0), "Languages", key="langs")
    kind: str = choice("word", OneOf(KINDS, style="row"), "Points are", key="unit")
    count: int = choice(30, _COUNT, "Sentences", "The first so many of those below, in each language.", when=_unnamed)
    part: str = choice("all", OneOf(PARTS, style="row"), "Part", when=_unnamed)
    tags: tuple[str, ...] = choice([], Several(40, least=0), "Only sentences that show", when=_unnamed)
    ids: tuple[str, ...] = choice([], Several(60, least=0), "These sentences instead")
    pooling: str = choice("mean", OneOf(POOLINGS), "Pooling", _POOLING_HELP, when=lambda values: values["kind"] == "word")

    def __post_init__(self) -> None:
        check(self)

    @property
    def of_words(self) -> bool:
        return self.kind == "word"

    def sentences(self, collection: Collection) -> list[Sentence]:
        """The sentences, one language after the other.

        raises: InputError   none is left, a language that is not there, more points than make a picture
        """
        if not self.languages:
            raise InputError("Choose at least one language to plot.")
        ids = [entry.id for entry in collection.entries if entry.id in self.ids]
        if self.ids and not ids:
            raise InputError(f"None of the sentences named ({', '.join(self.ids[:3])}) is in the collection; choose others.")
        if not self.ids:
            fitting = [entry for entry in collection.entries if self.part in ("all", entry.split)]
            ids = [entry.id for entry in fitting if not self.tags or set(self.tags) & set(entry.tags)][: self.count]
        if not ids:
            raise InputError("No sentence is left to plot; choose more sentences or fewer tags.")
        return self.bounded([collection.pair(id, code, code).source for code in self.languages for id in ids])

    def bounded(self, chosen: list[Sentence]) -> list[Sentence]:
        """The sentences themselves; raises InputError where they are more points than make a picture."""
        count = sum(len(sentence.words) for sentence in chosen) if self.of_words else len(chosen)
        if count > MOST_POINTS:
            most = f"{MOST_POINTS:,} that make a picture"
            raise InputError(f"{count:,} points are more than the {most}; choose fewer sentences or languages.")
        return chosen


@dataclass(frozen=True)
class ProjectionSettings:
    """How vectors become places.

    neighbours: for UMAP, so many nearest points (itself included) hold a point in place; for both, the neighbourhoods whose
                survival is measured
    metric    : a PCA takes vectors as the metric prepares them
    raises    : InputError   a value that its choice does not take
    """

    method: Method = variant(Pca(), METHODS, "Method", " ".join(one.about for one in METHODS.values()), style="row")
    dimensions: int = choice(2, OneOf({2: "2", 3: "3"}, style="row"), "Dimensions", "In 3-D: turn and zoom; select by text.", key="dims")
    neighbours: int = choice(15, Number(2, 500, whole=True, dial=(2, 200, 1)), "Neighbours", _NEIGHBOURS_HELP)
    metric: str = choice("cosine", OneOf(METRICS), "Metric", "; ".join(one.about for one in METRICS.values()) + ".")

    def __post_init__(self) -> None:
        check(self, "The projection's ")
