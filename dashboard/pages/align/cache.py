"""The chosen pair, what it comes to over layers and over ε, and what is known of its words and languages."""

import zlib
from dataclasses import dataclass, replace

import numpy as np

from dashboard import background
from dashboard.background import collection, work
from dashboard.background.aligning import aligned_key, pair_key, sides_of, solved, stored, system_key
from dashboard.background.encoders import encoder, facts_of
from dashboard.kit.components import links
from dashboard.kit.word_view import view_of
from dashboard.pages.align import gold
from dashboard.pages.align.choices import AlignView
from dashboard.pages.align.reading import frame_told
from dashboard.state import System
from otcore.alignment.aligner import Aligned, align_at, align_vectors
from otcore.alignment.scores import score_pair
from otcore.corpora.checking.doubt import Doubt
from otcore.corpora.checking.doubt import doubt as doubt_of
from otcore.corpora.types import Sentence, SentencePair
from otcore.encoders import encoder_stamp
from otcore.encoders.context import leave_one_out
from otcore.notes.store import NoteStore, notes_path
from otcore.results.kinds.openings import STORED

_FILMED = 900  # cells between words up to which a film is made
_READ_ALONG = 40  # words up to which context is looked into: each is left out once


@dataclass(frozen=True)
class Swept:
    """One point of a sweep: the setting, the transport cost, and the AER where the pair has gold links."""

    x: float
    cost: float
    aer: float | None


@dataclass(frozen=True)
class Film:
    """A pair at many ε, as the component takes it, and which these are, in order."""

    frames: str
    stops: tuple[float, ...]


def pair_of(chosen: AlignView) -> SentencePair:
    """The chosen pair: from the collection with its gold links, or the person's own text with those that people drew and saved.

    raises: InputError   an empty side, control characters, an unknown sentence
    """
    pair = base_of(chosen)
    return gold.judged(notes(), pair) if chosen.own_text or chosen.corrected else pair


def base_of(chosen: AlignView) -> SentencePair:
    """The same without what people saved for it; raises likewise."""
    if not chosen.own_text:
        return collection().pair(chosen.sentence, chosen.source, chosen.target)
    sides = [
        Sentence.from_text(text, code, presplit=chosen.presplit, what=what)
        for text, code, what in (
            (chosen.text_source, chosen.source, "The first text"),
            (chosen.text_target, chosen.target, "The second text"),
        )
    ]
    return SentencePair(*sides)


def notes() -> NoteStore:
    """The file of corrections, which Errors reads too; raises InputError where it cannot be used."""
    path = notes_path()
    return work.shelf().get(f"notes in {path}", lambda: NoteStore(path))


def doubt(text: str, code: str) -> Doubt | None:
    """Why a text is hardly in a language, or None."""
    return work.kept(("doubt", text, code), lambda: (doubt_of(text, code),))[0]


def untrained(encoder_name: str, codes: list[str]) -> list[str]:
    """Of some languages those that an encoder was not trained on; none where its card does not tell."""
    facts, _ = facts_of(encoder_name)
    known = {code.split("-")[0].split("_")[0].lower() for code in facts.languages} - {"multilingual"} if facts else set()
    return [code for code in dict.fromkeys(codes) if known and code.split("-")[0] not in known]


def opened(pair: SentencePair, system: System) -> bool:
    """Whether the pair under that system is kept already. The one that the page opens on comes with the project: its transport, its film
    and its layers are then put where what is made is kept, or looked for."""
    key = aligned_key(pair, system)
    if work.shelf().find(key) is not None:
        return True
    opening = stored(pair, system)
    if opening is None:
        return False
    if opening.film:
        work.shelf().put(_film_key(pair, system, STORED), list(opening.film))
    if opening.found.pair.gold == pair.gold:
        work.shelf().put(_layers_key(pair, system), [Swept(layer, *one) for layer, one in enumerate(opening.layers)])
    return True


def _stops(system: System, name: str) -> list[float]:
    """The values of a dial in its film, the current one among them."""
    solver = system.settings.solver
    return sorted({*solver.dials[name].filmed, getattr(solver, name)})


def _film_key(pair: SentencePair, system: System, name: str) -> tuple:
    return ("film", name, pair_key(pair), system_key(with_setting(system, name, 1.0)), tuple(_stops(system, name)))


def _layers_key(pair: SentencePair, system: System) -> tuple:
    any_layer = replace(system, settings=replace(system.settings, layer=0))
    return ("layers", pair_key(pair), repr(pair.gold), system_key(any_layer))


def filmed(pair: SentencePair, system: System, name: str, chosen: AlignView, strange: list[str]) -> Film:
    """The pair at many values of a dial, for a film of it, the current one among them; empty where the solver has no such dial or the pair
    is long.

    strange: its languages that the encoder was not trained on
    """
    dials = system.settings.solver.dials
    if name not in dials or len(pair.source.words) * len(pair.target.words) > _FILMED:
        return Film("", ())
    stops, key = tuple(_stops(system, name)), _film_key(pair, system, name)

    def drawn() -> bytes:
        solved_at = work.shelf().find(key) or align_at(background.aligned(pair, system), name, stops)
        views = [view_of(replace(one, pair=pair), with_gold=chosen.gold) for one in solved_at]
        told = [(stop, view, frame_told(view, strange)) for stop, view in zip(stops, views, strict=True)]
        return zlib.compress(links.frames_of(told, dials[name], chosen.marked, guess=bool(strange)).encode(), 1)

    shown = (repr(pair.gold) if chosen.gold else "", chosen.mark, tuple(strange))
    packed = work.kept(("drawn", *key, shown), drawn)  # a fifteenth of the text: a class's films were most of what the server held
    return Film(zlib.decompress(packed).decode(), stops)


def context(sentence: Sentence, system: System) -> np.ndarray | None:
    """(n, n) how far leaving out word k moves the vector of word i, as `leave_one_out` has it; None where the sentence is too long."""
    if len(sentence.words) > _READ_ALONG:
        return None
    loaded, settings = encoder(system.encoder), system.settings
    layer = loaded.check_layer(settings.layer)
    key = ("context", system.encoder, encoder_stamp(system.encoder), layer, settings.pooling, sentence.language, sentence.words)
    return work.kept(key, lambda: leave_one_out(loaded, sentence.words, layer, sentence.language, settings.pooling))


def over_layers(pair: SentencePair, system: System) -> list[Swept]:
    """The pair at every layer of the encoder, other settings as they are."""

    def make() -> list[Swept]:
        sides = zip(*sides_of(pair, system.encoder), strict=True)
        return [_swept(layer, align_vectors(pair, *vectors, layer, system.settings)) for layer, vectors in enumerate(sides)]

    return work.kept(_layers_key(pair, system), make)


def over_dial(pair: SentencePair, system: System, name: str) -> list[Swept]:
    """The pair over the range of a dial of its solver, other settings as they are."""
    dial = system.settings.solver.dials[name]

    def make() -> list[Swept]:
        return [_swept(value, solved(pair, with_setting(system, name, value))) for value in dial.swept]

    key = ("swept", name, pair_key(pair), repr(pair.gold), system_key(with_setting(system, name, 1.0)))
    return work.kept(key, make, f"Solving over a range of {dial.sign} …")


def _swept(x: float, result: Aligned) -> Swept:
    links = result.pair.gold
    return Swept(x, result.plan.transport_cost, score_pair(result.alignment.pairs, links).aer if links else None)


def with_setting(system: System, name: str, value: float) -> System:
    """The same system with another value of a setting of its solver."""
    solver = replace(system.settings.solver, **{name: value})
    return replace(system, settings=replace(system.settings, solver=solver))
