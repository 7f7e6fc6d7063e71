"""What retrieval tasks share: nothing is trained, and translations are looked for to and from English."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from otcore.base.progress import Teller
from otcore.corpora.collection import load_collection
from otcore.corpora.types import SentencePair
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import Sources
from otcore.evaluation.transfer.task import ENGLISH, Encoder, Outcome, Run, Scores, Task

Rates = tuple[float, float]  # to English, from English
Rater = Callable[[Sequence[SentencePair], Teller], Rates]


@dataclass(frozen=True)
class PairRetrieval(Task):
    """`pairs`: language → pairs with the language the source and English the target."""

    measures: ClassVar = {"p@1": "P@1", "to english": "P@1 to English", "from english": "P@1 from English"}
    in_english = False
    in_figures = True

    pairs: Mapping[str, Sequence[SentencePair]]

    @classmethod
    def read(cls, sources: Sources) -> "PairRetrieval":
        """From files, else from the collection's test part.

        raises: InputError   what `read_pairs` raises
        """
        if sources.tests:
            return cls({code: cls.read_pairs(code, entry, sources) for code, entry in sources.tests.items()})
        collection = load_collection()
        return cls({code: collection.pairs(code, ENGLISH, "test") for code in sources.chosen(collection, pivot=ENGLISH)})

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.pairs)

    def chance(self, settings: TransferSettings) -> Scores:
        return {code: self._named(self.luck(pairs[: settings.test_examples])) for code, pairs in self.pairs.items()}

    def prepare(self, encoder: Encoder, settings: TransferSettings, tell: Teller) -> Run:
        def run(seed: int, told: Teller) -> Outcome:
            rates = self.rater(encoder, settings)
            some = {code: pairs[: settings.test_examples] for code, pairs in self.pairs.items()}
            scores = {code: self._named(rates(pairs, part)) for (code, pairs), part in told.each(some.items())}
            unread = encoder.unread([side.words for pairs in some.values() for pair in pairs for side in (pair.source, pair.target)])
            return Outcome(scores, notes=(str(unread),) if unread else ())

        return run

    @classmethod
    @abstractmethod
    def read_pairs(cls, code: str, entry: str, sources: Sources) -> list[SentencePair]:
        """Those of a language, from what is given for it.

        raises: InputError   what the readers raise, nothing to ask for; FilesError   a file is missing or too many
        """

    @abstractmethod
    def luck(self, pairs: Sequence[SentencePair]) -> Rates:
        """What no knowledge would find."""

    @abstractmethod
    def rater(self, encoder: Encoder, settings: TransferSettings) -> Rater:
        """What finds translations in the pairs of one language after the other."""

    def _named(self, ways: Rates) -> dict[str, float]:
        return dict(zip(self.measures, map(float, (sum(ways) / 2, *ways)), strict=True))
