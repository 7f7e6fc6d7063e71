"""Word retrieval: is a word's translation, in its own sentence, nearest by CSLS among all words of the other language?

source: Cao, Kitaev & Klein 2020 §4.1; see `otcore.retrieval.words`
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.corpora.pair_files import read_any
from otcore.corpora.pharaoh import read_links
from otcore.corpora.types import Links, SentencePair
from otcore.evaluation.transfer.pair_retrieval import PairRetrieval, Rater, Rates
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import FilesError, Sources
from otcore.evaluation.transfer.task import ENGLISH, Encoder
from otcore.retrieval.words import word_hits

_BLOCK = 128  # pairs encoded between two steps of progress


@dataclass(frozen=True)
class WordRetrieval(PairRetrieval):
    """Pairs with links."""

    name = "words"
    label = "word retrieval (CSLS)"
    rank = 60
    about = "Is a word's translation, in its own sentence, nearest by CSLS among all words of the other language?"
    roles = ("tests", "links")
    formats = (
        "Text files with a pair a line, “source ||| target”, English the target, in words divided by spaces; and files line-parallel with "
        "them of gold links, such as 0-0 1-2 2p3 (p: only possible), counted from 0."
    )

    @classmethod
    def read(cls, sources: Sources) -> "WordRetrieval":
        if alone := sources.links.keys() - sources.tests.keys():
            raise FilesError("tests", f"There are links for {min(alone)}, and no file of pairs; give both.")
        return super().read(sources)

    @classmethod
    def read_pairs(cls, code: str, entry: str, sources: Sources) -> list[SentencePair]:
        """From lines `source ||| target`, English second, with a file of Pharaoh links (or `PAIRS::LINKS`)."""
        path, _, own = entry.partition("::")
        links = own or sources.links.get(code)
        if not links:
            raise FilesError("links", f"{path} has no file of links for {code}; give one.")
        pairs = read_any(path, code, ENGLISH)
        gold = read_links(links, base=sources.base or None, pairs=pairs)
        if not any(one.sure for one in gold):
            raise InputError(f"{links} has no sure link, so no word can be asked for; give a file with some.")
        return [SentencePair(pair.source, pair.target, one, pair.id) for pair, one in zip(pairs, gold, strict=True)]

    def luck(self, pairs: Sequence[SentencePair]) -> Rates:
        """Of a word drawn evenly from the candidates."""
        gold = [pair.gold for pair in pairs]
        return _random_hit(gold, 0), _random_hit(gold, 1)

    def rater(self, encoder: Encoder, settings: TransferSettings) -> Rater:
        def rates(pairs: Sequence[SentencePair], tell: Teller) -> Rates:
            sides = []
            for start in range(0, len(pairs), _BLOCK):
                block = pairs[start : start + _BLOCK]
                both = [[pair.source for pair in block], [pair.target for pair in block]]
                encoded = [encoder.encode([one.words for one in way], settings.layer, None, [one.language for one in way]) for way in both]
                sides += [(source.pooled(), target.pooled()) for source, target in zip(*encoded, strict=True)]
                tell.counted(block[0].source.language, "pairs encoded")(len(sides), len(pairs))
            hits = word_hits(sides, [pair.gold for pair in pairs]).sum(0)
            return hits[0] / max(hits[1], 1), hits[2] / max(hits[3], 1)

        return rates


def _random_hit(gold: Sequence[Links], side: int) -> float:
    """Chance of a hit from one side: right words over candidates, mean over the words with a sure link."""
    candidates = sum(len({link[1 - side] for link in links.possible}) for links in gold)
    right = [sum(link[side] == word for link in links.possible) for links in gold for word in {link[side] for link in links.sure}]
    return float(np.mean(right)) / candidates if right else 0.0


TASK = WordRetrieval
