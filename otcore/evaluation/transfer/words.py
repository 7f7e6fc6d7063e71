"""Word retrieval: is a word's translation, in its own sentence, nearest by CSLS among all words of the other language?

source: Cao, Kitaev & Klein 2020 §4.1; see `otcore.retrieval.words`
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.corpora.collection import load_collection
from otcore.corpora.parallel import read_bitext
from otcore.corpora.pharaoh import read_links
from otcore.corpora.types import Links, SentencePair
from otcore.encoders.encoder import Encoder
from otcore.evaluation.transfer.settings import TransferSettings
from otcore.evaluation.transfer.sources import Sources
from otcore.evaluation.transfer.topics import chosen_languages
from otcore.evaluation.transfer.types import ENGLISH, Outcome, PairRetrieval, Run, Scores
from otcore.retrieval.words import word_hits

_BLOCK = 128  # pairs encoded between two steps of progress


@dataclass(frozen=True)
class Words(PairRetrieval):
    """A task: nothing is trained. `pairs`: language → pairs with links, the language the source and English the target."""

    name: str = "words"

    def chance(self, settings: TransferSettings) -> Scores:
        """Of a word drawn evenly from the candidates."""
        found = {}
        for code, pairs in self.pairs.items():
            gold = [pair.gold for pair in pairs[: settings.test_examples]]
            ways = [_random_hit(gold, 0), _random_hit(gold, 1)]
            found[code] = dict(zip(self.measures, (sum(ways) / 2, *ways), strict=True))
        return found

    def prepare(self, encoder: Encoder, settings: TransferSettings, tell: Teller) -> Run:
        def run(seed: int, told: Teller) -> Outcome:
            found = {}
            for number, (code, pairs) in enumerate(self.pairs.items()):
                part = told.part(number / len(self.pairs), (number + 1) / len(self.pairs))
                some = pairs[: settings.test_examples]
                hits = word_hits(_encode(encoder, settings, some, part), [pair.gold for pair in some]).sum(0)
                ways = hits[0] / max(hits[1], 1), hits[2] / max(hits[3], 1)
                found[code] = dict(zip(self.measures, map(float, (sum(ways) / 2, *ways)), strict=True))
            return Outcome(found)

        return run


def read_words(sources: Sources) -> Words:
    """The task from files `PAIRS::LINKS` (lines `source ||| target`, English second; Pharaoh links), else from the collection's
    test part.

    raises: InputError   what the readers raise; a file of pairs without one of links; no sure link
    """
    if not sources.tests:
        collection = load_collection()
        codes = chosen_languages(collection, sources, pivot=False)
        return Words({code: collection.pairs(code, ENGLISH, "test") for code in codes})
    found = {}
    for code, entry in sources.tests.items():
        path, _, links = entry.partition("::")
        if not links:
            raise InputError(f"{entry} has no file of links; write {code}={path}::LINKS.")
        pairs = read_bitext(path, code, ENGLISH)
        gold = read_links(links, base=sources.base, pairs=pairs)
        if not any(one.sure for one in gold):
            raise InputError(f"{links} has no sure link, so no word can be asked for; give a file with some.")
        found[code] = [SentencePair(pair.source, pair.target, one, pair.id) for pair, one in zip(pairs, gold, strict=True)]
    return Words(found)


def _encode(encoder: Encoder, settings: TransferSettings, pairs: Sequence[SentencePair], tell: Teller):
    sides = []
    for start in range(0, len(pairs), _BLOCK):
        block = pairs[start : start + _BLOCK]
        ways = [[pair.source for pair in block], [pair.target for pair in block]]
        encoded = [encoder.encode([one.words for one in way], settings.layer, None, [one.language for one in way]) for way in ways]
        sides += [(source.pooled(), target.pooled()) for source, target in zip(*encoded, strict=True)]
        tell(len(sides) / len(pairs), f"{block[0].source.language}: {len(sides)} of {len(pairs)} pairs encoded")
    return sides


def _random_hit(gold: Sequence[Links], side: int) -> float:
    """Chance of a hit from one side: right words over candidates, mean over the words with a sure link."""
    candidates = sum(len({link[1 - side] for link in links.possible}) for links in gold)
    right = [
        sum(link[side] == word for link in links.possible) for links in gold for word in {link[side] for link in links.sure}
    ]  # fmt: skip
    return float(np.mean(right)) / candidates if right else 0.0
