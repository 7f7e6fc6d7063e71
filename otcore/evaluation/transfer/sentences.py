"""Sentence retrieval, as on FLORES and Tatoeba: is a sentence's translation the nearest of all? P@1 with English, both directions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.corpora.collection import load_collection
from otcore.corpora.types import SentencePair
from otcore.encoders.encoder import Encoder
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import Sources
from otcore.evaluation.transfer.topics import chosen_languages
from otcore.evaluation.transfer.types import ENGLISH, Outcome, PairRetrieval, Run, Scores
from otcore.finetuning.data import read_pairs
from otcore.retrieval.precision import retrieve, sentence_vectors
from otcore.runs.settings import PairFile


@dataclass(frozen=True)
class Sentences(PairRetrieval):
    """A task: nothing is trained. `pairs`: language → its sentences with their English translations."""

    name: str = "sentences"

    def chance(self, settings: TransferSettings) -> Scores:
        """1 / sentences."""
        return {code: dict.fromkeys(self.measures, 1 / len(_first(pairs, settings))) for code, pairs in self.pairs.items()}

    def prepare(self, encoder: Encoder, settings: TransferSettings, tell: Teller) -> Run:
        def run(seed: int, told: Teller) -> Outcome:
            found, english = {}, (None, np.zeros((0, 0)))
            for number, (code, pairs) in enumerate(self.pairs.items()):
                part = told.part(number / len(self.pairs), (number + 1) / len(self.pairs))
                some = _first(pairs, settings)
                own = [pair.target.words for pair in some]
                if own != english[0]:  # FLORES has the same English for all languages
                    english = own, _encode(encoder, settings, own, ENGLISH, part.part(0, 0.5))
                other = _encode(encoder, settings, [pair.source.words for pair in some], code, part.part(0.5, 1))
                result = retrieve(other, english[1])
                figures = ((result.forward + result.backward) / 2, result.forward, result.backward)
                found[code] = dict(zip(self.measures, figures, strict=True))
            return Outcome(found)

        return run


def read_sentences(sources: Sources) -> Sentences:
    """The task from files line-parallel with one English file, each with its own (`FILE::ENGLISH`), or of pairs, English second; else
    from the collection's test part.

    raises: InputError   what the readers raise; English as the other language
    """
    if not sources.tests:
        collection = load_collection()
        codes = chosen_languages(collection, sources, pivot=False)
        return Sentences({code: collection.pairs(code, ENGLISH, "test") for code in codes})
    pairs = {}
    for code, entry in sources.tests.items():
        path, _, own = entry.partition("::")
        if code == ENGLISH:
            raise InputError(f"{entry} is English, the side that every language is compared with; give it with --english.")
        pairs[code] = read_pairs(PairFile(code, path, own or sources.english))
        if not pairs[code]:
            raise InputError(f"{path} has no sentence; give a file with one a line.")
    return Sentences(pairs)


def _first(pairs: Sequence[SentencePair], settings: TransferSettings) -> Sequence[SentencePair]:
    return pairs[: settings.test_examples]


def _encode(encoder: Encoder, settings: TransferSettings, words: Sequence, code: str, tell: Teller) -> np.ndarray:
    show = lambda done, total: tell(done / total, f"{code}: {done} of {total} sentences encoded")  # noqa: E731
    return sentence_vectors(encoder, words, settings.layer, show, code)
