"""Pairs that pages open on, under an edition: the transport, the same over ε for the film, and over the layers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from otcore.alignment.links import Alignment, WordLink
from otcore.alignment.settings import PLAIN, AlignSettings
from otcore.base.progress import Teller
from otcore.corpora.collection import load_collection
from otcore.results.kind import Kind
from otcore.results.store import Stored
from otcore.transport.solver import Solver
from otcore.transport.solvers import make_solver

if TYPE_CHECKING:
    from otcore.alignment.aligner import Aligned

# Where the solver matters: AER 0 by default and for unbalanced transport, .05 for entropic without structure and for partial transport,
# .1 for exact and for the cosines alone; over ε it goes from .1 to 0 and on to .33 (tests/benchmarks/first_example.py).
FIRST_SENTENCE, FIRST_SOURCE, FIRST_TARGET = "g128", "en", "de"
STORED = "epsilon"  # the dial whose film is stored
LESSON_PAIR = {"sentence": "g001", "target": "de"}  # on which the first lesson shows the cheapest plan
OPENED = (FIRST_SENTENCE, LESSON_PAIR["sentence"])
_SIDES = ("source", "target")
_MATRICES = ("plan", "similarity", "cells", "confidence")
_SCALARS = ("value", "epsilon", "iterations", "marginal_error", "converged")
Layer = tuple[float, float | None]  # transport cost, and AER where there is gold


@dataclass(frozen=True)
class OpeningOf:
    """A sentence of the collection in two languages, how it is aligned, and the ε of its film."""

    sentence: str
    source: str
    target: str
    settings: AlignSettings
    stops: tuple[float, ...]


@dataclass(frozen=True)
class Opening:
    """The pair aligned, at every stop of the film, and at every layer."""

    found: "Aligned"
    film: tuple["Aligned", ...]
    layers: tuple[Layer, ...]


def stops_of(solver: Solver) -> tuple[float, ...]:
    """The ε of a film under a solver, its own among them; none where it has no ε to move."""
    dial = solver.dials.get(STORED)
    return tuple(sorted({*dial.filmed, getattr(solver, STORED)})) if dial else ()


class Openings(Kind):
    """The settings are an OpeningOf, the result is an Opening."""

    name, label, rank = "openings", "first pairs of an edition", 60

    def wanted(self) -> Sequence[tuple[tuple[str, ...], OpeningOf]]:
        settings, cheapest = AlignSettings(), replace(PLAIN, solver=make_solver("exact"), masses="uniform")
        first = OpeningOf(FIRST_SENTENCE, FIRST_SOURCE, FIRST_TARGET, settings, stops_of(settings.solver))
        lesson = OpeningOf(source=FIRST_SOURCE, settings=cheapest, stops=stops_of(cheapest.solver), **LESSON_PAIR)
        return [(("aligned",), first), (("aligned",), lesson)]

    def make(self, encoders: Sequence, settings: OpeningOf, tell: Teller) -> Opening:
        from otcore.alignment.aligner import align_at, align_layers, align_pair
        from otcore.alignment.scores import score_pair

        (encoder,), pair = encoders, load_collection().pair(settings.sentence, settings.source, settings.target)
        found = align_pair(encoder, pair, settings.settings)
        layers = []
        for one in align_layers(encoder, pair, settings.settings):
            aer = score_pair(one.alignment.pairs, pair.gold).aer if pair.gold else None
            layers.append((one.plan.transport_cost, aer))
        return Opening(found, tuple(align_at(found, STORED, settings.stops)), tuple(layers))

    def pack(self, result: Opening) -> Stored:
        found = result.found
        arrays = {name: _array(getattr(found, name) if name != "plan" else found.plan.plan) for name in _MATRICES}
        for name in _SIDES:
            side = getattr(found, name)
            arrays |= {f"{name} subwords": side.subwords.astype(np.float16), f"{name} owners": side.piece_words.astype(np.int64)}
            if side.meanings is not None:
                arrays[f"{name} meanings"] = side.meanings.astype(np.float16)
        problem = {name: array for name, array in vars(found.plan.problem).items() if array is not None}
        arrays |= {f"problem {name}": array for name, array in problem.items()}
        if found.plan.potentials is not None:
            arrays |= {f"potential {place}": array for place, array in enumerate(found.plan.potentials)}
        arrays |= {f"film {place}": one.plan.plan.astype(np.float32) for place, one in enumerate(result.film)}
        value = {
            "layer": found.layer,
            "pieces": [getattr(found, name).pieces for name in _SIDES],
            "cut": [getattr(found, name).cut for name in _SIDES],
            "plan": [getattr(found.plan, name) for name in _SCALARS],
            "links": [[one.source, one.target, one.confidence] for one in found.alignment.links],
            "layers": [list(one) for one in result.layers],
        }
        return Stored(value, arrays)

    def unpack(self, stored: Stored, settings: OpeningOf) -> Opening:
        from otcore.alignment.aligner import Aligned, read_at
        from otcore.transport.problem import Plan, Problem

        value, arrays, chosen = stored.value, stored.arrays, settings.settings
        pair = load_collection().pair(settings.sentence, settings.source, settings.target)
        sides = [_side(pair, place, value, arrays) for place in range(2)]
        problem = Problem(**{name.removeprefix("problem "): array for name, array in arrays.items() if name.startswith("problem ")})
        potentials = (arrays["potential 0"], arrays["potential 1"]) if "potential 0" in arrays else None
        scalars = dict(zip(_SCALARS, value["plan"], strict=True))
        plan = Plan(problem, chosen.solver, arrays["plan"], potentials=potentials, **scalars)
        alignment = Alignment(tuple(WordLink(*link) for link in value["links"]), len(pair.source.words), len(pair.target.words))
        cells, confidence = arrays["cells"].astype(bool), arrays["confidence"]
        found = Aligned(pair, chosen, value["layer"], *sides, plan, arrays["similarity"], cells, confidence, alignment)
        film = []
        for place, stop in enumerate(settings.stops):
            at = replace(chosen, solver=replace(chosen.solver, **{STORED: stop}))
            film.append(read_at(found, at, arrays[f"film {place}"].astype(np.float64)))
        return Opening(found, tuple(film), tuple(tuple(one) for one in value["layers"]))


def _array(values: np.ndarray) -> np.ndarray:
    return values.astype(np.uint8) if values.dtype == bool else values


def _side(pair: Any, place: int, value: dict, arrays: Any) -> Any:
    from otcore.encoders.vectors import WordVectors

    name, cut = _SIDES[place], value["cut"][place]
    words = getattr(pair, name).words
    words = words[: len(words) - cut] if cut else words
    vectors = arrays[f"{name} subwords"].astype(np.float32)  # kept to three digits: what is made of them is kept itself
    meanings = arrays[f"{name} meanings"].astype(np.float32) if f"{name} meanings" in arrays else None
    return WordVectors(words, tuple(value["pieces"][place]), arrays[f"{name} owners"], vectors, cut, meanings)


KIND = Openings()
