"""Sentence retrieval, as on FLORES and Tatoeba: is a sentence's translation the nearest of all? P@1 with English, both directions."""

from collections.abc import Sequence
from dataclasses import dataclass

from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.corpora.types import SentencePair
from otcore.evaluation.transfer.pair_retrieval import PairRetrieval, Rater, Rates
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import FilesError, Sources
from otcore.evaluation.transfer.task import ENGLISH, Encoder


@dataclass(frozen=True)
class SentenceRetrieval(PairRetrieval):
    """Sentences with their English translations."""

    name = "sentences"
    label = "sentence retrieval (FLORES, Tatoeba)"
    rank = 50
    about = "Is a sentence's translation the nearest of all? Both directions with English."
    roles = ("english", "tests")
    formats = "Text files with one sentence a line, line-parallel with the English side, as FLORES and Tatoeba have them."

    @classmethod
    def read_pairs(cls, code: str, entry: str, sources: Sources) -> list[SentencePair]:
        """From a file that is line-parallel with one English file, or with its own (`FILE::ENGLISH`), or of pairs, English second."""
        from otcore.corpora.pair_files import PairFile, read_pairs

        path, _, own = entry.partition("::")
        if code == ENGLISH:
            raise FilesError("english", f"{entry} is English, the side that every language is compared with; give it as the English side.")
        pairs = read_pairs(PairFile(code, path, own or sources.english))
        if not pairs:
            raise InputError(f"{path} has no sentence; give a file with one a line.")
        return pairs

    def luck(self, pairs: Sequence[SentencePair]) -> Rates:
        """1 / sentences."""
        return 1 / len(pairs), 1 / len(pairs)

    def rater(self, encoder: Encoder, settings: TransferSettings) -> Rater:
        from otcore.retrieval.precision import retrieve, sentence_vectors

        def encoded(words: Sequence, code: str, tell: Teller):
            return sentence_vectors(encoder, words, settings.layer, tell.counted(code, "sentences encoded"), code)

        known = {}  # FLORES has the same English for all languages

        def rates(pairs: Sequence[SentencePair], tell: Teller) -> Rates:
            english = tuple(pair.target.words for pair in pairs)
            if english not in known:
                known.clear()
                known[english] = encoded(english, ENGLISH, tell.part(0, 0.5))
            words = [pair.source.words for pair in pairs]
            found = retrieve(encoded(words, pairs[0].source.language, tell.part(0.5, 1)), known[english], (words, english))
            return found.forward, found.backward

        return rates


TASK = SentenceRetrieval
