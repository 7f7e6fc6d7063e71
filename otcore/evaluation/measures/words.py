"""Word retrieval: a word's translation among all linked words of the other language."""

from otcore.evaluation.measure import Prepared, measure
from otcore.evaluation.samples import Rates, two_rates
from otcore.retrieval.words import word_hits


@measure("words", "word retrieval", 20, unit="P@1 by CSLS, 0 to 1", better="higher", gold=True, first=True, alone=True)
def _words(made: Prepared) -> Rates | None:
    """How often a word's translation in its own sentence is its nearest among all linked words of the other language (k = 10; mean of
    both directions)."""
    counts = word_hits(made.words, [pair.gold for pair in made.pairs])
    return Rates(counts, two_rates) if counts[:, 1].any() else None


MEASURE = _words
