"""The chosen pair, and what it comes to over layers and over ε."""

from dataclasses import dataclass, replace

from dashboard.background import collection, work
from dashboard.background.aligning import pair_key, sides_of, solved, system_key
from dashboard.pages.align.choices import AlignView
from dashboard.state import System
from otcore.alignment.aligner import Aligned, align_vectors
from otcore.alignment.scores import score_pair
from otcore.corpora.types import Sentence, SentencePair
from otcore.transport.solver import EPSILONS


@dataclass(frozen=True)
class Swept:
    """One point of a sweep: the setting, the transport cost, and the AER where the pair has gold links."""

    x: float
    cost: float
    aer: float | None


def pair_of(chosen: AlignView) -> SentencePair:
    """The chosen pair: from the collection with its gold links, or the person's own text.

    raises: InputError   an empty side, control characters, an unknown sentence
    """
    if not chosen.own_text:
        return collection().pair(chosen.sentence, chosen.source, chosen.target)
    return SentencePair(
        Sentence.from_text(chosen.text_source, chosen.source, presplit=chosen.presplit, what="The first text"),
        Sentence.from_text(chosen.text_target, chosen.target, presplit=chosen.presplit, what="The second text"),
    )


def over_layers(pair: SentencePair, system: System) -> list[Swept]:
    """The pair at every layer of the encoder, other settings as they are."""

    def make() -> list[Swept]:
        sides = zip(*sides_of(pair, system.encoder), strict=True)
        return [_swept(layer, align_vectors(pair, *vectors, layer, system.settings)) for layer, vectors in enumerate(sides)]

    any_layer = replace(system, settings=replace(system.settings, layer=0))
    return work.kept(("layers", pair_key(pair), system_key(any_layer)), make)


def over_epsilons(pair: SentencePair, system: System) -> list[Swept]:
    """The pair over the slider's range of ε, every fourth step, other settings as they are."""

    def make() -> list[Swept]:
        return [_swept(epsilon, solved(pair, with_epsilon(system, epsilon))) for epsilon in EPSILONS[::4]]

    any_epsilon = with_epsilon(system, 1.0)
    return work.kept(("epsilons", pair_key(pair), system_key(any_epsilon)), make, "Solving over a range of ε …")


def _swept(x: float, result: Aligned) -> Swept:
    gold = result.pair.gold
    return Swept(x, result.plan.transport_cost, score_pair(result.alignment.pairs, gold).aer if gold else None)


def with_epsilon(system: System, epsilon: float) -> System:
    """The same system at another ε."""
    solver = replace(system.settings.solver, epsilon=epsilon)
    return replace(system, settings=replace(system.settings, solver=solver))
