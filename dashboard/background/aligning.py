"""Pairs aligned: vectors at every layer, plans and sweeps, kept so that a moved slider is only a solve away."""

from dashboard.background import work
from dashboard.background.encoders import encoder
from dashboard.state import System
from otcore.alignment.aligner import Aligned, align_vectors
from otcore.corpora.types import Sentence, SentencePair
from otcore.encoders import encoder_stamp
from otcore.encoders.vectors import WordVectors
from otcore.results.kind import KINDS
from otcore.results.kinds.openings import OPENED, Opening, OpeningOf, stops_of

_LONG = 100  # words; what takes seconds is told


def aligned(pair: SentencePair, system: System) -> Aligned:
    """A pair under one system.

    raises: InputError   a layer the encoder does not have, masses without counts
    """
    told = "Solving a long pair …" if max(len(pair.source.words), len(pair.target.words)) > _LONG else ""
    return work.kept(aligned_key(pair, system), lambda: solved(pair, system), told)


def stored(pair: SentencePair, system: System) -> Opening | None:
    """What comes with the project of a pair that a page opens on, or None; `aligned` then needs no encoder for it."""
    if pair.id not in OPENED:
        return None
    key = aligned_key(pair, system)
    wanted = OpeningOf(pair.id, pair.source.language, pair.target.language, system.settings, stops_of(system.settings.solver))
    found = work.kept(("opening", key), lambda: (KINDS["openings"].find((system.encoder,), wanted),))[0]
    if found is None or (found.found.pair.source.words, found.found.pair.target.words) != (pair.source.words, pair.target.words):
        return None
    work.shelf().put(key, found.found)
    return found


def sides_of(pair: SentencePair, encoder_name: str) -> list[list[WordVectors]]:
    """Both sentences at every layer: small, and every later change of layer or transport is then only a solve away."""

    def vectors(side: Sentence) -> list[WordVectors]:
        return encoder(encoder_name).encode_layers([side.words], languages=[side.language])[0]

    stamp = encoder_stamp(encoder_name)
    sides = (pair.source, pair.target)
    return [work.kept(("vectors", encoder_name, stamp, one.language, one.words), lambda one=one: vectors(one)) for one in sides]


def solved(pair: SentencePair, system: System) -> Aligned:
    """A pair under one system, not kept."""
    layer = encoder(system.encoder).check_layer(system.settings.layer)
    source, target = (vectors[layer] for vectors in sides_of(pair, system.encoder))
    return align_vectors(pair, source, target, layer, system.settings)


def aligned_key(pair: SentencePair, system: System) -> tuple:
    """Under which `aligned` keeps a pair."""
    return ("aligned", pair_key(pair), system_key(system))


def system_key(system: System) -> str:
    """Settings and encoder, and of a run when its encoder was written: it may be resumed, or made anew under an old name."""
    return repr((system, encoder_stamp(system.encoder)))


def pair_key(pair: SentencePair) -> str:
    """What a pair is, for the key of a cache."""
    return repr((pair.source.language, pair.source.words, pair.target.language, pair.target.words, pair.id))
