"""How sharp a plan, and how much of a lexicon, read an encoder's links best: by sentences with links on which nothing is trained.

Contrast widens the differences between costs more than their mean, of which ε is a multiple: a tuned encoder may want another than the
one it came from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from otcore.alignment.aligner import align_encoded, counts_for
from otcore.alignment.scores import score
from otcore.alignment.settings import AlignSettings
from otcore.base.choices import declared
from otcore.base.errors import InputError
from otcore.base.progress import Teller
from otcore.corpora.collection import load_collection
from otcore.corpora.types import Links, Sentence, SentencePair
from otcore.encoders.encoder import Encoder
from otcore.text.languages import language
from otcore.transport.solver import Solver

_JOINED = 3  # sentences: most text has longer ones than the collection
_BESIDE = 3  # stops of the dial of ε on either side of the one that is given, so that pages have what is found
_SHARES = (0.0, 0.05, 0.1, 0.2, 0.3)


@dataclass(frozen=True)
class Reading:
    """Settings, and AER of the links that they read: the mean over sets."""

    settings: AlignSettings
    aer: float


def development(codes: Iterable[str] = ()) -> dict[str, list[SentencePair]]:
    """The pairs of the collection's dev part from English into each language, or all, and each three of them joined to a longer one,
    with their links.

    raises: InputError   a language that the collection does not have, or English
    """
    collection = load_collection()
    others, found = collection.languages[1:], {}
    for code in dict.fromkeys(language(one).code for one in codes) or others:
        if code not in others:
            raise InputError(f"The collection has no sentences with links from English to {code}; it has them to {', '.join(others)}.")
        pairs = collection.pairs("en", code, "dev")
        starts = range(0, len(pairs) - _JOINED + 1, _JOINED)
        found |= {code: pairs, f"{code} joined": [_joined(pairs[start : start + _JOINED]) for start in starts]}
    return found


def _joined(pairs: Sequence[SentencePair]) -> SentencePair:
    """One pair from several, with their links."""
    sides, sure, possible = ([], []), set(), set()
    for pair in pairs:
        i, j = map(len, sides)
        sure |= {(i + one, j + other) for one, other in pair.gold.sure}
        possible |= {(i + one, j + other) for one, other in pair.gold.possible}
        sides[0].extend(pair.source.words)
        sides[1].extend(pair.target.words)
    languages = (pairs[0].source.language, pairs[0].target.language)
    both = [Sentence(code, " ".join(words), tuple(words)) for code, words in zip(languages, sides, strict=True)]
    return SentencePair(*both, gold=Links(frozenset(sure), frozenset(possible)))


def readings(
    encoder: Encoder, sets: Mapping[str, Sequence[SentencePair]], settings: AlignSettings, tell: Teller | None = None
) -> list[Reading]:
    """The best first, of equal ones those nearer to `settings`: these with the ε around theirs, where their solver has one, and with
    several shares of the lexicon, where the encoder has one.

    raises: Stopped; InputError   neither can be varied, or a layer the encoder does not have
    """
    tell, tried = tell or Teller(), _variants(encoder, settings)
    encoded = {}
    for (name, pairs), part in tell.part(0, 0.3).each(sets.items()):
        sides = [side for pair in pairs for side in (pair.source, pair.target)]
        vectors = encoder.encode([side.words for side in sides], settings.layer, languages=[side.language for side in sides])
        encoded[name] = list(zip(pairs, vectors[::2], vectors[1::2], strict=True))
        part(1, f"{name}: {len(pairs)} pairs encoded")
    found = []
    for number, (one, part) in enumerate(tell.part(0.3, 1).each(tried), 1):
        found.append(Reading(one, float(np.mean([_error(sides, one) for sides in encoded.values()]))))
        part(1, f"{number} of {len(tried)} readings tried")
    return sorted(found, key=lambda reading: (round(reading.aer, 6), tried.index(reading.settings)))


def _variants(encoder: Encoder, settings: AlignSettings) -> list[AlignSettings]:
    """The given settings and those around them, the nearest first."""
    epsilons = _around(settings.solver) if settings.links.reads_plan else ()
    if not epsilons and not encoder.has_lexicon:
        raise InputError(f"Neither ε nor a lexicon is read with these settings of {encoder.name}; there is nothing to choose.")
    shares = {*_SHARES, settings.lexicon} if encoder.has_lexicon else {settings.lexicon}
    solvers = [replace(settings.solver, epsilon=epsilon) for epsilon in epsilons] or [settings.solver]
    near = sorted(shares, key=lambda share: abs(share - settings.lexicon))
    return [replace(settings, lexicon=share, solver=solver) for solver, share in product(solvers, near)]


def _around(solver: Solver) -> list[float]:
    """The solver's ε and those beside it on its dial, the nearest first; none where it has no ε."""
    if "epsilon" not in (choices := declared(type(solver))):
        return []
    given, stops = solver.epsilon, choices["epsilon"].kind.stops
    below, above = [stop for stop in stops if stop < given], [stop for stop in stops if stop > given]
    return sorted([given, *below[-_BESIDE:], *above[:_BESIDE]], key=lambda epsilon: abs(np.log(epsilon / given)))


def _error(sides, settings: AlignSettings) -> float:
    pairs = [pair for pair, _, _ in sides]
    found = align_encoded(sides, settings, counts_for(pairs, settings))
    return score([one.pairs for one in found], [pair.gold for pair in pairs]).aer
